import { parseJson } from "../common/json.ts";
import { plainJson } from "../common/response.ts";
import { serverReply } from "../workers/chat/chat_worker.ts";
import type { RouteKind } from "./route_kind.ts";

/** Routes whose requests and answers are JSON or text. */
export const jsonRoute: RouteKind = {
  inputOf({ route, method, text }, isQueued) {
    const input: Record<string, unknown> = { openai_route: route.path };
    // The gateway passes on what is not JSON too; the model server refuses it.
    if (text !== "") input.openai_input = parseJson(text) ?? null;
    if (!isQueued) input.method = method;
    return input;
  },
  responseOf: (output, headers) => plainJson(200, output, headers),
  refusalOf({ endpoint, input, id }, now) {
    const { worker } = endpoint.config;
    if (worker !== "chat" && worker !== "pooling") return undefined;
    const reply = serverReply(endpoint.config, input, id, now);
    return reply === undefined || reply.status < 400 ? undefined : reply;
  },
};
