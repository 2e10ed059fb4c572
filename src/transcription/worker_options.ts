/**
 * The options of transcription workers.
 *
 * @module
 */

/** The format of a transcript: one text, a line for each segment, or subtitles. */
export type RunpodTranscriptFormat = "plain_text" | "formatted_text" | "srt" | "vtt";

/**
 * The options of Runpod's worker for faster-whisper, which every endpoint that is not known is expected to run. The routes
 * of OpenAI-compatible servers take `prompt`, `language`, `temperature` and `response_format` of them.
 */
export type RunpodTranscriptionWorkerOptions = {
  /** The recording: an http(s) URL that the worker fetches, or a base64 data URI. `audio` of the call does the same. */
  audio?: string;
  /** The recording in base64. `audio` of the call does the same. */
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
  /** The format of the transcript. Default `plain_text`. The text of a result is without the times of subtitles. */
  transcription?: RunpodTranscriptFormat;
  /** Whether the worker translates into English too, for `providerMetadata.runpod.translation`. Default false. */
  translate?: boolean;
  /** The format of the translation. Default `plain_text`. */
  translation?: RunpodTranscriptFormat;
  /** The language of the recording, such as `en`. Default: the worker detects it. */
  language?: string;
  /** Words that lead the model to a spelling or style, as the worker for faster-whisper calls them. */
  initial_prompt?: string;
  /** Words that lead the model to a spelling or style, as Runpod's public endpoint and OpenAI's route call them. */
  prompt?: string;
  /** Whether words have times too; `timestampGranularities` of the call does the same. Default false. */
  word_timestamps?: boolean;
  /** Whether voice activity detection (VAD) skips parts without speech. Default false. */
  enable_vad?: boolean;
  /** The sampling temperature. Default 0. */
  temperature?: number;
  /** The number of candidates when the temperature is not 0. Default 5. */
  best_of?: number;
  /** The number of beams in beam search when the temperature is 0. Default 5. */
  beam_size?: number;
  /** The patience of beam search. Default 1. */
  patience?: number;
  /** The penalty on the length of the text. Default 0. */
  length_penalty?: number;
  /** The ids of tokens that are never written, separated by commas. Default `-1`: most special characters. */
  suppress_tokens?: string;
  /** Whether the text so far is the prompt for the next window. Default true. */
  condition_on_previous_text?: boolean;
  /** How much the temperature rises after an attempt that failed. Default 0.2. */
  temperature_increment_on_fallback?: number;
  /** An attempt fails when its text compresses by more than this ratio. Default 2.4. */
  compression_ratio_threshold?: number;
  /** An attempt fails when its mean log probability is below this. Default -1. */
  logprob_threshold?: number;
  /** A window is silent when the probability of no speech is above this. Default 0.6. */
  no_speech_threshold?: number;
  /** OpenAI routes: the format of the answer. Default `verbose_json`, which has times and the language. */
  response_format?: "json" | "text" | "srt" | "vtt" | "verbose_json";
};
