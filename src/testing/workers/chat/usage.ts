import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import type { Answer } from "./pretend_model.ts";

/** The usage of an answer, as vLLM writes it. */
export function usageOf({ reasoning, text, call, promptTokens }: Answer) {
  const completionTokens = reasoning.length + text.length + (call?.pieces.length ?? 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    ...(reasoning.length > 0 ? { completion_tokens_details: { reasoning_tokens: reasoning.length } } : {}),
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
  usageChunk: Record<string, unknown>,
): string[] {
  const { include_usage, continuous_usage_stats } = isRecord(request.stream_options) ? request.stream_options : {};
  const counted = include_usage === true && continuous_usage_stats === true
    ? chunks.map((chunk) => ({ ...chunk, usage: usageChunk.usage }))
    : chunks;
  const all = include_usage === true ? [...counted, usageChunk] : counted;
  return [...all.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"];
}
