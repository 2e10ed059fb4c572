import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { badRequest, type ServerReply } from "../server_reply.ts";
import { fieldErrors, replyTo, samplingRefusal, sharedContradiction } from "./generation_request.ts";
import { repr } from "../python.ts";
import type { Message } from "./pretend_model.ts";
import { schemaProblem } from "./schema_check.ts";
import { badParameter, type FieldType, type ValidationError } from "./validation.ts";

type Body = Record<string, unknown>;

const types: Record<string, FieldType> = {
  logprobs: "bool",
  top_logprobs: "int",
  max_completion_tokens: "int",
  parallel_tool_calls: "bool",
  chat_template_kwargs: "dict",
};

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The types of content parts that vLLM knows. */
const PART_TYPES = ["text", "image_url", "input_audio", "audio_url", "video_url", "file", "refusal", "thinking"];

/** Why vLLM refuses the fields of a chat before it looks at the model; undefined if it does not. */
export function refuseFields(body: Body): ServerReply | undefined {
  return replyTo([...messageErrors(body), ...fieldErrors(body, types), ...effortErrors(body), ...toolErrors(body)]) ??
    partRefusal(body) ?? sharedContradiction(body) ?? logprobsContradiction(body) ?? toolContradiction(body);
}

/** Why vLLM refuses a chat with right fields; undefined if it takes it. */
export function refuseChat(config: EmulatedEndpoint, model: string, body: Body): ServerReply | undefined {
  const { tools, tool_choice: choice = tools === undefined ? undefined : "auto" } = body;
  if (choice === "auto" && config.toolParser === false) {
    return badRequest('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set');
  }
  const parts = isMessages(body.messages) ? body.messages.flatMap(({ content }) => content) : [];
  if (config.multimodal === false && parts.some((part) => isRecord(part) && /image|audio|video/.test(`${part.type}`))) {
    return badRequest(`${model} is not a multimodal model`);
  }
  return samplingRefusal(config, body, body.logprobs === true ? body.top_logprobs : undefined) ??
    toolSchemaProblem(tools);
}

/** Only strict tools have a grammar. */
function toolSchemaProblem(tools: unknown): ServerReply | undefined {
  const functions = Array.isArray(tools) ? tools.map((tool) => tool.function) : [];
  return functions.filter(({ strict }) => strict === true)
    .map(({ parameters }) => schemaProblem(parameters)).find((problem) => problem !== undefined);
}

function messageErrors(body: Body): ValidationError[] {
  const { messages } = body;
  if (messages === undefined || messages === null) {
    return [{ type: "missing", field: "messages", message: "Field required", value: body }];
  }
  if (!Array.isArray(messages)) {
    return [{ type: "list_type", field: "messages", message: "Input should be a valid list", value: messages }];
  }
  return messages.flatMap((message, index): ValidationError[] => {
    const field = `messages.${index}`;
    if (!isRecord(message)) {
      return [{ type: "dict_type", field, message: "Input should be a valid dictionary", value: message }];
    }
    if (typeof message.role !== "string") {
      return [{ type: "missing", field: `${field}.role`, message: "Field required", value: message }];
    }
    return partErrors(message.content, `${field}.content`);
  });
}

function partErrors(content: unknown, field: string): ValidationError[] {
  if (content === undefined || content === null || typeof content === "string") return [];
  if (!Array.isArray(content)) {
    return [{ type: "string_type", field, message: "Input should be a valid string", value: content }];
  }
  return content.flatMap((part, index): ValidationError[] => {
    if (!isRecord(part)) {
      const message = "Input should be a valid dictionary";
      return [{ type: "dict_type", field: `${field}.${index}`, message, value: part }];
    }
    return [];
  });
}

/** Parts are looked at later than other fields. Of the many errors that vLLM tells, this is the first. */
function partRefusal({ messages }: Body): ServerReply | undefined {
  for (const { content } of isMessages(messages) ? messages : []) {
    for (const [index, part] of (Array.isArray(content) ? content : []).entries()) {
      if (!isRecord(part) || part.type === undefined) continue;
      if (PART_TYPES.includes(part.type as string) && (part.type !== "text" || typeof part.text === "string")) continue;
      return badRequest(
        `1 validation error for ValidatorIterator\n${index}.ChatCompletionContentPartTextParam.text\n` +
          `  Field required [type=missing, input_value=${repr(part)}, input_type=dict]\n` +
          "    For further information visit https://errors.pydantic.dev/2.14/v/missing",
      );
    }
  }
}

function effortErrors({ reasoning_effort: effort }: Body): ValidationError[] {
  if (effort === undefined || effort === null || EFFORTS.includes(effort as string)) return [];
  const names = EFFORTS.map((name) => `'${name}'`);
  const expected = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return [{
    type: "literal_error",
    field: "reasoning_effort",
    message: `Input should be ${expected}`,
    value: effort,
    context: { expected },
  }];
}

function toolErrors({ tools }: Body): ValidationError[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) {
    return [{ type: "list_type", field: "tools", message: "Input should be a valid list", value: tools }];
  }
  return tools.flatMap((tool, index): ValidationError[] => {
    const field = `tools.${index}.function`;
    const own = isRecord(tool) ? tool.function : undefined;
    if (!isRecord(own)) return [{ type: "missing", field, message: "Field required", value: tool }];
    if (typeof own.name !== "string") {
      return [{ type: "missing", field: `${field}.name`, message: "Field required", value: own }];
    }
    if (own.parameters === undefined || own.parameters === null || isRecord(own.parameters)) return [];
    const message = "Input should be a valid dictionary";
    return [{ type: "dict_type", field: `${field}.parameters`, message, value: own.parameters }];
  });
}

function logprobsContradiction(body: Body): ServerReply | undefined {
  const top = body.top_logprobs;
  if (typeof top !== "number") return undefined;
  if (top < -1) return badParameter("`top_logprobs` must be a positive value or -1.", "top_logprobs");
  return top !== 0 && !body.logprobs
    ? badParameter("when using `top_logprobs`, `logprobs` must be set to true.", "top_logprobs")
    : undefined;
}

function toolContradiction(body: Body): ServerReply | undefined {
  const { tools, tool_choice: choice } = body;
  if (Array.isArray(tools) && tools.length === 0) {
    const message = "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.";
    return badParameter(message, "tools");
  }
  if (choice === undefined || choice === null || choice === "none") return undefined;
  if (!Array.isArray(tools)) {
    return badParameter("When using `tool_choice`, `tools` must be set.", "tool_choice");
  }
  if (choice === "auto" || choice === "required") return undefined;
  if (!isRecord(choice)) {
    const message = `Invalid value for \`tool_choice\`: ${choice}! Only named tools, "none", "auto" or "required" ` +
      "are supported.";
    return badParameter(message, "tool_choice");
  }
  const name = isRecord(choice.function) ? choice.function.name : undefined;
  return tools.some((tool) => tool.function.name === name) ? undefined : badParameter(
    "The tool specified in `tool_choice` does not match any of the specified `tools`",
    "tool_choice",
  );
}

/** Whether a value is a non-empty list of messages. */
export function isMessages(value: unknown): value is Message[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((message) => isRecord(message) && typeof message.role === "string");
}
