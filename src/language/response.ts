/**
 * A chat completion as the SDK's content.
 *
 * @module
 */
import type {
  APICallError,
  JSONObject,
  JSONValue,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import {
  createLanguageModelResponseMetadata,
  createNullLanguageModelUsage,
  generateId,
  isRecord,
  removeUndefinedEntries,
} from "@ai-sdk/provider-utils";
import { type Answer, answerError, unexpectedAnswer } from "../http/error.ts";
import { readError } from "../http/error_details.ts";
import { isFinal, readJob, unwrap } from "../job/envelope.ts";
import type { RunpodReasoningEcho } from "./chat_options.ts";
import { type Kind, splitText, type Tags } from "./reasoning_tags.ts";

/** What a chat completion holds. */
export interface Completion {
  content: LanguageModelV4Content[];
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage;
  response: LanguageModelV4ResponseMetadata;
  providerMetadata?: SharedV4ProviderMetadata;
}

/** What an error about an answer needs to say, and how to read what is none. */
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
 * @throws {APICallError} for an answer that is none, also with HTTP 200.
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
  const parts: Array<[Kind, string]> = tags && !reasoning ? splitText(text, tags) : [["text", text]];
  for (const [type, text] of parts) {
    if (type === "reasoning") content.push({ type, text, ...echoMetadata("inline") });
    else if (text) content.push({ type, text });
  }
  const refusal = readText(message.refusal);
  if (refusal) content.push({ type: "text", text: refusal });
  for (const call of Array.isArray(message.tool_calls) ? message.tool_calls : []) {
    const name = isRecord(call) && isRecord(call.function) ? call.function.name : undefined;
    if (typeof name !== "string") {
      throw unexpectedAnswer({ attempt: context.attempt, answer, expected: "a name in every tool call" });
    }
    const input = readArguments(call.function.arguments);
    if (name === jsonTool) {
      content.push({ type: "text", text: input });
      continue;
    }
    const toolCallId = typeof call.id === "string" && call.id.trim() !== "" ? call.id : generateId();
    content.push({ type: "tool-call", toolCallId, toolName: name, input });
  }

  return {
    content,
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

/** What the server told beside the answer, for those who ask for it. */
export function answerMetadata(
  cost: number | undefined,
  logprobs: JSONValue[] | undefined,
): { providerMetadata?: SharedV4ProviderMetadata } {
  if (cost === undefined && logprobs === undefined) return {};
  return { providerMetadata: { runpod: removeUndefinedEntries<JSONValue>({ cost, logprobs }) } };
}

/** Where reasoning came from, for it to go back there. The usual field needs no word. */
export function echoMetadata(
  reasoningEcho: RunpodReasoningEcho,
): { providerMetadata?: SharedV4ProviderMetadata } {
  return reasoningEcho === "reasoning_content" ? {} : { providerMetadata: { runpod: { reasoningEcho } } };
}

/** The field that a server reads reasoning from: the newer one, if it writes both. */
export function reasoningField(message: Record<string, unknown>): RunpodReasoningEcho {
  return readText(message.reasoning) ? "reasoning" : "reasoning_content";
}

/** What the public endpoint charged, in USD. */
export function readCost({ cost }: Record<string, unknown>): number | undefined {
  return typeof cost === "number" ? cost : undefined;
}

/** Reads the log probabilities of the tokens, of a refusal's too. */
export function readLogprobs({ logprobs }: Record<string, unknown>): JSONValue[] | undefined {
  if (!isRecord(logprobs)) return undefined;
  return [logprobs.content, logprobs.refusal].flatMap((tokens) => Array.isArray(tokens) ? tokens : []);
}

/** Reasoning under either name; servers that send both send the same text twice. */
export function readReasoning(message: Record<string, unknown>): string {
  return readText(message.reasoning_content) || readText(message.reasoning) || readThinking(message.content);
}

/** Thinking that comes as parts of the content. */
function readThinking(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content.map((part) => isRecord(part) && part.type === "thinking" ? readText(part.thinking) : "").join("");
}

/** Text, also as a list of text parts. */
export function readText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => isRecord(part) && typeof part.text === "string" ? part.text : "").join("");
}

/** Arguments are JSON text; some servers send the object itself. */
export function readArguments(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? {});
}

/** Reads a finish reason; servers that were told which tool to call say `stop` after the call. */
export function readFinishReason(
  raw: unknown,
  { hasToolCalls, isRefusal, jsonTool }: { hasToolCalls: boolean; isRefusal: boolean; jsonTool?: string },
): LanguageModelV4FinishReason {
  if (typeof raw !== "string") return { unified: hasToolCalls ? "tool-calls" : "other", raw: undefined };
  let unified = FINISH_REASONS[raw] ?? "other";
  // The call of that tool is no call to the caller.
  if (unified === "tool-calls" && jsonTool && !hasToolCalls) unified = "stop";
  if (unified !== "stop") return { unified, raw };
  return { unified: hasToolCalls ? "tool-calls" : isRefusal ? "content-filter" : "stop", raw };
}

const FINISH_REASONS: Record<string, LanguageModelV4FinishReason["unified"] | undefined> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
  abort: "error",
  error: "error",
};

/** Reads token counts, with the server's own object as `raw`. */
export function readUsage(value: unknown): LanguageModelV4Usage {
  if (!isRecord(value)) return createNullLanguageModelUsage();
  const detail = (group: string, key: string) => isRecord(value[group]) ? count(value[group][key]) : undefined;
  const input = count(value.prompt_tokens);
  const output = count(value.completion_tokens);
  // Moonshot and SGLang have these beside the totals.
  const cached = detail("prompt_tokens_details", "cached_tokens") ?? count(value.cached_tokens);
  const reasoning = detail("completion_tokens_details", "reasoning_tokens") ?? count(value.reasoning_tokens);
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
      cacheRead: cached,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: output,
      // Some servers count reasoning apart from the total.
      text: output === undefined ? undefined : Math.max(0, output - (reasoning ?? 0)),
      reasoning,
    },
    raw: value as JSONObject,
  };
}

/** Reads the id, model and time of a completion or chunk. */
export function readMetadata(json: Record<string, unknown>): LanguageModelV4ResponseMetadata {
  return createLanguageModelResponseMetadata({
    id: typeof json.id === "string" ? json.id : undefined,
    model: typeof json.model === "string" ? json.model : undefined,
    created: isTime(json.created) ? json.created : undefined,
  });
}

/** Seconds since 1970; some servers send 0 for "unknown". */
function isTime(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < 8.64e12;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
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
