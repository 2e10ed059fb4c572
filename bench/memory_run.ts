/**
 * Reads one stream, or runs many jobs at once, and measures the memory of its own process.
 *
 * @module
 */
import process from "node:process";
import { IMAGE_CALL, PROMPT } from "../tests/smallest_calls.ts";
import { largeReads, respond } from "./chunks.ts";
import { args, report, someBytes } from "./harness.ts";
import { FLOOR, languageModels, runpod } from "./peers.ts";

/** Megabytes in use, without those in use at the start and without the results. */
export interface Memory {
  /** The highest of some samples right after a garbage collection. */
  live: number;
  /** The highest of some samples, with the garbage that was not collected yet. */
  peak: number;
}

const MB = 1024 * 1024;
const IMAGES = 200;
const IMAGE_BYTES = 5 * MB;

const { gc } = globalThis as unknown as { gc: () => void };

/** The megabytes of the heap and of buffers outside of it. */
function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MB;
}

function live(): number {
  gc();
  return used();
}

async function runStream(name: string, megabytes: number): Promise<Memory> {
  const event = (delta: unknown, finish_reason: string | null) =>
    `data: ${
      JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })
    }\n\n`;
  const bytes = new TextEncoder().encode(event({ content: "word ".repeat(20) }, null).repeat(64));
  const last = new TextEncoder().encode(`${event({}, "stop")}data: [DONE]\n\n`);
  const total = Math.ceil(megabytes * MB / bytes.length);
  let [start, mostLive, mostUsed] = [0, 0, 0];
  function* reads() {
    start = live();
    for (let count = 1; count <= total; count++) {
      yield bytes;
      mostUsed = Math.max(mostUsed, used());
      if (count % Math.ceil(total / 5) === 0) mostLive = Math.max(mostLive, live());
    }
    yield last;
  }
  const models = await languageModels(() => Promise.resolve(respond(reads())));
  const stream = name === FLOOR ? respond(reads()).body! : (await models[name].doStream({ prompt: PROMPT })).stream;
  const reader = (stream as ReadableStream<unknown>).getReader();
  while (!(await reader.read()).done);
  return { live: mostLive - start, peak: mostUsed - start };
}

async function runImages(name: string, way: string): Promise<Memory> {
  const start = live();
  const image = someBytes(IMAGE_BYTES);
  image.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const inline = new TextEncoder().encode(
    JSON.stringify({ id: "sync-1", status: "COMPLETED", output: { image: Buffer.from(image).toString("base64") } }),
  );
  const linked = new TextEncoder().encode(
    JSON.stringify({ id: "sync-1", status: "COMPLETED", output: { image_url: "https://files.test/image.png" } }),
  );
  let answers = 0;
  const fetch = async (input: RequestInfo | URL) => {
    const isFile = String(input).startsWith("https://files.test/");
    // The jobs end one after the other, as with few workers.
    if (!isFile) await new Promise((resolve) => setTimeout(resolve, 200 + 25 * answers++));
    if (isFile) return respond(largeReads(image), "image/png");
    return respond(largeReads(way === "by URL" ? linked : inline), "application/json");
  };
  const { imageModel } = await runpod(name, fetch as typeof globalThis.fetch);
  let data = (image.length + inline.length + linked.length) / MB;
  let peak = 0;
  const sample = () => peak = Math.max(peak, used() - start - data);
  const timer = setInterval(sample, 5);
  // Each result is kept until all are made, as in an app.
  const results = await Promise.all(
    Array.from({ length: IMAGES }, async () => {
      const result = await imageModel("mine").doGenerate({ ...IMAGE_CALL, size: "1024x1024" });
      sample();
      data += result.images[0].length / MB;
      return result;
    }),
  );
  clearInterval(timer);
  if (results.length < IMAGES) throw new Error("Not all images came");
  // Buffers are freed a moment after they are collected.
  gc();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { live: live() - start - data, peak };
}

const [what, name, more] = args;
report(what === "stream" ? await runStream(name, Number(more)) : await runImages(name, more));
