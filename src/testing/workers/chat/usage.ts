import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { FINGERPRINT } from "../server_reply.ts";
import type { Answer } from "./pretend_model.ts";

/** How many tokens a request has used. */
export interface Usage {
  prompt_tokens: number;
  total_tokens: number;
  completion_tokens: number;
  prompt_tokens_details?: null;
  completion_tokens_details: { reasoning_tokens: number } | null;
}

/** The usage of a completion, which does not think. */
export type CompletionUsage = Omit<Usage, "completion_tokens_details"> & { completion_tokens_details?: null };

/** The usage of an answer with one or more choices, as vLLM writes it. */
export function usageOf(choices: Answer[], promptTokens: number): Usage {
  const count = (tokens: (answer: Answer) => number) => choices.reduce((total, answer) => total + tokens(answer), 0);
  const reasoning_tokens = count(({ reasoning }) => reasoning.length);
  const completion_tokens = reasoning_tokens +
    count(({ text, call }) => text.length + (call?.pieces.length ?? 0));
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completion_tokens,
    completion_tokens,
    prompt_tokens_details: null,
    completion_tokens_details: { reasoning_tokens },
  };
}

/** The price of tokens, on an endpoint that has a price. */
export function costOf({ pricePerMillionTokens }: EmulatedEndpoint, tokens: number): { cost?: number } {
  return pricePerMillionTokens === undefined ? {} : { cost: tokens * pricePerMillionTokens / 1e6 };
}

/** The events of a stream, with the usage if the request asks for it. */
export function eventsOf(
  chunks: Array<Record<string, unknown>>,
  request: Record<string, unknown>,
  head: Record<string, unknown>,
  { prompt_tokens_details: _, ...usage }: Usage | CompletionUsage,
  isVllm: boolean,
): string[] {
  const { include_usage, continuous_usage_stats } = isRecord(request.stream_options) ? request.stream_options : {};
  const counted = include_usage === true && continuous_usage_stats === true
    ? chunks.map((chunk) => ({ ...chunk, usage }))
    : chunks;
  const last = { ...head, choices: [], usage, ...(isVllm && { system_fingerprint: FINGERPRINT }) };
  const all = include_usage === true
    ? [...counted, last]
    : counted.map((chunk) => isVllm && isEnd(chunk) ? { ...chunk, system_fingerprint: FINGERPRINT } : chunk);
  return [...all.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"];
}

/** Whether a chunk ends a choice. */
function isEnd({ choices }: Record<string, unknown>): boolean {
  return Array.isArray(choices) && choices.some(({ finish_reason: reason }) => reason !== null);
}

/** The chunks of several choices in the order in which a server that writes them at the same time sends them. */
export function interleaved<T>(choices: T[][]): T[] {
  const longest = Math.max(...choices.map((chunks) => chunks.length));
  return Array.from({ length: longest }, (_, index) => choices.flatMap((chunks) => chunks.slice(index, index + 1)))
    .flat();
}
