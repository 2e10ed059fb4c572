/**
 * Reads recorded answers of language models in the simplest way, as a second opinion on what the provider reads.
 *
 * @module
 */
import type { StepReading } from "./case.ts";
import type { Exchange } from "./recording.ts";
import { bodyText, eventsOf } from "./replay.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

/** What the recorded answer of a chat or of a completion says; undefined if it is an error or something else. */
export function plainReading(exchange: Exchange): StepReading | undefined {
  if (exchange.status !== 200 || !/\/(chat\/)?completions$/.test(exchange.path)) return undefined;
  const text = bodyText(exchange);
  const chunks: Json[] = text.startsWith("{") ? [JSON.parse(text)] : dataOf(text);
  let [written, reasoning, finishReason] = ["", "", ""];
  const calls: Array<{ name: string; arguments: string }> = [];
  let usage: Json;
  for (const { choices = [], usage: tokens } of chunks) {
    usage = tokens ?? usage;
    for (const { index, message, delta, text, finish_reason: reason } of choices) {
      if (index !== 0) continue;
      const part = message ?? delta ?? {};
      written += text ?? part.content ?? "";
      reasoning += part.reasoning ?? part.reasoning_content ?? "";
      finishReason = reason ?? finishReason;
      for (const [place, call] of (part.tool_calls ?? []).entries()) {
        const own = calls[call.index ?? place] ??= { name: "", arguments: "" };
        own.name += call.function?.name ?? "";
        own.arguments += call.function?.arguments ?? "";
      }
    }
  }
  // A server without a parser for the model leaves its thoughts in the text.
  const [, thought, rest] = written.match(/^<think>([^]*?)<\/think>([^]*)$/) ?? [];
  return {
    text: rest ?? written,
    reasoning: thought ?? reasoning,
    toolCalls: calls.map(({ name, arguments: input }) => ({ name, input: jsonOr(input) })),
    finishReason: calls.length > 0 ? "tool-calls" : finishReason,
    inputTokens: usage?.prompt_tokens,
    outputTokens: usage?.completion_tokens,
  };
}

/** The JSON of the events of a stream. */
export function dataOf(text: string): Json[] {
  return eventsOf(text).flatMap((event) => {
    const data = event.match(/^data: (.*)$/m)?.[1];
    return data === undefined || data === "[DONE]" ? [] : [jsonOr(data)];
  });
}

/** The words of a recorded error, wherever a server puts them. */
export function wordsOfError(exchange: Exchange): string | undefined {
  const body: Json = exchange.body;
  if (exchange.status < 400 || typeof body !== "object" || body === null) return undefined;
  const { error, message, detail } = body;
  const words = error?.message ?? error ?? message ?? detail;
  return typeof words === "string" ? words : undefined;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
