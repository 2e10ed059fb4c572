/**
 * A chat answer of many chunks, and the bodies that bring it.
 *
 * @module
 */
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { PROMPT } from "../tests/smallest_calls.ts";

/** How many deltas an answer has. */
export const CHUNKS = 20_000;

/** What the deltas of an answer are made of. */
export interface Deltas {
  /** The part that the SDK gets for each delta. */
  part: LanguageModelV4StreamPart["type"];
  delta: (index: number) => Record<string, unknown>;
  /** The delta that completes the answer. */
  lastDelta?: Record<string, unknown>;
  /** What a chunk has besides its choices. */
  extra?: (index: number) => Record<string, unknown>;
}

const usageAt = (index: number) => ({
  usage: { prompt_tokens: 20, completion_tokens: index, total_tokens: index + 20 },
});

/** The kinds of answers. */
export const DELTAS = {
  "text": { part: "text-delta", delta: (index) => ({ content: ` word${index}` }) },
  "reasoning": { part: "reasoning-delta", delta: (index) => ({ reasoning_content: ` word${index}` }) },
  "tool arguments": {
    part: "tool-input-delta",
    delta: (index) => ({
      tool_calls: [
        index === 0
          ? { index: 0, id: "call_1", type: "function", function: { name: "save", arguments: '{"list":[0' } }
          : { index: 0, function: { arguments: `,${index}` } },
      ],
    }),
    lastDelta: { tool_calls: [{ index: 0, function: { arguments: "]}" } }] },
  },
  // These chunks differ from each other in two places, so each of them has to be parsed.
  "text, with usage": { part: "text-delta", delta: (index) => ({ content: ` word${index}` }), extra: usageAt },
} satisfies Record<string, Deltas>;

/** The name of a kind of answer. */
export type Kind = keyof typeof DELTAS;

/** The chunks of an answer, as an OpenAI route sends them. */
export function chunksOf(kind: Kind): Array<Record<string, unknown>> {
  const chunk = (choices: unknown[], extra?: Record<string, unknown>) => ({
    id: "chatcmpl-8f6a3c1de0b24a7f",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "Qwen/Qwen3-32B-AWQ",
    choices,
    ...extra,
  });
  const choice = (delta: Record<string, unknown>, finish_reason: string | null = null) => ({
    index: 0,
    delta,
    logprobs: null,
    finish_reason,
  });
  const { delta, lastDelta = {}, extra }: Deltas = DELTAS[kind];
  return [
    chunk([choice({ role: "assistant", content: "" })]),
    ...Array.from({ length: CHUNKS }, (_, index) => chunk([choice(delta(index))], extra?.(index))),
    chunk([choice(lastDelta, "stop")]),
    chunk([], usageAt(CHUNKS)),
  ];
}

/** The body of a route's stream, cut into reads of some events each. */
export function eventReads(kind: Kind, eventsPerRead: number): Uint8Array[] {
  const events = chunksOf(kind).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  events.push("data: [DONE]\n\n");
  const encoder = new TextEncoder();
  return Array.from(
    { length: Math.ceil(events.length / eventsPerRead) },
    (_, index) => encoder.encode(events.slice(index * eventsPerRead, (index + 1) * eventsPerRead).join("")),
  );
}

/** Cuts a large body into reads of 64 KB, as a network would. */
export function* largeReads(body: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  const size = 64 * 1024;
  for (let at = 0; at < body.length; at += size) yield body.slice(at, at + size);
}

/** A response whose body comes in these reads, each made when it is asked for. */
export function respond(reads: Iterable<Uint8Array>, contentType = "text/event-stream"): Response {
  const iterator = reads[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": contentType } });
}

/** The call that asks for an answer of a kind. */
export function callFor(kind: Kind): LanguageModelV4CallOptions {
  if (kind !== "tool arguments") return { prompt: PROMPT };
  return { prompt: PROMPT, tools: [{ type: "function", name: "save", inputSchema: { type: "object" } }] };
}

/** Reads a stream to its end, as an app would, and checks that the whole answer came. */
export async function drain(stream: ReadableStream<LanguageModelV4StreamPart>, kind: Kind): Promise<void> {
  const reader = stream.getReader();
  let deltas = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (value!.type === DELTAS[kind].part) deltas++;
    else if (value!.type === "error") throw value!.error;
  }
  if (deltas < CHUNKS) throw new Error(`Only ${deltas} of ${CHUNKS} deltas of ${kind} came`);
}
