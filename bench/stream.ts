/**
 * CPU time per chunk of a streamed answer, from the bytes of the network to the SDK's parts.
 *
 * @module
 */
import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { streamText } from "ai";
import { args, compare, round, type Table, tell } from "./harness.ts";
import { FLOOR, INCUMBENT, languageModels, OPENAI_COMPATIBLE, OURS } from "./peers.ts";

const CHUNKS = 20_000;

interface Deltas {
  part: LanguageModelV4StreamPart["type"];
  delta: (index: number) => Record<string, unknown>;
  /** What a chunk has beside its choice. */
  more?: (index: number) => Record<string, unknown>;
  /** What openai-compatible is to take at least, in times of ours. */
  toReach?: number;
}

const usageAt = (index: number) => ({
  usage: { prompt_tokens: 20, completion_tokens: index, total_tokens: index + 20 },
});

const KINDS = {
  "text": { part: "text-delta", delta: (index) => ({ content: ` word${index}` }), toReach: 4 },
  "reasoning": { part: "reasoning-delta", delta: (index) => ({ reasoning_content: ` word${index}` }), toReach: 4 },
  "tool arguments": {
    part: "tool-input-delta",
    delta: (index) => ({
      tool_calls: [
        index === 0
          ? { index: 0, id: "call_1", type: "function", function: { name: "save", arguments: '{"list":[0' } }
          : { index: 0, function: { arguments: `,${index}` } },
      ],
    }),
    toReach: 4,
  },
  // No two of these chunks are alike, so each of them has to be parsed.
  "text, with usage": { part: "text-delta", delta: (index) => ({ content: ` word${index}` }), more: usageAt },
} satisfies Record<string, Deltas>;

type Kind = keyof typeof KINDS;

/** The body of an answer, cut into reads of some events each. */
function readsOf(kind: Kind, eventsARead: number): Uint8Array[] {
  const chunk = (choices: unknown[], more?: Record<string, unknown>) => ({
    id: "chatcmpl-8f6a3c1de0b24a7f",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "Qwen/Qwen3-32B-AWQ",
    choices,
    ...more,
  });
  const choice = (delta: Record<string, unknown>, finish_reason: string | null = null) => ({
    index: 0,
    delta,
    logprobs: null,
    finish_reason,
  });
  const { delta, more }: Deltas = KINDS[kind];
  const events = [
    chunk([choice({ role: "assistant", content: "" })]),
    ...Array.from({ length: CHUNKS }, (_, index) => chunk([choice(delta(index))], more?.(index))),
    chunk([
      choice(kind === "tool arguments" ? { tool_calls: [{ index: 0, function: { arguments: "]}" } }] } : {}, "stop"),
    ]),
    chunk([], usageAt(CHUNKS)),
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  events.push("data: [DONE]\n\n");
  const encoder = new TextEncoder();
  return Array.from(
    { length: Math.ceil(events.length / eventsARead) },
    (_, index) => encoder.encode(events.slice(index * eventsARead, (index + 1) * eventsARead).join("")),
  );
}

/** What the network would bring. */
function respond(reads: Uint8Array[]): Response {
  let next = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (next < reads.length) controller.enqueue(reads[next++]);
      else controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** The least that parses each chunk and makes a stream of parts of them: no check, no state, no error. */
function floorStream(response: Response, kind: Kind): ReadableStream<LanguageModelV4StreamPart> {
  const body = response.body!.getReader();
  const decoder = new TextDecoder();
  const type = KINDS[kind].part as "text-delta";
  let rest = "";
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await body.read();
      const events = (rest + decoder.decode(value, { stream: !done })).split("\n\n");
      rest = events.pop()!;
      for (const event of events) {
        if (event === "data: [DONE]") return controller.close();
        const { delta } = JSON.parse(event.slice("data: ".length)).choices[0] ?? {};
        const text = delta?.content ?? delta?.reasoning_content ?? delta?.tool_calls?.[0].function.arguments;
        controller.enqueue({ type, id: "0", delta: text ?? "" });
      }
    },
  });
}

/** Reads a stream as an app would, and checks that all of it came. */
async function drain(stream: ReadableStream<LanguageModelV4StreamPart>, kind: Kind): Promise<void> {
  const reader = stream.getReader();
  let deltas = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (value!.type === KINDS[kind].part) deltas++;
    else if (value!.type === "error") throw value!.error;
  }
  if (deltas < CHUNKS) throw new Error(`Only ${deltas} deltas of ${kind} came`);
}

const CALL = { prompt: [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }] };

async function stream(model: LanguageModelV4, kind: Kind): Promise<void> {
  const tools = kind !== "tool arguments" ? undefined : [
    { type: "function" as const, name: "save", inputSchema: { type: "object" as const } },
  ];
  await drain((await model.doStream({ ...CALL, tools })).stream, kind);
}

async function streamTextOf(model: LanguageModelV4): Promise<void> {
  let deltas = 0;
  for await (const part of streamText({ model, prompt: "Hi" }).fullStream) {
    if (part.type === "text-delta") deltas++;
    else if (part.type === "error") throw part.error;
  }
  if (deltas < CHUNKS) throw new Error(`Only ${deltas} deltas came`);
}

const perChunk = (millis: number) => round(millis * 1000 / CHUNKS);

async function measure(): Promise<Table[]> {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  let reads: Uint8Array[] = [];
  const models = await languageModels(() => Promise.resolve(respond(reads)));
  const parts: Table = {
    title: `CPU microseconds per chunk, ${CHUNKS} chunks`,
    columns: ["events a read", FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT, "to the floor", "peer to us"],
    rows: [],
    marks: [],
  };
  for (const [kind, { toReach }] of Object.entries(KINDS) as Array<[Kind, Deltas]>) {
    for (const eventsARead of [1, 64]) {
      reads = readsOf(kind, eventsARead);
      const times = await compare({
        [FLOOR]: () => drain(floorStream(respond(reads), kind), kind),
        ...Object.fromEntries(Object.entries(models).map(([name, model]) => [name, () => stream(model, kind)])),
      }, { rounds: 5 });
      const what = `${kind}, ${eventsARead}`;
      const toFloor = round(times[OURS] / times[FLOOR]);
      const toPeer = round(times[OPENAI_COMPATIBLE] / times[OURS]);
      const cells = [FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT].map((name) => perChunk(times[name]));
      parts.rows.push([what, ...cells, toFloor, toPeer]);
      parts.marks.push({ what: `${what}: to the floor`, value: toFloor, atMost: 1.5 });
      if (toReach) parts.marks.push({ what: `${what}: openai-compatible to us`, value: toPeer, atLeast: toReach });
    }
  }

  const through: Table = {
    title: "The same through streamText, text, 1 event a read",
    columns: ["provider", "microseconds in all", "of the provider", "share %"],
    rows: [],
    marks: [],
  };
  reads = readsOf("text", 1);
  const entries = Object.entries(models);
  const times = await compare(
    Object.fromEntries(entries.flatMap(([name, model]) => [
      [name, () => stream(model, "text")],
      [`streamText ${name}`, () => streamTextOf(model)],
    ])),
    { rounds: 3, warmups: 1 },
  );
  for (const [name] of entries) {
    const [own, all] = [times[name], times[`streamText ${name}`]];
    through.rows.push([name, perChunk(all), perChunk(own), round(own / all * 100, 0)]);
  }
  return [parts, through];
}

/** How many times our CPU time openai-compatible takes, in a few seconds. */
async function guard(): Promise<number> {
  const reads = readsOf("text", 1);
  const models = await languageModels(() => Promise.resolve(respond(reads)));
  const times = await compare({
    [OURS]: () => stream(models[OURS], "text"),
    [OPENAI_COMPATIBLE]: () => stream(models[OPENAI_COMPATIBLE], "text"),
  }, { rounds: 3, warmups: 1 });
  return times[OPENAI_COMPATIBLE] / times[OURS];
}

tell(args[0] === "guard" ? await guard() : await measure());
