/**
 * Reads a transcript, in whatever shape a worker or server gives it.
 *
 * @module
 */
import type { JSONObject, SharedV4Warning, TranscriptionModelV4Result } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { parseJson } from "../http/json.ts";
import { MAX_DEPTH } from "../limits.ts";

/** A transcript, with all that came with it. */
export interface Transcript
  extends Pick<TranscriptionModelV4Result, "text" | "segments" | "words" | "language" | "durationInSeconds" | "usage"> {
  /** The transcript as subtitles (SubRip or WebVTT), where it came in that form. */
  subtitles?: string;
  /** The translation, where there is one. */
  translation?: string;
}

type Timed = TranscriptionModelV4Result["segments"];

/** What an output has that has no place in a result, by what it is called in a warning. */
type Lost = Map<string, number>;

/**
 * Reads a transcript: an empty text for silence, `undefined` for an output without a transcript.
 *
 * @param warnings Are told of what has no place in the result.
 */
export function readTranscript(output: unknown, warnings: SharedV4Warning[]): Transcript | undefined {
  const lost: Lost = new Map();
  const transcript = read(output, lost, 0);
  for (const [what, count] of lost) warnings.push({ type: "other", message: `The output has ${what}: ${count}` });
  return transcript;
}

function read(output: unknown, lost: Lost, depth: number): Transcript | undefined {
  if (typeof output === "string") {
    const json = /^\s*(\{|\[\s*[{[])/.test(output) ? parseJson(output) : undefined;
    return json === undefined ? readText(output) : read(json, lost, depth + 1);
  }
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(output)) return readParts(output, lost, depth + 1);
  return isRecord(output) ? readRecord(output, lost, depth + 1) : undefined;
}

/** The keys of a text, and those of a list of timed parts, which may also be under a key of a text. */
const TEXT_KEYS = ["text", "transcription", "transcript", "result", "output"];
const SEGMENT_KEYS = ["segments", "chunks", "utterances"];
const WORD_KEYS = ["word_timestamps", "words", "word_segments"];

function readRecord(
  output: Record<string, unknown>,
  lost: Lost,
  depth: number,
): Transcript | undefined {
  const { duration, translation, usage } = output;
  const durationInSeconds = seconds(duration);
  const list = listUnder(output, SEGMENT_KEYS);
  const parts = list && readParts(list, lost, depth, durationInSeconds);
  const found = firstOf(TEXT_KEYS, (key) => read(output[key], lost, depth)) ??
    parts ?? (list && readText(""));
  if (found === undefined) return undefined;
  const words = listUnder(output, WORD_KEYS);
  return {
    ...found,
    segments: parts?.segments.length ? parts.segments : found.segments,
    words: words ? readTimed(words, "words", lost, durationInSeconds) : parts?.words ?? found.words,
    language: [output.language, output.detected_language].find(isName) ?? found.language,
    durationInSeconds: durationInSeconds ?? found.durationInSeconds,
    ...(typeof translation === "string" ? { translation } : {}),
    ...(isRecord(usage) ? { usage: usage as JSONObject } : {}),
  };
}

/** Reads a list of texts, of segments, of transcripts, or of groups of these. */
function readParts(
  list: unknown[],
  lost: Lost,
  depth: number,
  durationInSeconds?: number,
): Transcript | undefined {
  const parts = list.flat(3);
  const texts = parts.map((part) => read(part, lost, depth));
  const found = texts.filter((text) => text !== undefined);
  if (found.length === 0) return undefined;
  count(lost, "parts without a text, which are left out", parts.length - found.length);
  const timed = readTimed(parts.filter((_, at) => texts[at]), "segments", lost, durationInSeconds);
  const inner = found.flatMap(({ segments }) => segments);
  const words = found.flatMap(({ words }) => words ?? []);
  const [first] = found;
  return {
    ...(found.length === 1 ? first : readText(joinTexts(found.map(({ text }) => text)))),
    segments: timed.length > 0 ? timed : inner,
    words: words.length > 0 ? words : first.words,
    language: first.language,
  };
}

function listUnder(output: Record<string, unknown>, keys: string[]): unknown[] | undefined {
  return firstOf(keys, (key) => Array.isArray(output[key]) ? output[key] : undefined);
}

function firstOf<T>(keys: string[], read: (key: string) => T | undefined): T | undefined {
  for (const key of keys) {
    const found = read(key);
    if (found !== undefined) return found;
  }
}

/** Reads a text, or the text of subtitles. */
function readText(text: string): Transcript {
  const rest = { language: undefined, durationInSeconds: undefined };
  if (!SUBTITLES.test(text)) return { text: text.trim(), segments: [], ...rest };
  const segments = readCues(text);
  return { text: joinTexts(segments.map((segment) => segment.text)), segments, ...rest, subtitles: text };
}

/** Joins texts. Whisper's begin with a space. */
function joinTexts(texts: string[]): string {
  return texts.map((text) => text.trim()).filter((text) => text !== "").join(" ");
}

/** Reads the segments or words that have times, in seconds. The last one may have no end. */
function readTimed(
  list: unknown[],
  what: "segments" | "words",
  lost: Lost,
  durationInSeconds: number | undefined,
): Timed {
  const items = list.flat(3).map((item) => {
    const { text, word = text, timestamp, start, end, start_time = start, end_time = end } = isRecord(item) ? item : {};
    const [from, to] = Array.isArray(timestamp) ? timestamp : [start_time, end_time];
    return { text: typeof word === "string" ? word.trim() : undefined, start: seconds(from), end: seconds(to) };
  });
  const timed = items.flatMap(({ text, start, end }, at): Timed => {
    if (text === undefined || start === undefined) return [];
    return [{ text, startSecond: start, endSecond: end ?? items[at + 1]?.start ?? durationInSeconds ?? start }];
  });
  const isToTell = what === "words" || timed.length > 0;
  count(lost, `${what} without times, which are in the text alone`, isToTell ? items.length - timed.length : 0);
  return timed;
}

function count(lost: Lost, what: string, times: number): void {
  if (times > 0) lost.set(what, times + (lost.get(what) ?? 0));
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

/** Reads a number of seconds. Some servers write numbers as text, or as a clock shows them. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\s*\d[\d:.,]*\s*$/.test(value) ? clockSeconds(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
