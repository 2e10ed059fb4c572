import { isRecord } from "../../common/json.ts";

/** An error as SGLang, and vLLM before 0.10, write it: without the outer object, and without a parameter's name. */
export function flattened(body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body.error)) return body;
  const type = body.error.type === "Bad Request" ? "BadRequestError" : body.error.type;
  return { object: "error", ...body.error, type, param: null };
}
