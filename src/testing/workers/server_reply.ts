/** A request to a model server. */
export interface ServerRequest {
  /** The whole path, such as `/v1/chat/completions`. */
  path: string;
  method: string;
  /** The parsed body; undefined if there is none, or if it is not JSON. */
  body: unknown;
}

/** What a model server answers: one body, which is JSON or text, or the events of a stream. */
export interface ServerReply {
  status: number;
  body?: unknown;
  events?: string[];
}

/** The request that a reply is for. */
export interface Caller {
  /** Makes the reply's id: the same seed gives the same id. */
  seed: string;
  now: number;
}

/** An error in the form that all errors of the model server have. */
export function refusal(status: number, type: string, message: string, param: string | null = null): ServerReply {
  return { status, body: { error: { message, type, param, code: status } } };
}

/** A refusal of a request that is wrong. */
export function badRequest(message: string, param: string | null = null): ServerReply {
  return refusal(400, "BadRequestError", message, param);
}

/** The answer of the web framework, before the model server sees the request. */
export function frameworkError(status: 404 | 405): ServerReply {
  return { status, body: { detail: status === 404 ? "Not Found" : "Method Not Allowed" } };
}

/** The version of vLLM whose answers are imitated. */
export const VLLM_VERSION = "0.32.0";

/** By which vLLM tells how it was built and started. */
export const FINGERPRINT = `vllm-${VLLM_VERSION}-00000000`;

/** How many tokens fit into the context of the model, unless the endpoint says so. */
const MAX_MODEL_LENGTH = 32768;

/** How many tokens fit into the context of an endpoint's model. */
export function maxModelLength(config: { maxModelLength?: number }): number {
  return config.maxModelLength ?? MAX_MODEL_LENGTH;
}

/** The answer of `/v1/models`. */
export function modelList(models: string[], now: number, max_model_len: number): Record<string, unknown> {
  const created = Math.floor(now / 1000);
  return {
    object: "list",
    data: models.map((id, index) => ({
      id,
      object: "model",
      created,
      owned_by: "vllm",
      root: id,
      parent: null,
      max_model_len,
      permission: [{
        id: `modelperm-${String(index).padStart(16, "0")}`,
        object: "model_permission",
        created,
        allow_create_engine: false,
        allow_sampling: true,
        allow_logprobs: true,
        allow_search_indices: false,
        allow_view: true,
        allow_fine_tuning: false,
        organization: "*",
        group: null,
        is_blocking: false,
      }],
    })),
  };
}
