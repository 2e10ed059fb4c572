/**
 * Reads a transcript, in whatever shape a worker or server gives it.
 *
 * @module
 */
import type { JSONObject, TranscriptionModelV4Result } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { MAX_DEPTH } from "../http/json.ts";

/** A transcript, with all that came with it. */
export interface Transcript
  extends Pick<TranscriptionModelV4Result, "text" | "segments" | "words" | "language" | "durationInSeconds" | "usage"> {
  /** The transcript as subtitles (SubRip or WebVTT), where it came in that form. */
  subtitles?: string;
  /** The translation, where there is one. */
  translation?: string;
}

type Timed = TranscriptionModelV4Result["segments"];

/** Reads a transcript: an empty text for silence, `undefined` for an output without a transcript. */
export function readTranscript(output: unknown, depth = 0): Transcript | undefined {
  if (typeof output === "string") return readText(output);
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(output)) return output.length === 1 ? readTranscript(output[0], depth + 1) : readPieces(output);
  if (!isRecord(output)) return undefined;

  const list = output.segments ?? output.chunks;
  const found = readFirst(output, depth + 1) ?? (Array.isArray(list) ? readPieces(list) ?? readText("") : undefined);
  if (found === undefined) return undefined;
  const segments = readTimed(list);
  const words = readTimed(output.word_timestamps ?? output.words ?? wordsOf(list)) ?? found.words;
  const { duration, translation, usage } = output;
  return {
    ...found,
    segments: segments?.length ? segments : found.segments,
    ...(words ? { words } : {}),
    language: [output.language, output.detected_language].find(isName) ?? found.language,
    durationInSeconds: seconds(duration) ?? found.durationInSeconds,
    ...(typeof translation === "string" ? { translation } : {}),
    ...(isRecord(usage) ? { usage: usage as JSONObject } : {}),
  };
}

const TEXT_KEYS = ["text", "transcription", "transcript", "result", "output"];

function readFirst(output: Record<string, unknown>, depth: number): Transcript | undefined {
  for (const key of TEXT_KEYS) {
    const found = readTranscript(output[key], depth);
    if (found) return found;
  }
}

/** Reads a text, or the text of subtitles. */
function readText(text: string): Transcript {
  const rest = { language: undefined, durationInSeconds: undefined };
  if (!SUBTITLES.test(text)) return { text: text.trim(), segments: [], ...rest };
  const segments = readCues(text);
  return { text: joinTexts(segments.map((segment) => segment.text)), segments, ...rest, subtitles: text };
}

/** Reads a list of texts, or of objects with a text. */
function readPieces(list: unknown[]): Transcript | undefined {
  const texts = list.map((piece) => isRecord(piece) ? piece.text : piece);
  if (texts.length === 0 || !texts.every((text) => typeof text === "string")) return undefined;
  return { ...readText(joinTexts(texts)), segments: readTimed(list) ?? [] };
}

/** Joins texts. Whisper's begin with a space. */
function joinTexts(texts: string[]): string {
  return texts.map((text) => text.trim()).filter((text) => text !== "").join(" ");
}

/** Reads the segments or words that have times, in seconds. */
function readTimed(list: unknown): Timed | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((item) => {
    if (!isRecord(item)) return [];
    const text = item.text ?? item.word;
    const [start, end] = Array.isArray(item.timestamp) ? item.timestamp : [item.start, item.end];
    const [startSecond, endSecond] = [seconds(start), seconds(end)];
    if (typeof text !== "string" || startSecond === undefined || endSecond === undefined) return [];
    return [{ text: text.trim(), startSecond, endSecond }];
  });
}

/** Collects the words that are listed inside of segments. */
function wordsOf(list: unknown): unknown[] | undefined {
  const words = Array.isArray(list) ? list.flatMap((item) => isRecord(item) && item.words ? item.words : []) : [];
  return words.length > 0 ? words : undefined;
}

const CLOCK = "(?:\\d+:)?\\d+:\\d+[.,]\\d+";
const CUE = new RegExp(`(?<!\\d)(${CLOCK})[ \\t]+-->[ \\t]+(${CLOCK})`);
const SUBTITLES = new RegExp(`^\\s*(?:WEBVTT\\b|(?:\\d+\\s+)?${CLOCK}[ \\t]+-->)`);

function readCues(subtitles: string): Timed {
  return subtitles.replace(/\r\n?/g, "\n").split(/\n{2,}/).flatMap((block) => {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => CUE.test(line));
    if (at === -1) return [];
    const [, start, end] = CUE.exec(lines[at])!;
    const text = lines.slice(at + 1).join(" ").trim();
    return [{ text, startSecond: clockSeconds(start), endSecond: clockSeconds(end) }];
  });
}

function clockSeconds(clock: string): number {
  return clock.replace(",", ".").split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

/** Reads a number of seconds. Some servers write numbers as text. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
