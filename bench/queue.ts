/**
 * CPU time of the same chunks as a job's output and as a route's stream.
 *
 * @module
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { callFor, CHUNKS, chunksOf, drain, eventReads, type Kind, largeReads, respond } from "./chunks.ts";
import { args, compare, GUARD_ROUNDS, report, round, type Rounds, type Table } from "./harness.ts";
import { CHAT_MODEL, OURS, runpod } from "./peers.ts";

const KINDS: Kind[] = ["text", "reasoning", "tool arguments"];
const PARSE = "JSON.parse of the output";
const QUEUE = "output, doGenerate";
const ROUTE = "stream, doStream";

/** Measures one kind of chunks. The stream brings one event per read, as a server sends them. */
async function measureKind(kind: Kind, rounds?: Rounds): Promise<Record<string, number>> {
  // A worker that yields chunks gets a job with the list of all chunks.
  const job = { id: "sync-1", status: "COMPLETED", delayTime: 20, executionTime: 900, output: chunksOf(kind) };
  const body = new TextEncoder().encode(JSON.stringify(job));
  const respondWithJob = () => respond(largeReads(body), "application/json");
  const events = eventReads(kind, 1);
  const onQueue = (await runpod(OURS, () => Promise.resolve(respondWithJob())))(CHAT_MODEL, { transport: "queue" });
  const onRoute = (await runpod(OURS, () => Promise.resolve(respond(events))))(CHAT_MODEL);
  return await compare({
    [PARSE]: async () => JSON.parse(await respondWithJob().text()),
    [QUEUE]: () => generate(onQueue, kind),
    [ROUTE]: async () => await drain((await onRoute.doStream(callFor(kind))).stream, kind),
  }, rounds);
}

/** Generates, and checks that the whole answer came. */
async function generate(model: LanguageModelV4, kind: Kind): Promise<void> {
  const [part] = (await model.doGenerate(callFor(kind))).content;
  const answer = part.type === "tool-call" ? part.input : "text" in part ? part.text : "";
  if (!answer.includes(`${CHUNKS - 1}`)) throw new Error(`Only a part of the ${kind} came`);
}

async function measure(): Promise<Table[]> {
  const table: Table = {
    title: `CPU milliseconds of ${CHUNKS} chunks, as a job's output and as a route's stream`,
    columns: ["deltas", PARSE, QUEUE, ROUTE, "output to stream"],
    rows: [],
    targets: [],
  };
  for (const kind of KINDS) {
    const times = await measureKind(kind);
    const ratio = round(times[QUEUE] / times[ROUTE]);
    table.rows.push([kind, ...[PARSE, QUEUE, ROUTE].map((name) => round(times[name], 1)), ratio]);
    table.targets.push({ what: `${kind}: output to stream`, value: ratio, atMost: 2 });
  }
  return [table];
}

/** Measures, in a few seconds, the CPU time of an output as a multiple of a stream's. */
async function guard(): Promise<number> {
  const times = await measureKind("text", GUARD_ROUNDS);
  return times[QUEUE] / times[ROUTE];
}

report(args[0] === "guard" ? await guard() : await measure());
