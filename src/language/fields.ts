/**
 * Reads the fields of completions and of their chunks, under all names and in all shapes that servers use.
 *
 * @module
 */
import type {
  JSONObject,
  JSONValue,
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import {
  createLanguageModelResponseMetadata,
  createNullLanguageModelUsage,
  isRecord,
  removeUndefinedEntries,
} from "@ai-sdk/provider-utils";
import type { RunpodReasoningEcho } from "./options.ts";

/** Adds what is known of an answer's job to the answer's own metadata. */
export function withMetadata(
  metadata: SharedV4ProviderMetadata | undefined,
  about: JSONObject,
): { providerMetadata?: SharedV4ProviderMetadata } {
  const runpod = removeUndefinedEntries<JSONValue>({ ...about, ...metadata?.runpod });
  return Object.keys(runpod).length === 0 ? {} : { providerMetadata: { ...metadata, runpod } };
}

/** Metadata that says where reasoning came from, so that it goes back there. The usual field needs none. */
export function echoMetadata(
  reasoningEcho: RunpodReasoningEcho,
): { providerMetadata?: SharedV4ProviderMetadata } {
  return reasoningEcho === "reasoning_content" ? {} : { providerMetadata: { runpod: { reasoningEcho } } };
}

/** The field that the server reads past reasoning from: the newer one, if it writes both. */
export function reasoningField(message: Record<string, unknown>): RunpodReasoningEcho {
  return readText(message.reasoning) ? "reasoning" : "reasoning_content";
}

/** Reads what a public endpoint charged, in USD. */
export function readCost({ cost }: Record<string, unknown>): number | undefined {
  return typeof cost === "number" ? cost : undefined;
}

/** What servers tell beside an answer, by their names, and the names in the metadata. */
const KEPT = {
  metrics: "metrics",
  stop_reason: "stopReason",
  prompt_logprobs: "promptLogprobs",
  prompt_token_ids: "promptTokenIds",
  token_ids: "tokenIds",
  kv_transfer_params: "kvTransferParams",
} as const;

/** Keeps what a chunk or its choice tells beside the answer. The ids of tokens come piece by piece. */
export function keepFields(record: Record<string, unknown>, kept: JSONObject): void {
  for (const [name, key] of Object.entries(KEPT)) {
    const value = record[name] as JSONValue | undefined;
    if (value === undefined || value === null) continue;
    const ids = kept[key];
    if (name === "token_ids" && Array.isArray(value) && Array.isArray(ids)) { for (const id of value) ids.push(id); }
    else kept[key] = value;
  }
}

/** Reads the log probabilities of the tokens, also those of a refusal. Completions have them as lists side by side. */
export function readLogprobs({ logprobs }: Record<string, unknown>): JSONValue[] | undefined {
  if (!isRecord(logprobs)) return undefined;
  const { tokens, content, refusal } = logprobs;
  if (!Array.isArray(tokens)) return [content, refusal].flatMap((tokens) => Array.isArray(tokens) ? tokens : []);
  const at = (list: unknown, index: number) => Array.isArray(list) ? list[index] : undefined;
  return tokens.map((token, index) => {
    const likeliest = at(logprobs.top_logprobs, index);
    const top = Object.entries(isRecord(likeliest) ? likeliest : {});
    return removeUndefinedEntries<JSONValue>({
      token,
      logprob: at(logprobs.token_logprobs, index) ?? null,
      top_logprobs: top.map(([token, logprob]) => ({ token, logprob: logprob as number })),
      text_offset: at(logprobs.text_offset, index),
    });
  });
}

/** Reads reasoning under either name. Servers that send both send the same text twice. */
export function readReasoning(message: Record<string, unknown>): string {
  return readText(message.reasoning_content) || readText(message.reasoning);
}

/** Reads content that comes as a list of parts, some of which may be thinking, in their order. */
export function readParts(content: unknown[]): Array<[kind: "text" | "reasoning", text: string]> {
  return content.map((part) =>
    isRecord(part) && part.type === "thinking" ? ["reasoning", readText(part.thinking)] : ["text", readText([part])]
  );
}

/** Reads text, also from a list of text parts. */
export function readText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => isRecord(part) && typeof part.text === "string" ? part.text : "").join("");
}

/** Reads arguments as JSON text. Some servers send the object itself. */
export function readArguments(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? {});
}

/**
 * Reads a finish reason. What is there counts more than its name: servers end an answer with calls under many names, such
 * as `stop` or `end_turn`.
 */
export function readFinishReason(
  raw: unknown,
  { hasToolCalls, isRefusal, jsonTool }: { hasToolCalls: boolean; isRefusal: boolean; jsonTool?: string },
): LanguageModelV4FinishReason {
  if (!isFinishReason(raw)) return { unified: hasToolCalls ? "tool-calls" : "other", raw: undefined };
  const unified = FINISH_REASONS.get(raw.toLowerCase()) ?? "other";
  if (hasToolCalls && (unified === "stop" || unified === "other")) return { unified: "tool-calls", raw };
  // The call of the JSON tool is the answer itself, not a call that the caller has to run.
  if (unified === "tool-calls" && jsonTool && !hasToolCalls) return { unified: "stop", raw };
  return { unified: unified === "stop" && isRefusal ? "content-filter" : unified, raw };
}

/** Whether a value is a finish reason. Some servers send an empty one with every chunk. */
export function isFinishReason(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** The names of OpenAI, TGI, Ollama and gateways to Anthropic, in lower case. */
const FINISH_REASONS: ReadonlyMap<string, LanguageModelV4FinishReason["unified"]> = new Map(Object.entries(
  {
    stop: "stop",
    eos: "stop",
    eos_token: "stop",
    end_turn: "stop",
    stop_sequence: "stop",
    length: "length",
    max_tokens: "length",
    max_length: "length",
    model_length: "length",
    tool_calls: "tool-calls",
    tool_call: "tool-calls",
    tool_use: "tool-calls",
    function_call: "tool-calls",
    content_filter: "content-filter",
    refusal: "content-filter",
    safety: "content-filter",
    abort: "error",
    error: "error",
  } as const,
));

/** Reads token counts, with the server's own object as `raw`. */
export function readUsage(value: unknown): LanguageModelV4Usage {
  if (!isRecord(value)) return createNullLanguageModelUsage();
  const detail = (group: string, key: string) => isRecord(value[group]) ? count(value[group][key]) : undefined;
  const input = count(value.prompt_tokens);
  const completion = count(value.completion_tokens);
  // Moonshot and SGLang send these beside the totals.
  const cached = detail("prompt_tokens_details", "cached_tokens") ?? count(value.cached_tokens);
  const reasoning = detail("completion_tokens_details", "reasoning_tokens") ?? count(value.reasoning_tokens);
  const written = detail("prompt_tokens_details", "cache_write_tokens") ?? count(value.cache_creation_input_tokens);
  // Some servers count reasoning apart from the completion, as the total shows.
  const isApart = completion !== undefined && Boolean(reasoning) &&
    count(value.total_tokens) === (input ?? 0) + completion + reasoning!;
  const output = isApart ? completion + reasoning! : completion;
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : Math.max(0, input - (cached ?? 0) - (written ?? 0)),
      cacheRead: cached,
      cacheWrite: written,
    },
    outputTokens: {
      total: output,
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

/** Whether a value is a time in seconds since 1970. Some servers send 0 for "unknown". */
function isTime(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < 8.64e12;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
