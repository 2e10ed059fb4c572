import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { badRequest, maxModelLength, type ServerReply } from "../server_reply.ts";
import { schemaProblem } from "./schema_check.ts";
import { badParameter, type FieldType, type ValidationError, validationErrors, wrongTypes } from "./validation.ts";

type Body = Record<string, unknown>;

/** The fields that chats and completions share. */
const types: Record<string, FieldType> = {
  model: "string",
  frequency_penalty: "float",
  presence_penalty: "float",
  repetition_penalty: "float",
  temperature: "float",
  top_p: "float",
  min_p: "float",
  top_k: "int",
  n: "int",
  seed: "int",
  max_tokens: "int",
  stream: "bool",
  stream_options: "dict",
  response_format: "dict",
  structured_outputs: "dict",
  logit_bias: "dict",
};

const FORMATS = ["text", "json_object", "json_schema", "structural_tag"];

const MAX_STOPS = 4;

const MAX_CHOICES = 16_384;

/** The most log probabilities for each token, unless the server is told otherwise. */
const MAX_LOGPROBS = 20;

/** The errors in the types of the fields that chats and completions share. */
export function fieldErrors(body: Body, own: Record<string, FieldType>): ValidationError[] {
  return [...wrongTypes(body, { ...types, ...own }), ...stopErrors(body.stop)];
}

/** `stop` is a text or a list of texts, so a wrong value has an error for each of the two. */
function stopErrors(value: unknown): ValidationError[] {
  if (value === undefined || value === null || typeof value === "string") return [];
  const error = (type: string, message: string, more: Partial<ValidationError> = {}) => ({
    type,
    field: "stop",
    message,
    value,
    ...more,
  });
  const notText = error("string_type", "Input should be a valid string");
  if (!Array.isArray(value)) return [notText, error("list_type", "Input should be a valid list")];
  const items = value.flatMap((item, index) =>
    typeof item === "string"
      ? []
      : [error("string_type", "Input should be a valid string", { field: `stop.${index}`, value: item })]
  );
  if (items.length > 0) return [notText, ...items];
  if (value.length <= MAX_STOPS) return [];
  const tooLong = `List should have at most ${MAX_STOPS} items after validation, not ${value.length}`;
  const context = { field_type: "List", max_length: MAX_STOPS, actual_length: value.length };
  return [notText, error("too_long", tooLong, { context })];
}

/** Why fields contradict each other; undefined if they do not. */
export function sharedContradiction(body: Body): ServerReply | undefined {
  const format = isRecord(body.response_format) ? body.response_format : {};
  if (format.type !== undefined && !FORMATS.includes(format.type as string)) {
    const expected = "'text', 'json_object' or 'json_schema'";
    const message = `Input should be ${expected}`;
    const field = "response_format.type";
    return validationErrors([{ type: "literal_error", field, message, value: format.type, context: { expected } }]);
  }
  if (format.type === "json_schema" && !isRecord(format.json_schema)) {
    const message = "When response_format type is 'json_schema', the 'json_schema' field must be provided.";
    return badParameter(message, "response_format");
  }
  if (body.stream_options && !body.stream) {
    return badParameter("Stream options can only be defined when `stream=True`.", "stream_options");
  }
  const constraints = isRecord(body.structured_outputs) ? body.structured_outputs : {};
  const count = ["json", "regex", "choice"].filter((name) => (constraints[name] ?? null) !== null).length;
  if (count > 1) {
    const message = "You can only use one kind of constraints for structured outputs ('json', 'regex' or 'choice').";
    return badRequest(message);
  }
}

/** Why vLLM's engine does not take the sampling parameters; undefined if it does. */
export function samplingRefusal(config: EmulatedEndpoint, body: Body, logprobs: unknown): ServerReply | undefined {
  const longest = maxModelLength(config);
  const { temperature, top_p, max_tokens, n } = body;
  const limit = body.max_completion_tokens ?? max_tokens;
  if (typeof limit === "number" && limit > longest) {
    const message =
      `max_tokens=${limit} cannot be greater than max_model_len=${longest}. Please request fewer output tokens.`;
    return badParameter(message, "max_tokens", limit);
  }
  if (typeof n === "number" && n < 1) return badRequest(`n must be at least 1, got ${n}.`);
  if (typeof n === "number" && n > MAX_CHOICES) {
    return badRequest(
      `n must be at most ${MAX_CHOICES}, got ${n}. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.`,
    );
  }
  if (typeof temperature === "number" && temperature < 0) {
    return badParameter(
      `temperature must be non-negative, got ${float(temperature)}.`,
      "temperature",
      float(temperature),
    );
  }
  if (typeof top_p === "number" && (top_p <= 0 || top_p > 1)) {
    return badParameter(`top_p must be in (0, 1], got ${float(top_p)}.`, "top_p", float(top_p));
  }
  if (typeof limit === "number" && limit < 1) {
    return badParameter(`max_tokens must be at least 1, got ${limit}.`, "max_tokens", limit);
  }
  if (typeof logprobs === "number" && logprobs > MAX_LOGPROBS) {
    const message = `Requested sample logprobs of ${logprobs}, which is greater than max allowed: ${MAX_LOGPROBS}`;
    return badParameter(message, "logprobs", logprobs);
  }
  if (typeof n === "number" && n > 1 && temperature === 0) {
    return badRequest(`n must be 1 when using greedy sampling, got ${n}.`);
  }
  const format = isRecord(body.response_format) ? body.response_format : {};
  const schema = isRecord(format.json_schema) ? format.json_schema.schema : undefined;
  const constraints = isRecord(body.structured_outputs) ? body.structured_outputs : {};
  return schemaProblem(schema ?? constraints.json) ?? constraintProblem(constraints);
}

/** Why vLLM cannot make a grammar of a constraint other than a schema; undefined if it can. */
function constraintProblem({ choice, regex, grammar }: Body): ServerReply | undefined {
  if (Array.isArray(choice) && choice.length === 0) return badRequest("Choice '[]' cannot be an empty list");
  if (typeof regex === "string") {
    try {
      new RegExp(regex, "u");
    } catch {
      return badRequest(`Grammar error: at 1(8): invalid regex ${JSON.stringify(regex)} (in regex): regex parse error`);
    }
  }
  // Of grammars, only the brackets are checked.
  const open = typeof grammar === "string" ? grammar.split("(").length - grammar.split(")").length : 0;
  if (open <= 0) return undefined;
  return badRequest(
    `Invalid grammar specification: Failed to convert the grammar from GBNF to Lark: Expected ')' at line 1, '${grammar}' ^ ''`,
  );
}

/** Why a prompt does not fit; undefined if it does. */
export function contextRefusal(
  config: EmulatedEndpoint,
  promptTokens: number,
  body: Body = {},
): ServerReply | undefined {
  const longest = maxModelLength(config);
  const asked = body.max_completion_tokens ?? body.max_tokens;
  const output = typeof asked === "number" ? asked : 0;
  if (promptTokens + output <= longest) return undefined;
  const limit = `This model's maximum context length is ${longest} tokens. However,`;
  if (promptTokens > longest) {
    // Tokens beyond that are not counted.
    const counted = longest + 1;
    const message = `${limit} your prompt contains at least ${counted} input tokens, which exceeds this limit even ` +
      "without any output tokens. Please reduce the length of the input prompt.";
    return badParameter(message, "input_tokens", counted);
  }
  const message = `${limit} you requested ${output} output tokens and your prompt contains at least ${promptTokens} ` +
    `input tokens, for a total of at least ${promptTokens + output} tokens. Please reduce the length of the input ` +
    "prompt or the number of requested output tokens.";
  return badParameter(message, "input_tokens", promptTokens);
}

/** A number as Python writes a float. */
function float(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Validation errors as a reply; undefined if there are none. */
export function replyTo(errors: ValidationError[]): ServerReply | undefined {
  return errors.length === 0 ? undefined : validationErrors(errors);
}
