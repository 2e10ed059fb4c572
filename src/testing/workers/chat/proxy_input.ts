import { isRecord } from "../../common/json.ts";
import { isTruthy } from "../python.ts";
import type { ServerRequest } from "../server_reply.ts";

const CHAT_PATH = "/v1/chat/completions";
const COMPLETION_PATH = "/v1/completions";

/**
 * The request that Runpod's vLLM worker sends to its server for a job's input; undefined if it refuses the input.
 *
 * There are three forms: the one of OpenAI routes, `{ route, body, method }` for any route of the server, and
 * `{ prompt }` or `{ messages }` with `sampling_params`.
 */
export function proxiedRequest(input: Record<string, unknown>): ServerRequest | undefined {
  const { openai_route, openai_input, route, body, method, messages = null, prompt = null } = input;
  if (isTruthy(openai_input)) return { path: String(openai_route || CHAT_PATH), method: "POST", body: openai_input };
  if (openai_route) return { path: String(openai_route), method: "GET", body: undefined };
  if (route) {
    const verb = String(method || (isTruthy(body) ? "POST" : "GET")).toUpperCase();
    return { path: String(route), method: verb, body };
  }
  if (messages === null && prompt === null) return undefined;
  const sampling = isRecord(input.sampling_params) ? input.sampling_params : {};
  const shared = { ...sampling, stream: isTruthy(input.stream) };
  return messages === null
    ? { path: COMPLETION_PATH, method: "POST", body: { ...shared, prompt } }
    : { path: CHAT_PATH, method: "POST", body: { ...shared, messages } };
}
