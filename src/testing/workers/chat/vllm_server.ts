import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { createEmbeddings, rerank, score } from "../pooling/vllm_pooling.ts";
import { badRequest, type Caller, modelList, refusal, type ServerReply } from "../server_reply.ts";
import { createChatCompletion } from "./chat_completion.ts";
import { createCompletion } from "./completion.ts";
import { flattened } from "./flat_error.ts";

/** The served models of an endpoint that names none. */
const DEFAULT_MODELS = ["emulated/chat-model"];

const methods = new Map([
  ["models", "GET"],
  ["chat/completions", "POST"],
  ["completions", "POST"],
  ["embeddings", "POST"],
  ["rerank", "POST"],
  ["score", "POST"],
]);

/** vLLM's answer to the input that an OpenAI route has become. */
export function serve(config: EmulatedEndpoint, input: Record<string, unknown>, caller: Caller): ServerReply {
  const reply = answer(config, input, caller);
  return config.server === "sglang" && reply.status >= 400 ? { ...reply, body: flattened(reply.body) } : reply;
}

function answer(config: EmulatedEndpoint, input: Record<string, unknown>, caller: Caller): ServerReply {
  const route = String(input.openai_route ?? "/v1/chat/completions").replace(/^\/?v1\//, "");
  const body = input.openai_input;
  // A job does not carry the method, so a request without a body counts as a GET.
  const method = input.method ?? (body === undefined ? "GET" : "POST");
  if (!methods.has(route)) return refusal(404, "Not Found", "Not Found");
  if (methods.get(route) !== method) return refusal(405, "Method Not Allowed", "Method Not Allowed");
  const served = config.models === undefined || config.models === "any" ? DEFAULT_MODELS : config.models;
  if (route === "models") return { status: 200, body: modelList(served, caller.now) };
  if (!isRecord(body)) return badRequest("The request body must be a JSON object");
  const model = body.model ?? served[0];
  if (typeof model !== "string") return badRequest("Input should be a valid string: model");
  if (config.models !== "any" && config.server !== "sglang" && !served.includes(model)) {
    return refusal(404, "NotFoundError", `The model \`${model}\` does not exist.`, "model");
  }
  switch (route) {
    case "chat/completions":
      return createChatCompletion(config, model, body, caller);
    case "completions":
      return createCompletion(config, model, body, caller);
    case "rerank":
      return rerank(model, body, caller);
    case "score":
      return score(model, body, caller);
    default:
      return createEmbeddings(config, model, body, caller);
  }
}
