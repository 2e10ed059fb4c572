/** Cases of Runpod's worker for faster-whisper. */
import { experimental_transcribe as transcribe } from "ai";
import type { Case, Reading, World } from "../case.ts";
import { failsWith, runJob } from "../jobs.ts";
import { wordsOf } from "../read.ts";

type Input = Record<string, unknown>;
type Body = Pick<Case, "run" | "judge">;

const TEXT = "Hello there. How are you?";

const whisper = (name: string, feature: string, body: Body): Case => ({
  name: `Whisper worker: ${name}`,
  feature,
  needs: ["whisper worker"],
  peer: false,
  ...body,
});

/** A recording of a tenth of a second with 4,000 samples a second: a tone, or silence. */
function sound(isSilent = false): Uint8Array<ArrayBuffer> {
  const samples = Uint8Array.from({ length: 400 }, (_, index) => isSilent ? 128 : 128 + (index % 8 < 4 ? 90 : -90));
  const bytes = new Uint8Array(44 + samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 4000, true);
  view.setUint32(28, 4000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples.length, true);
  bytes.set(samples, 44);
  return bytes;
}

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const audio_base64 = base64(sound());

async function hear(world: World, options: Record<string, string | boolean | number> = {}): Promise<Reading> {
  const { text, segments, language, warnings } = await transcribe({
    model: world.runpod!.transcription("whisper"),
    audio: sound(),
    maxRetries: 0,
    providerOptions: { runpod: options },
  });
  return { value: { text, segments, language }, warnings: warnings.map(wordsOf) };
}

interface Heard {
  text: string;
  segments: Array<{ text: string; startSecond: number; endSecond: number }>;
  language: string;
}

const hears = (holds: (heard: Heard) => boolean = () => true): Case["judge"] => ({ value }) => {
  const heard = value as Heard;
  return heard.text === TEXT && holds(heard) ? undefined : `it is ${JSON.stringify(value)}`;
};

const job = (name: string, input: Input, holds: (output: Record<string, unknown>) => boolean) =>
  whisper(name, "transcription", {
    run: (world) => runJob(world, "whisper", input),
    judge: ({ value }) => holds(value as Record<string, unknown>) ? undefined : `it is ${JSON.stringify(value)}`,
  });

const fails = (name: string, input: Input, ...texts: string[]): Case => ({
  ...whisper(name, "job errors", { run: (world) => runJob(world, "whisper", input), judge: failsWith(...texts) }),
  wantsError: true,
});

export const WHISPER_WORKER_CASES: Case[] = [
  whisper("a recording", "transcription", {
    run: (world) => hear(world),
    judge: hears(({ segments }) => segments.length === 2 && segments[1].endSecond > segments[0].endSecond),
  }),
  whisper("a recording with times of words", "transcription", {
    run: (world) => hear(world, { word_timestamps: true }),
    judge: hears(),
  }),
  whisper("a recording in a language", "transcription", {
    run: (world) => hear(world, { language: "de" }),
    judge: hears(({ language }) => language === "de"),
  }),
  whisper("subtitles", "transcription", { run: (world) => hear(world, { transcription: "srt" }), judge: hears() }),
  job("the whole output", { audio_base64 }, ({ transcription }) => transcription === TEXT),
  job("another model", { audio_base64, model: "tiny" }, ({ model }) => model === "tiny"),
  job(
    "lines",
    { audio_base64, transcription: "formatted_text" },
    ({ transcription }) => transcription === "Hello there.\nHow are you?",
  ),
  job("SubRip", { audio_base64, transcription: "srt" }, ({ transcription }) => `${transcription}`.startsWith("1\n")),
  job("WebVTT", { audio_base64, transcription: "vtt" }, ({ transcription }) => `${transcription}`.includes("-->")),
  job("an unknown format", { audio_base64, transcription: "xml" }, ({ transcription }) => transcription === TEXT),
  job(
    "a translation",
    { audio_base64, translate: true, translation: "srt" },
    ({ translation }) => `${translation}`.startsWith("1\n"),
  ),
  job(
    "times of words",
    { audio_base64, word_timestamps: true },
    ({ word_timestamps }) => Array.isArray(word_timestamps) && word_timestamps.length > 0,
  ),
  job(
    "silence, of which nothing is kept",
    { audio_base64: base64(sound(true)), enable_vad: true },
    ({ segments }) => Array.isArray(segments) && segments.length === 0,
  ),
  fails("no recording", {}, "input"),
  fails("neither a URL nor bytes", { model: "base" }, "Must provide either audio or audio_base64"),
  fails("both a URL and bytes", { audio: "https://example.com/a.wav", audio_base64 }, "not both"),
  fails("an unknown key", { audio_base64, speed: 2 }, "speed is not a valid input option"),
  fails("values of other types", { audio_base64, beam_size: "5", translate: "yes" }, "beam_size", "translate"),
  fails("null where there must be a value", { audio_base64, model: null }, "model"),
  fails("an unknown model", { audio_base64, model: "huge" }, "Invalid model name: huge"),
  fails("a model that cannot be loaded", { audio_base64, model: "small" }, "Failed to load model small"),
  fails("an unknown language", { audio_base64, language: "english" }, "english"),
  fails("bytes that are no base64", { audio_base64: "abc" }, "Incorrect padding"),
  fails("bytes that are no sound", { audio_base64: btoa("this is no sound") }, "Invalid data found"),
  fails("a URL of this machine", { audio: "http://127.0.0.1:9/a.wav" }, "non-public address"),
  fails("a URL that is no URL", { audio: "recording.wav" }, "blocked URL scheme"),
  fails("a host that does not exist", { audio: "https://host.invalid/a.wav" }, "host.invalid"),
];
