import { hash } from "../../common/hash.ts";
import { isSilence } from "../../files/known_sound.ts";
import { SECONDS_PER_WORD, spokenIn } from "../../files/spoken_audio.ts";

/** The words of a recording and their times. */
export interface Transcript {
  text: string;
  seconds: number;
  segments: Segment[];
  words: Word[];
}

/** One sentence, with the fields of Whisper's segments. */
export interface Segment {
  id: number;
  seek: number;
  start: number;
  end: number;
  text: string;
  tokens: number[];
  temperature: number;
  avg_logprob: number;
  compression_ratio: number;
  no_speech_prob: number;
}

/** One word, with its times in seconds from the start. */
export interface Word {
  word: string;
  start: number;
  end: number;
}

/** The texts of recordings that the emulator did not make. */
const otherTexts = [
  "Good morning, and thank you all for coming. Let us begin with the first point.",
  "This is a short recording. It was made on a quiet afternoon, and nothing else can be heard.",
  "I have left the keys on the table. Please call me when you are back.",
];

/** Transcribes a recording, given as bytes or as a URL. One that the emulator made has its text in it; others get one of a few texts. */
export function transcribe(recording: Uint8Array | string): Transcript {
  if (typeof recording === "string") return timed(otherTexts[hash(recording) % otherTexts.length]);
  if (isSilence(recording)) return timed("");
  const sample = recording.subarray(0, 4096);
  return timed(spokenIn(recording) ?? otherTexts[hash(`${recording.length} ${sample}`) % otherTexts.length]);
}

function timed(text: string): Transcript {
  const segments: Segment[] = [];
  const words: Word[] = [];
  // Only a space separates sentences, so that joined segments give the text again.
  text.split(/(?<=[.!?]) (?=\S)/).filter((sentence) => sentence !== "").forEach((sentence, id) => {
    const spoken = sentence.match(/\S+/g) ?? [];
    const start = seconds(words.length);
    for (const word of spoken) {
      words.push({ word: ` ${word}`, start: seconds(words.length), end: seconds(words.length + 1) });
    }
    segments.push({
      id: id + 1,
      seek: 0,
      start,
      end: seconds(words.length),
      text: ` ${sentence}`,
      tokens: spoken.map((word) => hash(word) % 50257),
      temperature: 0,
      avg_logprob: -0.25,
      compression_ratio: 1.25,
      no_speech_prob: 0.01,
    });
  });
  return { text, seconds: seconds(words.length), segments, words };
}

function seconds(words: number): number {
  return Math.round(words * SECONDS_PER_WORD * 100) / 100;
}

/** Subtitles in the SubRip format. */
export function srt({ segments }: Transcript): string {
  return segments.map(({ start, end, text }, index) =>
    `${index + 1}\n${clock(start, ",")} --> ${clock(end, ",")}\n${text.trim()}\n\n`
  ).join("");
}

/** Subtitles in the WebVTT format, without its first line. */
export function vtt({ segments }: Transcript): string {
  return segments.map(({ start, end, text }) => `${clock(start, ".")} --> ${clock(end, ".")}\n${text.trim()}\n\n`)
    .join("");
}

/** A time as subtitles write it. */
function clock(seconds: number, point: string): string {
  const millis = Math.round(seconds * 1000);
  const part = (unit: number, size: number, digits = 2) =>
    String(Math.floor(millis / unit) % size).padStart(digits, "0");
  return `${part(3_600_000, 100)}:${part(60_000, 60)}:${part(1000, 60)}${point}${part(1, 1000, 3)}`;
}
