import type { EmulatedHandler } from "../handler.ts";
import { pythonError, repr } from "../python.ts";
import { downloadRecording } from "./download.ts";
import { decodeRecording, type ReadFile } from "./recording.ts";
import { srt, transcribe, type Transcript, vtt } from "./transcript.ts";

/** The keys of the worker's input, with their Python types. */
const inputTypes: Record<string, "str" | "bool" | "int" | "float"> = {
  audio: "str",
  audio_base64: "str",
  model: "str",
  transcription: "str",
  translate: "bool",
  translation: "str",
  language: "str",
  temperature: "float",
  best_of: "int",
  beam_size: "int",
  patience: "float",
  length_penalty: "float",
  suppress_tokens: "str",
  initial_prompt: "str",
  condition_on_previous_text: "bool",
  temperature_increment_on_fallback: "float",
  compression_ratio_threshold: "float",
  logprob_threshold: "float",
  no_speech_threshold: "float",
  enable_vad: "bool",
  word_timestamps: "bool",
};

const models = ["tiny", "base", "small", "medium", "large-v1", "large-v2", "large-v3", "distil-large-v3", "turbo"];

const isNullByDefault = new Set(["audio", "audio_base64", "language", "initial_prompt"]);

/** The languages of Whisper. */
const languages =
  ("af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht " +
    "hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd " +
    "si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh yue").split(" ");

/** Runpod's worker for faster-whisper. */
export function fasterWhisperWorker(read: ReadFile): EmulatedHandler {
  return (input) => {
    const errors = Object.entries(input).flatMap(([name, value]) => typeError(name, value));
    if (errors.length > 0) return { error: errors };
    const { audio, audio_base64, model = "base", language } = input;
    if (!audio && !audio_base64) return { error: "Must provide either audio or audio_base64" };
    if (audio && audio_base64) return { error: "Must provide either audio or audio_base64, not both" };
    const recording = audio ? downloadRecording(String(audio), read) : decodeRecording(String(audio_base64));
    if (!models.includes(model as string)) {
      throw pythonError(
        "ValueError",
        `Invalid model name: ${model}. Available models are: {${models.map(repr).join(", ")}}`,
      );
    }
    if (language && !languages.includes(language as string)) {
      throw pythonError(
        "ValueError",
        `'${language}' is not a valid language code (accepted language codes: ${languages.join(", ")})`,
      );
    }
    const transcript = transcribe(recording);
    const output: Record<string, unknown> = {
      segments: transcript.segments,
      detected_language: language ?? "en",
      transcription: formatted(transcript, input.transcription),
      translation: input.translate === true ? formatted(transcript, input.translation) : null,
      device: "cuda",
      model,
    };
    if (input.word_timestamps === true) output.word_timestamps = transcript.words;
    return output;
  };
}

function typeError(name: string, value: unknown): string[] {
  if (!Object.hasOwn(inputTypes, name)) return [`Unexpected input. ${name} is not a valid input option.`];
  const wanted = inputTypes[name];
  const found = value === null
    ? "NoneType"
    : typeof value === "string"
    ? "str"
    : typeof value === "boolean"
    ? "bool"
    : typeof value === "number"
    ? Number.isInteger(value) ? "int" : "float"
    : Array.isArray(value)
    ? "list"
    : "dict";
  // A whole number counts as a float, true as one, and null as a missing key where it is the default.
  if (found === wanted || (found === "NoneType" && isNullByDefault.has(name))) return [];
  if ((wanted === "float" && found === "int") || (wanted === "int" && found === "bool")) return [];
  return [`${name} should be <class '${wanted}'> type, not <class '${found}'>.`];
}

/** Also what unknown formats get. */
function plainText({ segments }: Transcript): string {
  return segments.map(({ text }) => text.slice(1)).join(" ");
}

function formatted(transcript: Transcript, format: unknown): string {
  switch (format) {
    case "formatted_text":
      return transcript.segments.map(({ text }) => text.slice(1)).join("\n");
    case "srt":
      return srt(transcript);
    case "vtt":
      return vtt(transcript);
    default:
      return plainText(transcript);
  }
}
