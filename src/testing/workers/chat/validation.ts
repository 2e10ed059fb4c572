import { isRecord } from "../../common/json.ts";
import { repr } from "../python.ts";
import { badRequest, refusal, type ServerReply } from "../server_reply.ts";

/** One error of vLLM's check of a request. */
export interface ValidationError {
  /** The kind of error, in pydantic's words. */
  type: string;
  /** The path of the field, such as `stop`. */
  field: string;
  message: string;
  value?: unknown;
  /** The limit that was exceeded, as pydantic tells it. */
  context?: Record<string, unknown>;
}

/** vLLM's answer to a request whose fields are wrong. */
export function validationErrors(errors: ValidationError[]): ServerReply {
  const shown = errors.map(({ type, field, message, value, context }) =>
    repr({
      type,
      loc: locationOf(field),
      msg: message,
      input: summary(value),
      ...(context === undefined ? {} : { ctx: context }),
    })
  );
  return invalid(shown, locationOf(errors[0].field));
}

/** vLLM's answer to fields that contradict each other, and to a value that the fields allow and the engine does not. */
export function badParameter(message: string, param: string, value?: unknown): ServerReply {
  const details = value === undefined ? "" : `, value=${value}`;
  return badRequest(`${message} (parameter=${param}${details})`, param);
}

/** Where a field is, as errors write it. The body itself has no name. */
function locationOf(field: string): string {
  return field === "" ? "body" : `body.${field}`;
}

function invalid(errors: string[], param: string | null): ServerReply {
  const label = errors.length === 1 ? "error" : "errors";
  const lines = errors.map((error) => `  ${error}`).join("\n");
  return refusal(400, "Bad Request", `${errors.length} validation ${label}:\n${lines}`, param);
}

function summary(value: unknown): unknown {
  if (Array.isArray(value)) return `<list of ${value.length} items>`;
  if (isRecord(value)) return `<dict of ${Object.keys(value).length} items>`;
  return value === null || value === undefined ? "None" : typeof value === "number" ? String(value) : value;
}

/** The types of fields, in pydantic's words. */
export type FieldType = "float" | "int" | "bool" | "string" | "dict";

/** The errors of the fields that are there and have a wrong type. Null counts as missing. */
export function wrongTypes(body: Record<string, unknown>, types: Record<string, FieldType>): ValidationError[] {
  return Object.entries(types).flatMap(([field, type]) => {
    const value = body[field];
    const wrong = value === undefined || value === null ? undefined : checks[type](value);
    return wrong === undefined ? [] : [{ type: wrong[0], field, message: wrong[1], value }];
  });
}

type Wrong = [type: string, message: string] | undefined;

/** The check of each type. A text that is a number counts as one. */
const checks: Record<FieldType, (value: unknown) => Wrong> = {
  float(value) {
    if (typeof value === "number" || typeof value === "boolean") return undefined;
    if (typeof value !== "string") return ["float_type", "Input should be a valid number"];
    return isNumeric(value)
      ? undefined
      : ["float_parsing", "Input should be a valid number, unable to parse string as a number"];
  },
  int(value) {
    if (typeof value === "boolean" || Number.isInteger(value)) return undefined;
    if (typeof value === "number") {
      return ["int_from_float", "Input should be a valid integer, got a number with a fractional part"];
    }
    if (typeof value !== "string") return ["int_type", "Input should be a valid integer"];
    return isNumeric(value) && Number.isInteger(Number(value))
      ? undefined
      : ["int_parsing", "Input should be a valid integer, unable to parse string as an integer"];
  },
  bool(value) {
    if (typeof value === "boolean" || value === 0 || value === 1) return undefined;
    if (typeof value !== "string" && typeof value !== "number") return ["bool_type", "Input should be a valid boolean"];
    return /^(true|false|yes|no|on|off|t|f|y|n|0|1)$/i.test(String(value))
      ? undefined
      : ["bool_parsing", "Input should be a valid boolean, unable to interpret input"];
  },
  string: (value) => typeof value === "string" ? undefined : ["string_type", "Input should be a valid string"],
  dict: (value) => isRecord(value) ? undefined : ["dict_type", "Input should be a valid dictionary"],
};

function isNumeric(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}
