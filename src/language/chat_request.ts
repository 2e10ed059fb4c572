/**
 * Writes the body of a chat completion request from the SDK's call.
 *
 * @module
 */
import type { JSONObject, JSONValue, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { isRecord, removeUndefinedEntries } from "@ai-sdk/provider-utils";
import type { Dispensable } from "../call/dispensable.ts";
import { type CallContext, warnUnsupported } from "../input/context.ts";
import { override } from "../input/writer.ts";
import { type ChatTraits, chatTraits } from "./catalogue.ts";
import { toolSchema } from "./grammar_schema.ts";
import { writeMessages } from "./messages.ts";
import { type RunpodLanguageOptions, type RunpodReasoningTags, sentOptions } from "./options.ts";
import { completeTags, type Tags } from "./reasoning_tags.ts";
import { SAMPLING, writeSampling } from "./sampling.ts";
import { writeFormat, type WrittenFormat } from "./structured_output.ts";
import { writeThinking } from "./thinking.ts";

/** A request, and how to read the answer to it. */
export interface ChatRequest {
  body: JSONObject;
  /** The tags that reasoning stands between in the text. */
  tags?: Tags;
  /** The function whose arguments are the text of the answer. */
  jsonTool?: string;
  /** Whether the model is told not to think. */
  isThinkingOff?: boolean;
  dispensable?: Dispensable[];
}

/** How servers refuse a level of thinking. */
const REFUSED_EFFORT = /reasoning[_ ]?effort|think value|(?:not support|unsupported)\S* (?:think|reason)/i;

/** What a chat request is written from. */
export interface ChatCall extends CallContext {
  call: LanguageModelV4CallOptions;
  /** The name that the model is served under. */
  servedName: string;
  /** The options of the call, and beneath them the settings of the model. */
  options: RunpodLanguageOptions;
  /** Options of the server, which win. */
  workerOptions: JSONObject;
}

/** Writes the request for a call. */
export function writeChatRequest(chat: ChatCall): ChatRequest {
  const { call, servedName: model, options, workerOptions: server, warnings } = chat;
  const {
    structuredOutputMode: mode,
    strictJsonSchema = true,
    reasoningTags,
    reasoningEcho,
    imagesInToolResults,
    chatTemplateKwargs,
    reasoningEffort,
    logprobs,
    ...others
  } = options;
  const traits = chatTraits(model);
  const format = writeFormat(call, mode ?? "json_schema", strictJsonSchema, warnings);
  const schema = others.structuredOutputs?.json;
  // llama.cpp reads a schema from here only.
  if (isRecord(schema) && !format.response_format && !format.jsonTool) {
    const json_schema = { name: "response", schema: schema as JSONObject, strict: strictJsonSchema };
    format.response_format = { type: "json_schema", json_schema };
  }
  // The caller's effort decides what becomes of the call's `reasoning`, and is sent itself besides.
  const effort = "reasoning_effort" in server ? server.reasoning_effort : reasoningEffort;
  const thinking = writeThinking(traits.thinking, call.reasoning, effort, warnings);
  // Each variable of the template by itself: one that the caller sets leaves the others as they are.
  const given = isRecord(server.chat_template_kwargs) ? server.chat_template_kwargs : {};
  const kwargs: Record<string, unknown> = { ...thinking.kwargs, ...chatTemplateKwargs, ...given };

  const settings = removeUndefinedEntries<JSONValue>({
    ...writeSampling(call),
    reasoning_effort: thinking.effort,
    add_generation_prompt: others.continueFinalMessage ? false : undefined,
    response_format: format.response_format,
    ...writeTools(call, format, warnings),
    ...writeLogprobs(logprobs),
  });
  if (mode === undefined && format.response_format && settings.tool_choice === "auto") {
    const details =
      'vLLM and SGLang answer with the object at once and call no tool, unless toolChoice is "required" or ' +
      'structuredOutputMode is "tool"';
    warnings.push({ type: "compatibility", feature: "responseFormat with tools", details });
  }
  const set = { ...sentOptions({ ...others, reasoningEffort }), ...server };
  if (server.messages !== undefined) {
    warnUnsupported(chat, "providerOptions.runpod.messages", "the messages are those of the call");
  }
  const tags = writeTags(reasoningTags, traits, kwargs);
  const needsReasoning = traits.needsReasoning && kwargs.thinking !== false;
  const echo = {
    reasoningEcho,
    tags: tags ?? completeTags(true)!,
    needsReasoning,
    movesFiles: !(imagesInToolResults ?? !traits.takesTextFromTools),
  };
  const body: JSONObject = {
    model,
    ...override(chat, settings, set, SAMPLING),
    ...set,
    ...(Object.keys(kwargs).length > 0 && { chat_template_kwargs: kwargs as JSONObject }),
    messages: writeMessages(format.prompt, warnings, echo) as unknown as JSONValue,
  };
  const isThinkingOff = [kwargs.enable_thinking, kwargs.thinking].includes(false) || body.reasoning_effort === "none";
  // Without "none" there are still the template's variables.
  const feature = thinking.effort === "none" ? undefined : "reasoning";
  const isOurs = thinking.effort !== undefined && !("reasoning_effort" in set);
  const dispensable = isOurs ? [{ field: "reasoning_effort", words: REFUSED_EFFORT, feature }] : [];
  return { body, tags, jsonTool: format.jsonTool?.name, isThinkingOff, dispensable };
}

function writeLogprobs(logprobs: boolean | number | undefined): JSONObject {
  return typeof logprobs === "number" ? { logprobs: true, top_logprobs: logprobs } : { logprobs };
}

/** An answer begins inside reasoning only where thinking is not turned off. */
function writeTags(
  given: boolean | RunpodReasoningTags | undefined,
  { inlinesReasoning, prefillsReasoning }: ChatTraits,
  { enable_thinking, thinking = enable_thinking }: Record<string, unknown>,
): Tags | undefined {
  const tags = completeTags(given ?? inlinesReasoning);
  const isPrefilled = tags?.startWithReasoning ? thinking !== false : prefillsReasoning && thinking === true;
  return tags && { ...tags, startWithReasoning: Boolean(isPrefilled) };
}

function writeTools(
  { tools = [], toolChoice }: LanguageModelV4CallOptions,
  { jsonTool }: WrittenFormat,
  warnings: SharedV4Warning[],
): JSONObject {
  const functions = tools.flatMap((tool): JSONObject[] => {
    if (tool.type === "provider") {
      warnings.push({
        type: "unsupported",
        feature: `provider-defined tool ${tool.id}`,
        details: "Runpod's endpoints run no tools of their own; define a function tool",
      });
      return [];
    }
    const { name, description, inputSchema, strict } = tool;
    const parameters = toolSchema(inputSchema, name, warnings) as JSONObject;
    return [{ type: "function", function: { name, description, parameters, strict } }];
  });
  const isBound = toolChoice?.type === "tool" && functions.length > 0;
  if (jsonTool && !isBound) {
    const isForbidden = functions.length > 0 && toolChoice?.type === "none";
    return {
      tools: [...functions, { type: "function", function: jsonTool }],
      // llama.cpp takes a name for "auto", so it is only given where other tools must not be called.
      tool_choice: isForbidden ? { type: "function", function: { name: jsonTool.name } } : "required",
    };
  }
  // vLLM refuses a tool choice without tools.
  if (functions.length === 0) return {};
  return {
    tools: functions,
    tool_choice: toolChoice?.type === "tool"
      ? { type: "function", function: { name: toolChoice.toolName } }
      : toolChoice?.type,
  };
}
