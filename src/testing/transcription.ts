import { bytesOf } from "./digest.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EmulatedHandler } from "./handler.ts";
import { complaintOf } from "./input.ts";
import { srt, transcribe, type Transcript, vtt } from "./transcript.ts";

/** The bytes behind an address, if it is one of the emulator's own. */
export type ReadFile = (url: string) => Uint8Array | undefined;

/** The inputs of faster-whisper's worker by name, with the Python type that it wants. */
const inputs: Record<string, "str" | "bool" | "int" | "float"> = {
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

/** Runpod's worker for faster-whisper. */
export function fasterWhisperWorker(read: ReadFile): EmulatedHandler {
  return (input) => {
    const errors = Object.entries(input).flatMap(([name, value]) => typeError(name, value));
    if (errors.length > 0) return { error: errors };
    const { audio, audio_base64, model = "base", language } = input;
    if (!audio && !audio_base64) return { error: "Must provide either audio or audio_base64" };
    if (audio && audio_base64) return { error: "Must provide either audio or audio_base64, not both" };
    if (!models.includes(model as string)) {
      throw pythonError("ValueError", `Invalid model name: ${model}. Available models are: ${models.join(", ")}`);
    }
    const transcript = transcribe(audio ? download(String(audio), read) : decode(String(audio_base64)));
    const output: Record<string, unknown> = {
      segments: transcript.segments,
      detected_language: language ?? "en",
      transcription: written(transcript, input.transcription),
      translation: input.translate === true ? written(transcript, input.translation) : null,
      device: "cuda",
      model,
    };
    if (input.word_timestamps === true) output.word_timestamps = transcript.words;
    return output;
  };
}

/** The public Whisper endpoint, which is gone from the documentation. */
export function whisperWorker({ config, behavior }: Endpoint, read: ReadFile): EmulatedHandler {
  return (input) => {
    const complaint = complaintOf(input, config.input ?? {}, behavior);
    if (complaint !== undefined) return { error: complaint };
    const audio = String(input.audio);
    const { text, segments, seconds } = transcribe(
      audio.startsWith("data:") ? decode(audio.slice(audio.indexOf(",") + 1)) : read(audio) ?? audio,
    );
    const cost = config.pricePerJob === undefined ? {} : { cost: config.pricePerJob };
    return behavior.outputKey === "result"
      ? { result: text, segments, language: "en", duration: seconds, ...cost }
      : { transcription: text, ...cost };
  };
}

function typeError(name: string, value: unknown): string[] {
  if (!Object.hasOwn(inputs, name)) return [`Unexpected input. ${name} is not a valid input option.`];
  const wanted = inputs[name];
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
  // A whole number passes for a float, and null for what is left out.
  if (found === wanted || found === "NoneType" || (wanted === "float" && found === "int")) return [];
  return [`${name} should be <class '${wanted}'> type, not <class '${found}'>.`];
}

function download(url: string, read: ReadFile): Uint8Array | string {
  // What cannot be downloaded has no file name.
  if (!/^https?:\/\//.test(url)) throw pythonError("FileNotFoundError", "[Errno 2] No such file or directory: 'None'");
  return read(url) ?? url;
}

function decode(text: string): Uint8Array {
  const bytes = bytesOf(text);
  if (bytes === undefined) {
    throw pythonError("InvalidDataError", "[Errno 1094995529] Invalid data found when processing input");
  }
  return bytes;
}

function written(transcript: Transcript, format: unknown): string {
  switch (format ?? "plain_text") {
    case "plain_text":
      return transcript.segments.map(({ text }) => text.slice(1)).join(" ");
    case "formatted_text":
      return transcript.segments.map(({ text }) => text.slice(1)).join("\n");
    case "srt":
      return srt(transcript);
    default:
      return vtt(transcript);
  }
}

function pythonError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
