/**
 * What callers may set for a transcription model and for one call of it.
 *
 * @module
 */
import type { JSONObject, JSONValue, TranscriptionModelV4TimestampGranularity } from "@ai-sdk/provider";
import type { RunpodJobOptions } from "../job/options.ts";
import type {
  RunpodKnownTranscriptionModelId,
  RunpodTranscriptionOptionsById,
  RunpodTranscriptionWorkerName,
} from "./catalogue.ts";
import type { RunpodTranscriptionWorkerOptions } from "./worker_options.ts";

/** A transcription model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodTranscriptionModelId =
  | RunpodKnownTranscriptionModelId
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/**
 * Options of a transcription model, under `providerOptions.runpod`: for a known model those that its page documents, for
 * any other, and without a type argument, whatever the worker or server takes.
 *
 * @example
 * ```ts
 * import type { RunpodTranscriptionModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const options: RunpodTranscriptionModelOptions = { model: "turbo", language: "en", transcription: "srt" };
 * ```
 */
export type RunpodTranscriptionModelOptions<Id extends RunpodTranscriptionModelId = string> =
  & RunpodJobOptions
  & (Id extends RunpodKnownTranscriptionModelId ? RunpodTranscriptionOptionsById[Id]
    : RunpodTranscriptionWorkerOptions | { [workerOption: string]: JSONValue | undefined });

/**
 * The former name of {@link RunpodTranscriptionModelOptions}.
 *
 * @deprecated Use {@link RunpodTranscriptionModelOptions}.
 */
export type RunpodTranscriptionProviderOptions = RunpodTranscriptionModelOptions;

/** How to talk to an endpoint of your own. */
export interface RunpodTranscriptionModelSettings {
  /**
   * How to reach the model: by a job on the endpoint's queue, or by the `/audio/transcriptions` route of an
   * OpenAI-compatible server. Default `queue`; `openai` where there is no queue: load balancers, and URLs that end in `/v1`.
   */
  transport?: "openai" | "queue";
  /**
   * The name of the model. On an OpenAI route, the name that the server serves it under; by default the first that its
   * `/models` route lists. In a job, the `model` of the input, which for faster-whisper is its size.
   */
  model?: string;
  /** Jobs: the known model whose input yours takes. Default: the one with this id; else the worker for faster-whisper. */
  family?: RunpodKnownTranscriptionModelId;
  /** Jobs: the worker of Runpod's that the endpoint runs, whose input is known. */
  worker?: RunpodTranscriptionWorkerName;
  /** Jobs: the worker's own keys for settings of the call, such as `{ audio: "audio_file" }`. Default: those of the family or worker. */
  keys?: { [Setting in "audio" | "audio_base64" | "model"]?: string };
  /**
   * Jobs: makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodTranscriptionModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodTranscriptionModelSettings = {
   *   input: ({ audio, options }) => ({ ...options, file: audio }),
   *   output: (output) => (output as { heard: string }).heard,
   * };
   * ```
   */
  input?: (call: RunpodTranscriptionCall) => JSONObject | Promise<JSONObject>;
  /** Jobs: takes the transcript out of the worker's output: a text, subtitles, or an object with the usual keys. */
  output?: (output: unknown) => unknown;
}

/** A call of a transcription model. */
export interface RunpodTranscriptionCall {
  /** The recording: an http(s) URL, or a base64 data URI. */
  audio: string;
  /** What should have times: words, segments. */
  timestampGranularities: TranscriptionModelV4TimestampGranularity[];
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent, without the audio. */
  input: JSONObject;
}
