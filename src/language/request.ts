/**
 * The SDK's call as the body of a chat completion request.
 *
 * @module
 */
import type { JSONObject, JSONValue, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { isRecord, removeUndefinedEntries } from "@ai-sdk/provider-utils";
import { withOptions } from "../input/context.ts";
import { type ChatTraits, chatTraits } from "./catalogue.ts";
import { type RunpodReasoningTags, type SortedOptions, warnOption } from "./chat_options.ts";
import { type ChatMessage, writeMessages } from "./messages.ts";
import { completeTags, type Tags } from "./reasoning_tags.ts";
import { writeFormat, type WrittenFormat } from "./structured_output.ts";
import { writeThinking } from "./thinking.ts";

/** The body of a chat completion request. */
export interface ChatRequest extends Record<string, unknown> {
  model: string;
  messages: ChatMessage[];
}

/** A request, and how to read the answer to it. */
export interface WrittenRequest {
  body: ChatRequest;
  warnings: SharedV4Warning[];
  /** The tags that reasoning stands between in the text. */
  tags?: Tags;
  /** The function whose arguments are the answer's text. */
  jsonTool?: string;
}

/** Writes the request for a call, with its options. */
export function writeRequest(
  model: string,
  { ours, server }: Pick<SortedOptions, "ours" | "server">,
  call: LanguageModelV4CallOptions,
): WrittenRequest {
  const warnings: SharedV4Warning[] = [];
  const {
    structuredOutputMode = "json_schema",
    strictJsonSchema = true,
    reasoningTags,
    reasoningEcho,
    chatTemplateKwargs,
    textVerbosity,
    logprobs,
    ...sampling
  } = ours;
  const traits = chatTraits(model);
  const format = writeFormat(call, structuredOutputMode, strictJsonSchema, warnings);
  const thinking = writeThinking(
    traits.thinking,
    call.reasoning,
    "reasoning_effort" in server ? server.reasoning_effort : sampling.reasoningEffort,
    warnings,
  );
  // A switch that somebody sets leaves the others as they are.
  const given = isRecord(server.chat_template_kwargs) ? server.chat_template_kwargs : {};
  const kwargs: Record<string, unknown> = { ...thinking.kwargs, ...chatTemplateKwargs, ...given };

  const settings = {
    ...writeSampling(call),
    reasoning_effort: thinking.effort,
    verbosity: textVerbosity,
    response_format: format.response_format,
    ...writeTools(call, format, warnings),
    ...writeLogprobs(logprobs),
  };
  const options = { ...inServersSpelling(sampling), ...server };
  if (server.messages !== undefined) warnOption("messages", "the messages are those of the call", warnings);
  const tags = writeTags(reasoningTags, traits, kwargs);
  const body = {
    model,
    ...withOptions({ warnings }, removeUndefinedEntries<unknown>(settings), options, SAMPLING),
    ...(Object.keys(kwargs).length === 0 ? {} : { chat_template_kwargs: kwargs }),
    messages: writeMessages(format.prompt, warnings, { reasoningEcho, tags: tags ?? completeTags(true)! }),
  };
  return { body, warnings, tags, jsonTool: format.jsonTool?.name };
}

/** The settings that chats and completions have, by the servers' names for them. */
export const SAMPLING = {
  max_tokens: "maxOutputTokens",
  temperature: "temperature",
  top_p: "topP",
  top_k: "topK",
  presence_penalty: "presencePenalty",
  frequency_penalty: "frequencyPenalty",
  stop: "stopSequences",
  seed: "seed",
} as const;

/** Writes those settings. */
export function writeSampling(call: LanguageModelV4CallOptions): Record<string, JSONValue | undefined> {
  const written = Object.fromEntries(Object.entries(SAMPLING).map(([name, setting]) => [name, call[setting]]));
  return { ...written, stop: call.stopSequences?.length ? call.stopSequences : undefined };
}

/** The same request, streamed, with the usage at its end. */
export function streamed<Body extends Record<string, unknown>>(body: Body): Body {
  return {
    ...body,
    stream: true,
    stream_options: { ...(body.stream_options as JSONObject | undefined), include_usage: true },
  };
}

/** `minP` as `min_p`. */
export function inServersSpelling(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
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
    return [{ type: "function", function: { name, description, parameters: inputSchema as JSONObject, strict } }];
  });
  const isBound = toolChoice?.type === "tool" && functions.length > 0;
  if (jsonTool && !isBound) {
    const isAlone = functions.length === 0 || toolChoice?.type === "none";
    return {
      tools: [...functions, { type: "function", function: jsonTool }],
      tool_choice: isAlone ? { type: "function", function: { name: jsonTool.name } } : "required",
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
