/**
 * Reads a whole chat or text completion.
 *
 * @module
 */
import type {
  APICallError,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import { generateId, isRecord } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { readError } from "../http/error_details.ts";
import { isFinal, readJob, unwrap } from "../job/envelope.ts";
import {
  answerMetadata,
  echoMetadata,
  readArguments,
  readCost,
  readFinishReason,
  readLogprobs,
  readMetadata,
  readReasoning,
  readText,
  readUsage,
  reasoningField,
} from "./fields.ts";
import { type BlockKind, splitText, type Tags } from "./reasoning_tags.ts";

/** The result of a completion. */
export interface Completion {
  content: LanguageModelV4Content[];
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage;
  response: LanguageModelV4ResponseMetadata;
  providerMetadata?: SharedV4ProviderMetadata;
}

/** What reading an answer needs to know. */
export interface AnswerContext {
  attempt: string;
  /** Advice for a 404. */
  notFound: string;
  /** The tags that reasoning stands between in the text. */
  tags?: Tags;
  /** The function whose arguments are the answer's text. */
  jsonTool?: string;
}

/**
 * Reads a whole chat completion.
 *
 * @throws {APICallError} for an answer that is not one, also with HTTP 200.
 */
export function readCompletion(answer: Answer, context: AnswerContext): Completion {
  const json = unwrap(answer.json);
  const choice = isRecord(json) && Array.isArray(json.choices) ? json.choices[0] : undefined;
  // A text completion has its text in the choice itself.
  const message = isRecord(choice) && typeof choice.text === "string" ? { content: choice.text } : choice?.message;
  if (!isRecord(json) || json.error || !isRecord(choice) || !isRecord(message)) {
    throw notACompletion(answer, json, context);
  }

  const { tags, jsonTool } = context;
  const content: LanguageModelV4Content[] = [];
  const reasoning = readReasoning(message);
  if (reasoning) content.push({ type: "reasoning", text: reasoning, ...echoMetadata(reasoningField(message)) });
  const text = readText(message.content);
  const parts: Array<[BlockKind, string]> = tags && !reasoning ? splitText(text, tags) : [["text", text]];
  for (const [type, text] of parts) {
    if (type === "reasoning") content.push({ type, text, ...echoMetadata("inline") });
    else if (text) content.push({ type, text });
  }
  const refusal = readText(message.refusal);
  let object: string | undefined;
  if (refusal) content.push({ type: "text", text: refusal });
  for (const call of Array.isArray(message.tool_calls) ? message.tool_calls : []) {
    const name = isRecord(call) && isRecord(call.function) ? call.function.name : undefined;
    if (typeof name !== "string") {
      throw unexpectedAnswer({ attempt: context.attempt, answer, expected: "a name in every tool call" });
    }
    const input = readArguments(call.function.arguments);
    if (name === jsonTool) {
      object ??= input;
      continue;
    }
    const toolCallId = typeof call.id === "string" && call.id.trim() !== "" ? call.id : generateId();
    content.push({ type: "tool-call", toolCallId, toolName: name, input });
  }

  return {
    // Words beside the object are not part of it.
    content: object === undefined
      ? content
      : [...content.filter(({ type }) => type !== "text"), { type: "text", text: object }],
    finishReason: readFinishReason(choice.finish_reason, {
      hasToolCalls: content.some((part) => part.type === "tool-call"),
      isRefusal: refusal !== "",
      jsonTool,
    }),
    usage: readUsage(json.usage),
    response: readMetadata(json),
    ...answerMetadata(readCost(json), readLogprobs(choice)),
  };
}

function notACompletion(answer: Answer, json: unknown, { attempt, notFound }: AnswerContext): APICallError {
  const job = readJob(json);
  if (job && !isFinal(job)) {
    return unexpectedAnswer({ attempt, answer, expected: `a completion, and job "${job.id}" is still ${job.status}` });
  }
  const isError = isRecord(json) && (json.error || json.object === "error" || !("choices" in json));
  if (isError && readError(json)) return answerError({ attempt, answer, retryCost: "completion", notFound });
  return unexpectedAnswer({ attempt, answer, expected: "a chat completion as JSON" });
}
