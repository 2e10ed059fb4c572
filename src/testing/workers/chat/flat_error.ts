import { isRecord } from "../../common/json.ts";

/** An error as SGLang, and vLLM before 0.10, write it: without the outer object, and without a parameter's name. */
export function flattened(body: unknown): unknown {
  return isRecord(body) && isRecord(body.error) ? { object: "error", ...body.error, param: null } : body;
}
