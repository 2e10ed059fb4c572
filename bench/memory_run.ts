/**
 * One process that reads one stream, or runs many jobs at once, and looks at its memory.
 *
 * @module
 */
import process from "node:process";
import { IMAGE_CALL } from "../tests/capture.ts";
import { args, someBytes, tell } from "./harness.ts";
import { FLOOR, languageModels, runpod } from "./peers.ts";

/** Megabytes that were in use beyond what was in use at the start, and beyond the results. */
export interface Memory {
  /** After the garbage was collected, at the worst of some moments. */
  live: number;
  /** The highest of some samples, with all garbage that had not been collected. */
  peak: number;
}

const MB = 1024 * 1024;
const IMAGES = 200;
const IMAGE_BYTES = 5 * MB;
const READ_BYTES = 64 * 1024;

const { gc } = globalThis as unknown as { gc: () => void };

/** What JavaScript takes, and the bytes of its buffers. */
function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MB;
}

function live(): number {
  gc();
  return used();
}

/** A body of some bytes that are made when they are asked for, and counted. */
function bodyOf(next: () => Uint8Array | undefined): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const bytes = next();
      if (bytes) controller.enqueue(bytes);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

async function runStream(name: string, megabytes: number): Promise<Memory> {
  const event = (delta: unknown, finish_reason: string | null) =>
    `data: ${
      JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })
    }\n\n`;
  const bytes = new TextEncoder().encode(event({ content: "word ".repeat(20) }, null).repeat(64));
  const last = new TextEncoder().encode(`${event({}, "stop")}data: [DONE]\n\n`);
  const total = Math.ceil(megabytes * MB / bytes.length);
  let reads = 0;
  let [start, mostLive, mostUsed] = [0, 0, 0];
  const respond = () =>
    new Response(
      bodyOf(() => {
        if (reads === 0) start = live();
        mostUsed = Math.max(mostUsed, used());
        if (reads > 0 && reads % Math.ceil(total / 5) === 0) mostLive = Math.max(mostLive, live());
        reads++;
        return reads <= total ? bytes : reads === total + 1 ? last : undefined;
      }),
      { headers: { "content-type": "text/event-stream" } },
    );
  const models = await languageModels(() => Promise.resolve(respond()));
  const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }];
  const stream = name === FLOOR ? respond().body! : (await models[name].doStream({ prompt })).stream;
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
    // Jobs end one after the other, as they do where workers are few.
    if (!isFile) await new Promise((resolve) => setTimeout(resolve, 200 + 25 * answers++));
    const whole = isFile ? image : way === "by URL" ? linked : inline;
    let at = 0;
    const body = bodyOf(() => at < whole.length ? whole.slice(at, at += READ_BYTES) : undefined);
    return new Response(body, { headers: { "content-type": isFile ? "image/png" : "application/json" } });
  };
  const { imageModel } = await runpod(name, fetch as typeof globalThis.fetch);
  let data = (image.length + inline.length + linked.length) / MB;
  let peak = 0;
  const sample = () => peak = Math.max(peak, used() - start - data);
  const timer = setInterval(sample, 5);
  // The results are kept, as an app would, while the others are made.
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
  // Buffers are freed a little after their collection.
  gc();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { live: live() - start - data, peak };
}

const [what, name, more] = args;
tell(what === "stream" ? await runStream(name, Number(more)) : await runImages(name, more));
