/**
 * What cases about the job queue share.
 *
 * @module
 */
import { generateImage } from "ai";
import type { ImageModelV4 } from "@ai-sdk/provider";
import type { RunpodEndpoint } from "@runpod/ai-sdk-provider";
import type { Case, Reading, World } from "./case.ts";
import { wordsOf } from "./read.ts";

/** The queue of an endpoint. */
export function queueOf({ runpod }: World, endpoint: string): RunpodEndpoint {
  if (runpod === undefined) throw new Error("Only our provider knows queues");
  return runpod.endpoint(endpoint);
}

/** Runs a job to its end. The reading's value is its output. */
export async function runJob(world: World, endpoint: string, input: Record<string, unknown>): Promise<Reading> {
  return { value: (await queueOf(world, endpoint).runSync(input)).output };
}

/** Submits a job, and reads its status until something is so. The reads come in the order of the recording. */
export async function jobWhen<T>(read: () => Promise<T>, isSo: (job: T) => boolean): Promise<T> {
  for (let reads = 0; reads < 50; reads++) {
    const job = await read();
    if (isSo(job)) return job;
    await new Promise((go) => setTimeout(go, 200));
  }
  throw new Error("This did not happen in 10 s");
}

/** Makes images. The reading has their types and sizes. */
export async function makeImages(
  model: ImageModelV4,
  call: { prompt?: string; n?: number; size?: `${number}x${number}`; seed?: number } = {},
): Promise<Reading> {
  const { images, warnings } = await generateImage({ model, prompt: "A lighthouse", maxRetries: 0, ...call });
  return {
    files: images.map(({ mediaType, uint8Array }) => ({ mediaType, bytes: uint8Array.length })),
    warnings: warnings.map(wordsOf),
  };
}

/** A judge that wants a value. */
export function gives(wanted: unknown): Case["judge"] {
  return ({ value }) => {
    const [is, should] = [JSON.stringify(value), JSON.stringify(wanted)];
    return is === should ? undefined : `the value is ${is}`;
  };
}

/** A judge that wants an error whose message has these texts. */
export function failsWith(...texts: string[]): Case["judge"] {
  return ({ error, value, files }) => {
    if (error === undefined) return `there is no error, but ${JSON.stringify(value ?? files)}`;
    const missing = texts.find((text) => !error.message.includes(text));
    if (missing !== undefined) return `the message lacks ${JSON.stringify(missing)}: ${error.message}`;
    if (error.isRetryable) return `the error is retryable: ${error.message}`;
  };
}

/** A judge that wants files of these types, in this order. */
export function makes(...mediaTypes: string[]): Case["judge"] {
  return ({ files = [] }) => {
    const types = files.map(({ mediaType }) => mediaType);
    if (`${types}` !== `${mediaTypes}`) return `the files are ${types.join(", ") || "none"}`;
    if (files.some(({ bytes }) => bytes === 0)) return "a file is empty";
  };
}
