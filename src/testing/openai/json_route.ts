import { parseJson } from "../common/json.ts";
import { plainJson } from "../common/response.ts";
import { serve } from "../workers/chat/vllm_server.ts";
import type { RouteKind } from "./route_kind.ts";

/** Routes whose requests and answers are JSON or text. */
export const jsonRoute: RouteKind = {
  inputOf({ route, method, text }, isQueued) {
    const input: Record<string, unknown> = { openai_route: `/v1/${route.route}` };
    // The gateway passes on what is not JSON too; the model server refuses it.
    if (text !== "") input.openai_input = parseJson(text) ?? null;
    if (!isQueued) input.method = method;
    return input;
  },
  responseOf: (output, headers) => plainJson(200, output, headers),
  refusalOf({ endpoint, input, id }, now) {
    if (endpoint.config.worker !== "chat") return undefined;
    const reply = serve(endpoint.config, input, { seed: id, now });
    return reply.status < 400 ? undefined : reply;
  },
};
