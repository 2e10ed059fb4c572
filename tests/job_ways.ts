/**
 * The ways to run a job: with each kind of model that is a job, and with the client of an endpoint.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError, type RunpodRunSyncOptions } from "@runpod/ai-sdk-provider";
import { createDownload, experimental_generateVideo, generateImage, generateSpeech, RetryError, transcribe } from "ai";
import { assert, assertEquals, AssertionError, assertStringIncludes } from "@std/assert";
import { isMp4 } from "./files.ts";
import type { JobWorld } from "./job_world.ts";

/** Options of waiting, and the id of a job to continue instead of submitting one. */
export type WayOptions = Omit<RunpodRunSyncOptions, "headers" | "webhook" | "policy" | "s3Config"> & { jobId?: string };

/** A way to run a job. */
interface Way {
  /** The endpoint that runs the job. */
  endpoint: string;
  /** The input of the job. */
  input: Record<string, unknown>;
  /** Runs a job. Returns whether the result is the right one. */
  run(world: JobWorld, options: WayOptions): Promise<boolean>;
  /** Whether the provider downloads the result. */
  isDownloaded?: boolean;
  /** Whether the AI SDK polls, in place of the provider. Its deadline knows nothing of the job. */
  isPolledBySdk?: boolean;
  /** Whether the AI SDK makes the call again after a retryable error. */
  isRetriedBySdk?: boolean;
}

const WAYS: Record<"image" | "video" | "polled video" | "endpoint" | "speech" | "transcription", Way> = {
  image: {
    endpoint: "picture",
    input: { prompt: "A red apple", width: 64, height: 64 },
    isDownloaded: true,
    isRetriedBySdk: true,
    run: async ({ runpod }, { abortSignal, ...options }) => {
      const { image } = await generateImage({
        model: runpod.imageModel("picture"),
        prompt: "A red apple",
        size: "64x64",
        abortSignal,
        providerOptions: { runpod: options },
      });
      return isWholePng(image.uint8Array, 64);
    },
  },
  video: {
    endpoint: "film",
    input: { prompt: "A red apple rolls" },
    isRetriedBySdk: true,
    run: (world, options) => runVideo(world, options),
  },
  "polled video": {
    endpoint: "film",
    input: { prompt: "A red apple rolls" },
    isPolledBySdk: true,
    isRetriedBySdk: true,
    run: (world, options) =>
      runVideo(world, options, {
        intervalMs: options.pollIntervalMillis ?? 2000,
        timeoutMs: options.timeoutMillis,
      }),
  },
  endpoint: {
    endpoint: "upper",
    input: { text: "hello" },
    run: async ({ runpod }, { jobId, ...options }) => {
      const endpoint = runpod.endpoint("upper");
      const { output } = jobId === undefined
        ? await endpoint.runSync<{ text?: unknown }>({ text: "hello" }, options)
        : await endpoint.wait<{ text?: unknown }>(jobId, options);
      return output?.text === "HELLO";
    },
  },
  speech: {
    endpoint: "voice",
    input: { prompt: "Hello there" },
    isDownloaded: true,
    isRetriedBySdk: true,
    run: async ({ runpod }, { abortSignal, ...options }) => {
      const { audio } = await generateSpeech({
        model: runpod.speechModel("voice"),
        text: "Hello there",
        abortSignal,
        providerOptions: { runpod: options },
      });
      return isWholeWav(audio.uint8Array, "Hello there");
    },
  },
  transcription: {
    endpoint: "ears",
    input: { audio: "https://example.com/talk.mp3" },
    isRetriedBySdk: true,
    run: async ({ runpod }, { abortSignal, ...options }) => {
      const { text, segments } = await transcribe({
        model: runpod.transcriptionModel("ears"),
        audio: new URL("https://example.com/talk.mp3"),
        abortSignal,
        providerOptions: { runpod: options },
      });
      return text.length > 0 && segments.map((segment) => segment.text).join(" ") === text;
    },
  },
};

/** The name of a way. */
export type WayName = keyof typeof WAYS;

const waysThat = (isWanted: (way: Way) => unknown): WayName[] =>
  (Object.keys(WAYS) as WayName[]).filter((name) => isWanted(WAYS[name]));

export const ALL_WAYS: WayName[] = waysThat(() => true);
/** Where the provider downloads the result. */
export const DOWNLOADED: WayName[] = waysThat(({ isDownloaded }) => isDownloaded);
/** Where the provider waits for the job, and ends the wait at its deadline. */
export const WAITED_FOR: WayName[] = waysThat(({ isPolledBySdk }) => !isPolledBySdk);
/** Where the AI SDK retries. */
export const RETRIED: WayName[] = waysThat(({ isRetriedBySdk }) => isRetriedBySdk);

/** The endpoint and the input of a way's jobs. */
export function jobOf(way: WayName): Pick<Way, "endpoint" | "input"> {
  return WAYS[way];
}

/** Runs a job. Returns its error, or undefined when the right result came; a wrong result fails the test. */
export async function errorOfJob(world: JobWorld, way: WayName, options: WayOptions = {}): Promise<unknown> {
  try {
    assert(await WAYS[way].run(world, options), "the result is not the right one");
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    return error;
  }
}

/** How a call may end. */
export type Outcome =
  | "result"
  /** An `APICallError` that is retryable: there is no job. */
  | "retryable"
  /** The `RetryError` of `ai` after its last retry of such an error. */
  | "retries exhausted"
  /** An `APICallError` that is not retryable: a job may exist, or the time is up. */
  | "not retryable"
  /** A `RunpodJobError` of this kind: it has the id of the job, and is not retryable. */
  | RunpodJobError["kind"];

/** Tells how a call ended, by its error. */
export function outcomeOf(error: unknown, { emulator }: Pick<JobWorld, "emulator">, way: WayName): Outcome {
  if (error === undefined) return "result";
  if (RetryError.isInstance(error)) {
    assertEquals(error.reason, "maxRetriesExceeded");
    assertEquals(outcomeOf(error.lastError, { emulator }, way), "retryable");
    return "retries exhausted";
  }
  if (RunpodJobError.isInstance(error)) {
    assertEquals([error.jobId, error.endpoint], [emulator.jobs[0].id, WAYS[way].endpoint]);
    assertEquals(error.isRetryable, false);
    return error.kind;
  }
  if (WAYS[way].isPolledBySdk && error instanceof Error && error.constructor === Error) return kindIn(error, emulator);
  if (!APICallError.isInstance(error)) throw error;
  return error.isRetryable ? "retryable" : "not retryable";
}

/** The kind of failure in the text of the SDK's own error, which is all that it keeps. */
function kindIn({ message }: Error, { jobs }: JobWorld["emulator"]): RunpodJobError["kind"] {
  assertStringIncludes(message, `job "${jobs[0].id}"`);
  const kind = (["timed-out", "cancelled", "no-output", "failed"] as const).find((kind) => message.includes(kind));
  assert(kind !== undefined, message);
  return kind;
}

async function runVideo(
  { runpod, emulator }: JobWorld,
  { abortSignal, ...options }: WayOptions,
  poll?: { intervalMs: number; timeoutMs: number | undefined },
): Promise<boolean> {
  const { video } = await experimental_generateVideo({
    model: runpod.videoModel("film"),
    prompt: "A red apple rolls",
    abortSignal,
    poll,
    providerOptions: { runpod: options },
    download: createDownload({ fetch: emulator.fetch as typeof globalThis.fetch }),
  });
  return isMp4(video.uint8Array);
}

/** Whether bytes are a square PNG of this size, from the first chunk to the last. */
function isWholePng(bytes: Uint8Array, size: number): boolean {
  const ends = String.fromCharCode(...bytes.subarray(0, 8), ...bytes.subarray(-8, -4));
  return ends === "\x89PNG\r\n\x1a\nIEND" && bytes[19] === size && bytes[23] === size;
}

/** Whether bytes are a WAV of the length that it says, with this text in its metadata. */
function isWholeWav(bytes: Uint8Array, text: string): boolean {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  return start.startsWith("RIFF") && start.includes(text) && length === bytes.length - 8;
}
