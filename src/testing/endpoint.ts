import type { EmulatedBehavior } from "./behavior.ts";
import type { EmulatedToolDeltas } from "./chunks.ts";
import { hash } from "./digest.ts";
import type { EmulatedHandler } from "./handler.ts";
import type { EmulatedInputRules } from "./input.ts";
import { endOf, type Job } from "./job.ts";

/** How long things take, in milliseconds; everything is instant by default. */
export interface EmulatedTiming {
  /** Time in the queue of a job that finds no warm worker. Default 0. */
  coldStartMillis?: number;
  /** Time from the pick-up of a job to its output, or to its first yield. Default 0. */
  runMillis?: number;
  /** Time between two yields, such as two chunks of a streamed completion. Default 0. */
  tokenMillis?: number;
  /** Time without a job after which the worker is gone and the next job is a cold start. Default 5000. */
  idleTimeoutMillis?: number;
}

/** One stretch of a scripted path. */
export interface EmulatedState {
  /** The status that a job shows meanwhile, such as `IN_QUEUE`, `IN_PROGRESS` or a word the client does not know. */
  status: string;
  /** How long it lasts, in milliseconds; `Infinity` is for ever. */
  millis: number;
  /** Progress that the worker reports, shown as the `output` of the unfinished job. */
  output?: unknown;
}

/** A scripted end. */
export interface EmulatedOutcome {
  /** The status that jobs end with: `COMPLETED`, `FAILED`, `CANCELLED` or `TIMED_OUT`. */
  status: string;
  /** The `error` of the job; any JSON. Default none. */
  error?: unknown;
  /** The `output` of the job; any JSON. Default none. */
  output?: unknown;
}

/** An endpoint of the emulator. */
export interface EmulatedEndpoint extends EmulatedTiming {
  /**
   * What runs there: your own handler, or a pretend worker.
   *
   * - `"chat"`: vLLM.
   * - `"image"`, `"video"`, `"speech"`: a model with the input and output of Runpod's public endpoints.
   * - `"whisper"`: the same for Runpod's own, now retired transcription endpoint.
   * - `"transcription"`: Runpod's worker for faster-whisper.
   * - `"embedding"`: Runpod's worker for Infinity, which embeds and reranks.
   * - `"comfyui"`: Runpod's worker for ComfyUI.
   * - `"audio"`: an OpenAI-compatible server for speech in both directions, on OpenAI routes alone.
   */
  worker:
    | "chat"
    | "image"
    | "video"
    | "speech"
    | "whisper"
    | "transcription"
    | "embedding"
    | "comfyui"
    | "audio"
    | EmulatedHandler;
  /**
   * Image, video, speech, Whisper: the rules of the input; a job whose input breaks them fails. Default: `prompt` is
   * required, and `size`, `width` and `height` are sizes.
   */
  input?: EmulatedInputRules;
  /**
   * Chat, embedding, audio: the model names it serves, the first being the default; it refuses others. `"any"` takes every name and lists the default one.
   * Default `["emulated/chat-model"]` and the like: a worker never serves its model under the endpoint's id.
   */
  models?: string[] | "any";
  /** A scripted path of every job before its end, in place of the cold start and the run time. */
  states?: EmulatedState[];
  /** How every job ends, in place of running the worker. */
  outcome?: EmulatedOutcome;
  /**
   * Chat: the model thinks first. Says which field carries the thoughts: `reasoning_content` (also `true`), `reasoning`,
   * `both`, `inline` for `<think>` tags in the content, or `unopened` for the same without the opening tag, which such
   * a model's chat template writes into the prompt. Default false. A request may turn it off.
   */
  reasoning?: boolean | "reasoning" | "reasoning_content" | "both" | "inline" | "unopened";
  /** Chat: the model server, which decides what errors look like. SGLang takes any model name. Default `"vllm"`. */
  server?: "vllm" | "sglang";
  /** Chat: false refuses tools that the model may choose itself, as vLLM does without a tool parser. Default true. */
  toolParser?: boolean;
  /** Chat: how the deltas of a streamed tool call look. Default `"usual"`. */
  toolDeltas?: EmulatedToolDeltas;
  /** Chat: false answers a streaming request with one plain JSON completion. Default true. */
  stream?: boolean;
  /** Chat: the price that `cost` is computed from, in US dollars per million tokens. Default none, and no `cost`. */
  pricePerMillionTokens?: number;
  /** Chat, embedding: how long vectors are, unless the request says it. Default 384. */
  dimensions?: number;
  /** Chat, embedding: the order of the vectors in an answer; `index` tells which is whose. Default `"input"`. */
  embeddingOrder?: "input" | "reversed";
  /** ComfyUI: whether images go to a bucket, and the output has their URLs. Default false. */
  bucket?: boolean;
  /** Image: the price that `cost` is computed from, in US dollars per million pixels. Default 0.02, unless there is another price. */
  pricePerMegapixel?: number;
  /** Video: the same per second of film. Default none. */
  pricePerSecond?: number;
  /** Image, video, speech, Whisper: the `cost` of every job, in US dollars. Default none. */
  pricePerJob?: number;
  /** Speech: the format of files where the input asks for none. Default `"wav"`. */
  audioFormat?: "wav" | "mp3" | "flac" | "ogg";
}

/** An endpoint at work: its settings and what its jobs have done to its worker. */
export interface Endpoint {
  readonly id: string;
  readonly config: EmulatedEndpoint;
  readonly timing: Required<EmulatedTiming>;
  readonly behavior: EmulatedBehavior;
  readonly workerId: string;
  readonly jobs: Job[];
  /** The jobs not yet known to have ended. */
  readonly open: Set<Job>;
  /** When the current worker is or was ready. */
  readyAt: number;
  /** When the last job ended. */
  lastEnd: number;
  retried: number;
}

/** An endpoint that no job has reached yet. */
export function openEndpoint(
  id: string,
  config: EmulatedEndpoint,
  timing: EmulatedTiming | undefined,
  behavior: EmulatedBehavior,
): Endpoint {
  return {
    id,
    config,
    timing: {
      coldStartMillis: config.coldStartMillis ?? timing?.coldStartMillis ?? 0,
      runMillis: config.runMillis ?? timing?.runMillis ?? 0,
      tokenMillis: config.tokenMillis ?? timing?.tokenMillis ?? 0,
      idleTimeoutMillis: config.idleTimeoutMillis ?? timing?.idleTimeoutMillis ?? 5_000,
    },
    behavior,
    workerId: hash(`worker ${id}`).toString(36).padStart(7, "w") + hash(id).toString(36).padStart(7, "k"),
    jobs: [],
    open: new Set(),
    readyAt: -Infinity,
    lastEnd: -Infinity,
    retried: 0,
  };
}

/** Whether a worker is up, or on its way up because of an earlier job. */
export function isWarm(endpoint: Endpoint, now: number): boolean {
  for (const job of endpoint.open) {
    const end = endOf(job, now);
    if (end === undefined) continue;
    endpoint.lastEnd = Math.max(endpoint.lastEnd, end.at);
    endpoint.open.delete(job);
  }
  if (endpoint.readyAt === -Infinity) return false;
  const idleSince = Math.max(endpoint.lastEnd, endpoint.readyAt);
  return endpoint.open.size > 0 || now < idleSince + endpoint.timing.idleTimeoutMillis;
}

/** When a job that arrives now is picked up. One warm worker takes any number of jobs at once. */
export function pickUpTime(endpoint: Endpoint, now: number): number {
  if (!isWarm(endpoint, now)) endpoint.readyAt = now + endpoint.timing.coldStartMillis;
  return Math.max(now, endpoint.readyAt);
}
