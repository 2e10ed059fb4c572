/**
 * The ids of the speech models and the options of each: the types that callers see.
 *
 * @module
 */
import type { JSONValue } from "@ai-sdk/provider";
import type { RunpodWaitOptions } from "../job/options.ts";

/** The preset voices of Chatterbox Turbo. */
export type RunpodChatterboxVoice =
  | "aaron"
  | "abigail"
  | "anaya"
  | "andy"
  | "archer"
  | "brian"
  | "chloe"
  | "dylan"
  | "emmanuel"
  | "ethan"
  | "evelyn"
  | "gavin"
  | "gordon"
  | "ivan"
  | "laura"
  | "lucy"
  | "madison"
  | "marisol"
  | "meera"
  | "walter";

/** Every option that the speech workers document. Each model has some of them: {@link RunpodSpeechModelOptions}. */
export interface RunpodSpeechWorkerOptions {
  /** A preset voice; `voice` of the call does the same. Default `lucy`. */
  voice?: RunpodChatterboxVoice;
  /** A recording of the voice to clone, as a URL; 5 to 10 seconds of it. Wins over `voice`. */
  voice_url?: string;
  /** File format; `outputFormat` of the call does the same. Default `wav`. */
  format?: "wav" | "flac" | "ogg";
  /** A voice; `voice` of the call does the same. Default `Wise_Woman`. */
  voice_id?: string;
  /** How fast, 1 being the voice's own pace; `speed` of the call does the same. Default 1. */
  speed?: number;
  /** How loud. Default 1. */
  volume?: number;
  /** How much higher or lower. Default 0. */
  pitch?: number;
  /** In which mood. Default `neutral`. */
  emotion?: "happy" | "sad" | "neutral" | "angry" | "fearful" | "surprised";
  /** Whether English numbers and abbreviations are read as words. Default false. */
  english_normalization?: boolean;
  /** The audio to answer with when the generation fails, as a URL. */
  default_audio_url?: string;
}

/** The worker options of each speech model of Runpod's public endpoints. */
export type RunpodSpeechOptionsById = {
  "minimax/speech-02-hd": Pick<
    RunpodSpeechWorkerOptions,
    "voice_id" | "speed" | "volume" | "pitch" | "emotion" | "english_normalization" | "default_audio_url"
  >;
  "resembleai/chatterbox-turbo": Pick<RunpodSpeechWorkerOptions, "voice" | "voice_url" | "format">;
};

/** The id of a speech model of Runpod's public endpoints. */
export type RunpodKnownSpeechModelId = keyof RunpodSpeechOptionsById;

/** A speech model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodSpeechModelId =
  | RunpodKnownSpeechModelId
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/**
 * Options of a speech model, under `providerOptions.runpod`: for a known model those that its page documents, for any
 * other, and without a type argument, whatever the worker or server takes.
 *
 * @example
 * ```ts
 * import type { RunpodSpeechModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const exact: RunpodSpeechModelOptions<"minimax/speech-02-hd"> = { emotion: "happy", pitch: 1, timeoutMillis: 120_000 };
 * const any: RunpodSpeechModelOptions = { exaggeration: 0.7 };
 * ```
 */
export type RunpodSpeechModelOptions<Id extends string = string> =
  & RunpodWaitOptions
  & {
    /** The id of a job to continue, instead of submitting a new one. */
    jobId?: string;
  }
  & (Id extends RunpodKnownSpeechModelId ? RunpodSpeechOptionsById[Id]
    : RunpodSpeechWorkerOptions | { [workerOption: string]: JSONValue | undefined });
