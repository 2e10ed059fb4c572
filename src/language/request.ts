/**
 * The SDK's call as the body of a chat completion request.
 *
 * @module
 */
import type { JSONObject, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { isCustomReasoning, removeUndefinedEntries } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { once, splitOptions } from "../options.ts";
import { type ChatMessage, writeMessages } from "./messages.ts";

/** The body of a chat completion request. */
export interface ChatRequest extends Record<string, unknown> {
  model: string;
  messages: ChatMessage[];
}

/** Writes the request body for a call. */
export function writeRequest(
  model: string,
  call: LanguageModelV4CallOptions,
): { body: ChatRequest; warnings: SharedV4Warning[] } {
  const warnings: SharedV4Warning[] = [];
  const { ours, worker } = splitOptions(call.providerOptions, ownOptions());
  const standard = {
    max_tokens: call.maxOutputTokens,
    temperature: call.temperature,
    top_p: call.topP,
    top_k: call.topK,
    presence_penalty: call.presencePenalty,
    frequency_penalty: call.frequencyPenalty,
    stop: call.stopSequences?.length ? call.stopSequences : undefined,
    seed: call.seed,
    reasoning_effort: ours.reasoningEffort ?? (isCustomReasoning(call.reasoning) ? call.reasoning : undefined),
    verbosity: ours.textVerbosity,
    response_format: writeResponseFormat(call.responseFormat, ours.strictJsonSchema),
    ...writeTools(call, warnings),
  };
  const messages = writeMessages(call.prompt, warnings);
  return { body: { model, ...removeUndefinedEntries<unknown>(standard), ...worker, messages }, warnings };
}

/** The options that have a name of ours, and those that would change what the caller's function promises. */
const ownOptions = once(() =>
  z.object({
    reasoningEffort: z.optional(z.string('an effort such as "low", "medium" or "high"')),
    textVerbosity: z.optional(z.string('a verbosity such as "low", "medium" or "high"')),
    strictJsonSchema: z.optional(z.boolean("true or false")),
    stream: z.optional(z.never("for options: streamText streams")),
  })
);

/** The same request, streamed, with the usage at its end. */
export function streamed(body: ChatRequest): ChatRequest {
  return {
    ...body,
    stream: true,
    stream_options: { ...(body.stream_options as JSONObject | undefined), include_usage: true },
  };
}

function writeResponseFormat(
  format: LanguageModelV4CallOptions["responseFormat"],
  strict = true,
): JSONObject | undefined {
  if (format?.type !== "json") return undefined;
  if (format.schema === undefined) return { type: "json_object" };
  return {
    type: "json_schema",
    json_schema: {
      name: format.name ?? "response",
      description: format.description,
      schema: format.schema as JSONObject,
      strict,
    },
  };
}

function writeTools(
  { tools = [], toolChoice }: LanguageModelV4CallOptions,
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
  // vLLM refuses a tool choice without tools.
  if (functions.length === 0) return {};
  return {
    tools: functions,
    tool_choice: toolChoice?.type === "tool"
      ? { type: "function", function: { name: toolChoice.toolName } }
      : toolChoice?.type,
  };
}
