/**
 * The ids of the transcription models and the options of each: the types that callers see.
 *
 * @module
 */
import type { JSONValue } from "@ai-sdk/provider";
import type { RunpodWaitOptions } from "../job/options.ts";

/** How a transcript is written: as one text, with a line for each segment, or as subtitles. */
export type RunpodTranscriptFormat = "plain_text" | "formatted_text" | "srt" | "vtt";

/**
 * The options of Runpod's worker for faster-whisper, which private endpoints are taken to run, and of the routes of
 * OpenAI-compatible servers, which have `prompt`, `language`, `temperature` and `response_format` of these.
 */
export interface RunpodTranscriptionWorkerOptions {
  /** The recording, as an http(s) URL that the worker fetches or as a base64 data URI. The `audio` of the call does the same. */
  audio?: string;
  /** The recording in base64. The `audio` of the call does the same. */
  audio_base64?: string;
  /** The size of the model. Default `base`. */
  model?:
    | "tiny"
    | "base"
    | "small"
    | "medium"
    | "large-v1"
    | "large-v2"
    | "large-v3"
    | "distil-large-v3"
    | "turbo"
    | (string & Record<never, never>);
  /** How the transcript is written. Default `plain_text`; of subtitles the text is taken. */
  transcription?: RunpodTranscriptFormat;
  /** Whether there is a translation into English as well, in `providerMetadata.runpod.translation`. Default false. */
  translate?: boolean;
  /** How the translation is written. Default `plain_text`. */
  translation?: RunpodTranscriptFormat;
  /** The language that is spoken, such as `en`. Default: the one that is heard. */
  language?: string;
  /** Words that lead the model to a spelling or style, as the worker for faster-whisper calls them. */
  initial_prompt?: string;
  /** Words that lead the model to a spelling or style, as Runpod's public endpoint and OpenAI's route call them. */
  prompt?: string;
  /** Whether there are times of words too; `timestampGranularities` of the call does the same. Default false. */
  word_timestamps?: boolean;
  /** Whether stretches without a voice are left out. Default false. */
  enable_vad?: boolean;
  /** Randomness. Default 0. */
  temperature?: number;
  /** How many candidates are drawn when the temperature is not 0. Default 5. */
  best_of?: number;
  /** How many beams are followed when the temperature is 0. Default 5. */
  beam_size?: number;
  /** How long beams are followed. Default 1. */
  patience?: number;
  /** How much long texts are held back. Default 0. */
  length_penalty?: number;
  /** The tokens never to write, by number, between commas. Default `-1`, which is most signs. */
  suppress_tokens?: string;
  /** Whether each window is led by the text before it. Default true. */
  condition_on_previous_text?: boolean;
  /** By how much the temperature grows where a try fails. Default 0.2. */
  temperature_increment_on_fallback?: number;
  /** Above which ratio of compression a try has failed. Default 2.4. */
  compression_ratio_threshold?: number;
  /** Below which mean logarithm of probabilities a try has failed. Default -1. */
  logprob_threshold?: number;
  /** Above which probability a stretch is silent. Default 0.6. */
  no_speech_threshold?: number;
  /** OpenAI routes: how the transcript comes. Default `verbose_json`, which has times and the language. */
  response_format?: "json" | "text" | "srt" | "vtt" | "verbose_json";
}

/** The worker options of each transcription model of Runpod's public endpoints. */
export type RunpodTranscriptionOptionsById = {
  "pruna/whisper-v3-large": Pick<RunpodTranscriptionWorkerOptions, "audio" | "prompt">;
};

/** The id of a transcription model of Runpod's public endpoints. */
export type RunpodKnownTranscriptionModelId = keyof RunpodTranscriptionOptionsById;

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
export type RunpodTranscriptionModelOptions<Id extends string = string> =
  & RunpodWaitOptions
  & {
    /** The id of a job to continue, instead of submitting a new one. */
    jobId?: string;
  }
  & (Id extends RunpodKnownTranscriptionModelId ? RunpodTranscriptionOptionsById[Id]
    : RunpodTranscriptionWorkerOptions | { [workerOption: string]: JSONValue | undefined });

/**
 * The former name of {@link RunpodTranscriptionModelOptions}.
 *
 * @deprecated Use {@link RunpodTranscriptionModelOptions}.
 */
export type RunpodTranscriptionProviderOptions = RunpodTranscriptionModelOptions;
