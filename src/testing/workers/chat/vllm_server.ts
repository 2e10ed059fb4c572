import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { createEmbeddings, rerank, score } from "../pooling/vllm_pooling.ts";
import {
  type Caller,
  frameworkError,
  maxModelLength,
  modelList,
  refusal,
  type ServerReply,
  type ServerRequest,
  VLLM_VERSION,
} from "../server_reply.ts";
import { createChatCompletion } from "./chat_completion.ts";
import { refuseFields } from "./chat_request.ts";
import { createCompletion, refuseCompletionFields } from "./completion.ts";
import { flattened } from "./flat_error.ts";
import { detokenize, tokenize } from "./tokenize.ts";
import { validationErrors } from "./validation.ts";

type Body = Record<string, unknown>;

/** The served models of an endpoint that names none. */
const DEFAULT_MODELS = ["emulated/chat-model"];

/** A route that answers without a look at a body. */
type PlainRoute = (served: string[], caller: Caller, config: EmulatedEndpoint) => ServerReply;

/** A route that asks a model. */
interface ModelRoute {
  /** The only kind of model that has it. Default: any. */
  model?: "chat" | "pooling";
  /** Why the fields of a request are refused before the model is looked at. */
  refuseFields?: (body: Body) => ServerReply | undefined;
  answer: (config: EmulatedEndpoint, model: string, body: Body, caller: Caller) => ServerReply;
}

const isAlive: PlainRoute = () => ({ status: 200, body: "" });

const plainRoutes = new Map<string, PlainRoute>([
  [
    "GET /v1/models",
    (served, { now }, config) => ({ status: 200, body: modelList(served, now, maxModelLength(config)) }),
  ],
  ["GET /health", isAlive],
  ["GET /ping", isAlive],
  ["POST /ping", isAlive],
  ["GET /version", () => ({ status: 200, body: { version: VLLM_VERSION } })],
  [
    "POST /v1/systemone",
    () => refusal(501, "NotImplementedError", "The model does not support the structured decision API"),
  ],
]);

const rerankRoute: ModelRoute = { model: "pooling", answer: (_, model, body, caller) => rerank(model, body, caller) };
const scoreRoute: ModelRoute = { model: "pooling", answer: (_, model, body, caller) => score(model, body, caller) };

const modelRoutes = new Map<string, ModelRoute>([
  ["POST /v1/chat/completions", { model: "chat", refuseFields, answer: createChatCompletion }],
  ["POST /v1/completions", { model: "chat", refuseFields: refuseCompletionFields, answer: createCompletion }],
  ["POST /v1/embeddings", { model: "pooling", answer: createEmbeddings }],
  ["POST /v1/rerank", rerankRoute],
  ["POST /v2/rerank", rerankRoute],
  ["POST /rerank", rerankRoute],
  ["POST /v1/score", scoreRoute],
  ["POST /score", scoreRoute],
  ["POST /tokenize", { answer: (config, _, body) => tokenize(config, body) }],
  ["POST /detokenize", { answer: (_, __, body) => detokenize(body) }],
]);

/** vLLM's answer to a request. */
export function serve(config: EmulatedEndpoint, request: ServerRequest, caller: Caller): ServerReply {
  const reply = broken(config, answer(config, request, caller));
  return config.server === "sglang" && reply.status >= 400 ? { ...reply, body: flattened(reply.body) } : reply;
}

/** Breaks a stream off with an error, if the endpoint is to do so. */
function broken({ streamFailsAfter }: EmulatedEndpoint, reply: ServerReply): ServerReply {
  if (reply.events === undefined || streamFailsAfter === undefined) return reply;
  const message = "EngineCore encountered an issue. See stack trace (above) for the root cause.";
  const error = JSON.stringify(refusal(500, "InternalServerError", message).body);
  return { ...reply, events: [...reply.events.slice(0, streamFailsAfter), `data: ${error}\n\n`, "data: [DONE]\n\n"] };
}

function answer(config: EmulatedEndpoint, { path, method, body }: ServerRequest, caller: Caller): ServerReply {
  const served = config.models === undefined || config.models === "any" ? DEFAULT_MODELS : config.models;
  const plain = plainRoutes.get(`${method} ${path}`);
  if (plain !== undefined) return plain(served, caller, config);
  const kind = config.worker === "pooling" ? "pooling" : "chat";
  const isServed = ({ model = kind }: ModelRoute) => model === kind;
  const route = modelRoutes.get(`${method} ${path}`);
  if (route === undefined || !isServed(route)) {
    const paths = [
      ...plainRoutes.keys(),
      ...[...modelRoutes].filter(([, other]) => isServed(other)).map(([key]) => key),
    ];
    return frameworkError(paths.some((key) => key.endsWith(` ${path}`)) ? 405 : 404);
  }
  if (!isRecord(body)) return notAnObject(body);
  const refused = route.refuseFields?.(body);
  if (refused !== undefined) return refused;
  const model = body.model ?? served[0];
  if (typeof model !== "string") {
    const message = "Input should be a valid string";
    return validationErrors([{ type: "string_type", field: "model", message, value: model }]);
  }
  if (config.models !== "any" && config.server !== "sglang" && !served.includes(model)) {
    // Only the server of a language model tells what it serves.
    return kind === "chat"
      ? refusal(
        404,
        "NotFoundError",
        `The model \`${model}\` does not exist. Valid aliases: ${served.join(", ")}.`,
        "model",
      )
      : refusal(404, "NotFoundError", `The model \`${model}\` does not exist.`);
  }
  return route.answer(config, model, body, caller);
}

function notAnObject(body: unknown): ServerReply {
  return validationErrors([
    body === undefined ? { type: "missing", field: "", message: "Field required", value: null } : body === null
      ? {
        type: "json_invalid",
        field: "0",
        message: "JSON decode error",
        value: {},
        context: { error: "Expecting value" },
      }
      : {
        type: "model_attributes_type",
        field: "",
        message: "Input should be a valid dictionary or object to extract fields from",
        value: body,
      },
  ]);
}
