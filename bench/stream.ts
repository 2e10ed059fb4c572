/**
 * CPU time per chunk of a streamed answer, from the bytes of the network to the SDK's parts.
 *
 * @module
 */
import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { streamText } from "ai";
import { callFor, CHUNKS, DELTAS, drain, eventReads, type Kind, respond } from "./chunks.ts";
import { args, compare, GUARD_ROUNDS, report, round, type Table } from "./harness.ts";
import { FLOOR, INCUMBENT, languageModels, OPENAI_COMPATIBLE, OURS } from "./peers.ts";

/** The least CPU time of openai-compatible that we want, as a multiple of ours. */
const PEER_TARGETS: Partial<Record<Kind, number>> = { "text": 4, "reasoning": 4, "tool arguments": 4 };

/** The least code that parses each chunk and streams parts: without checks, state or errors. */
function floorStream(response: Response, kind: Kind): ReadableStream<LanguageModelV4StreamPart> {
  const body = response.body!.getReader();
  const decoder = new TextDecoder();
  const type = DELTAS[kind].part as "text-delta";
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

async function stream(model: LanguageModelV4, kind: Kind): Promise<void> {
  await drain((await model.doStream(callFor(kind))).stream, kind);
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
    columns: ["deltas, events per read", FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT, "to the floor", "peer to us"],
    rows: [],
    targets: [],
  };
  for (const kind of Object.keys(DELTAS) as Kind[]) {
    for (const eventsPerRead of [1, 64]) {
      reads = eventReads(kind, eventsPerRead);
      const times = await compare({
        [FLOOR]: () => drain(floorStream(respond(reads), kind), kind),
        ...Object.fromEntries(Object.entries(models).map(([name, model]) => [name, () => stream(model, kind)])),
      }, { rounds: 5 });
      const what = `${kind}, ${eventsPerRead}`;
      const toFloor = round(times[OURS] / times[FLOOR]);
      const toPeer = round(times[OPENAI_COMPATIBLE] / times[OURS]);
      const cells = [FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT].map((name) => perChunk(times[name]));
      parts.rows.push([what, ...cells, toFloor, toPeer]);
      parts.targets.push({ what: `${what}: to the floor`, value: toFloor, atMost: 1.5 });
      const atLeast = PEER_TARGETS[kind];
      if (atLeast) parts.targets.push({ what: `${what}: openai-compatible to us`, value: toPeer, atLeast });
    }
  }

  const through: Table = {
    title: "The same through streamText, text, 1 event per read",
    columns: ["provider", "microseconds in all", "of the provider", "share %"],
    rows: [],
    targets: [],
  };
  reads = eventReads("text", 1);
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

/** Measures, in a few seconds, the CPU time of openai-compatible as a multiple of ours. */
async function guard(): Promise<number> {
  const reads = eventReads("text", 1);
  const models = await languageModels(() => Promise.resolve(respond(reads)));
  const times = await compare({
    [OURS]: () => stream(models[OURS], "text"),
    [OPENAI_COMPATIBLE]: () => stream(models[OPENAI_COMPATIBLE], "text"),
  }, GUARD_ROUNDS);
  return times[OPENAI_COMPATIBLE] / times[OURS];
}

report(args[0] === "guard" ? await guard() : await measure());
