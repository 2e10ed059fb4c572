/**
 * The options of speech workers.
 *
 * @module
 */

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
export type RunpodSpeechWorkerOptions = {
  /** A preset voice; `voice` of the call does the same. Default `lucy`. */
  voice?: RunpodChatterboxVoice;
  /** The URL of a recording of the voice to clone, 5 to 10 seconds long. Overrides `voice`. */
  voice_url?: string;
  /** File format; `outputFormat` of the call does the same. Default `wav`. */
  format?: "wav" | "flac" | "ogg";
  /** A voice; `voice` of the call does the same. Default `Wise_Woman`. */
  voice_id?: string;
  /** The pace, where 1 is the voice's own; `speed` of the call does the same. Default 1. */
  speed?: number;
  /** The volume. Default 1. */
  volume?: number;
  /** The pitch, relative to the voice's own. Default 0. */
  pitch?: number;
  /** The emotion of the voice. Default `neutral`. */
  emotion?: "happy" | "sad" | "neutral" | "angry" | "fearful" | "surprised";
  /** Whether English numbers and abbreviations are read as words. Default false. */
  english_normalization?: boolean;
  /** The URL of the audio to answer with when the generation fails. */
  default_audio_url?: string;
};
