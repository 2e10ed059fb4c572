/** What a model server answers: one JSON body, or the events of a stream. */
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

/** How many tokens fit into the context of an imitated model. */
export const MAX_MODEL_LENGTH = 32768;

/** The answer of `/v1/models`. */
export function modelList(models: string[], now: number): Record<string, unknown> {
  return {
    object: "list",
    data: models.map((id) => ({
      id,
      object: "model",
      created: Math.floor(now / 1000),
      owned_by: "vllm",
      root: id,
      parent: null,
      max_model_len: MAX_MODEL_LENGTH,
    })),
  };
}
