/**
 * Finds the files in a worker's output, whatever its shape.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { mediaTypeOf } from "../files/file_url.ts";
import { parseJson } from "../http/json.ts";
import { MAX_DEPTH } from "../limits.ts";
import {
  type FileKind,
  mediaTypeAt,
  type Place,
  placeUnder,
  rate,
  readFields,
  ROOT,
  typeOfBase64,
} from "./evidence.ts";
import { parseUrl } from "../parse_url.ts";

/** A file in a worker's output: a URL, base64, or the same file as both. */
export interface OutputFile {
  url?: string;
  base64?: string;
  /** Whether the URL is more likely the file than the base64, where there are both. */
  prefersUrl?: boolean;
  /** The media type, as far as it is declared, or the name or the first bytes show it. */
  mediaType?: string;
}

/** How many files of an output are looked at. Workers choose how many they send. */
const MAX_FILES = 1000;

interface Candidate extends OutputFile {
  place: Place;
  /** The keys on the way to it, but for those of results of any kind: files with the same ones belong together. */
  group: string;
  /** The object or the list that it is in. */
  owner: unknown;
  /** The list around it. */
  list?: unknown;
  rating: number;
}

/**
 * Finds the files of a kind. Every URL, data URI and base64 is a candidate, in JSON text too. Those that are surely of
 * another kind are left out, and so are previews and echoes of the input; of the rest, those are the result for which
 * most speaks.
 *
 * @param isPointedAt Whether the caller has pointed at the value, which then may hold bytes of any format.
 */
export function findFiles(output: unknown, kind: FileKind, isPointedAt = false): OutputFile[] {
  const all = collect(output, isPointedAt ? 24 : 40);
  for (const file of all) file.rating = isPointedAt || !isRaw(file) ? rateFile(file, kind) : 0;
  const rated = joinForms(all.filter(({ rating }) => rating > 0));
  const ratings = new Map<string, number>();
  for (const { group, rating } of rated) ratings.set(group, Math.max(rating, ratings.get(group) ?? 0));
  const best = Math.max(...ratings.values());
  const isBest = ({ group }: Candidate) => ratings.get(group) === best;
  const found = dropRepeated(rated.filter(isBest));
  // What the caller points at is the result, whatever its bytes look like.
  if (found.length === 0) return isPointedAt ? all.filter(({ place }) => place === ROOT) : [];
  // Base64 of no known format beside a file of the same name is more of that file.
  return [...found, ...all.filter((file) => isRaw(file) && !isPointedAt && file.list && isBest(file))];
}

/** The media types of all files in an output, with that of one file alone where it is named. */
export function typesIn(output: unknown, base64?: string): string[] {
  const files = collect(output, 24).filter((file) => base64 === undefined || file.base64 === base64);
  return [...new Set(files.flatMap(({ mediaType }) => mediaType ?? []))];
}

/** Whether a file is base64 of no known format. */
export function isRaw({ url, mediaType }: OutputFile): boolean {
  return url === undefined && mediaType === undefined;
}

/** @param least How long base64 of no known format has to be, because words are valid base64 too. */
function collect(output: unknown, least: number): Candidate[] {
  const found: Candidate[] = [];
  const visit = (value: unknown, at: Pick<Candidate, "place" | "group" | "owner" | "list">, depth: number): void => {
    if (depth > MAX_DEPTH || found.length >= MAX_FILES) return;
    if (typeof value === "string") {
      const json = /^\s*[{[]/.test(value) ? parseJson(value) : undefined;
      if (json !== undefined) return visit(json, at, depth + 1);
      const file = readFile(value, at.place, least);
      if (file) found.push({ ...file, ...at, rating: 0 });
    } else if (Array.isArray(value)) {
      const place = { ...at, group: `${at.group}*`, owner: value, list: value };
      for (const item of value) visit(item, place, depth + 1);
    } else if (isRecord(value)) {
      const entries = Object.entries(value);
      const fields = readFields(entries);
      for (const [key, item] of entries) {
        const place = placeUnder(at.place, key, fields);
        const group = place.isUsual ? at.group : `${at.group}.${key.slice(0, 100)}`;
        visit(item, { ...at, place, group, owner: value }, depth + 1);
      }
    }
  };
  visit(output, { place: ROOT, group: "", owner: undefined }, 0);
  return found;
}

function readFile(text: string, place: Place, least: number): OutputFile | undefined {
  const value = text.trim();
  if (/^https?:\/\//i.test(value)) {
    return parseUrl(value) ? { url: value, mediaType: mediaTypeAt(place, { url: value }) } : undefined;
  }
  const dataUri = /^data:[^,]*;base64,/i.exec(value.slice(0, 256))?.[0];
  const base64 = dataUri === undefined ? value : value.slice(dataUri.length);
  // It may have line breaks.
  const start = base64.slice(0, 99).replace(/\s/g, "");
  const shown = /^[\w+/-]{24}/.test(start) ? typeOfBase64(start) : undefined;
  const mediaType = mediaTypeAt(place, { own: dataUri && mediaTypeOf(dataUri), shown });
  const isFile = dataUri !== undefined || shown !== undefined ||
    base64.length >= least && /^[\w+/-]+={0,2}$/.test(start);
  return isFile ? { base64, mediaType } : undefined;
}

function rateFile({ place, mediaType, url }: Candidate, kind: FileKind): number {
  const path = url === undefined ? "/file" : new URL(url).pathname;
  return rate(place, kind, mediaType, path.length > 1 && !/\.[a-z]\w{1,5}$/i.test(path));
}

/** Joins a URL and base64 that are alone in an object: they are the same file. */
function joinForms(files: Candidate[]): Candidate[] {
  const owned = new Map<unknown, Candidate[]>();
  for (const file of files) owned.set(file.owner, [...owned.get(file.owner)?.slice(0, 2) ?? [], file]);
  return files.flatMap((file) => {
    const [first, second, ...others] = owned.get(file.owner)!;
    const isPair = second !== undefined && others.length === 0 && file.list !== file.owner &&
      (first.url === undefined) !== (second.url === undefined);
    if (!isPair) return [file];
    if (file !== first) return [];
    const [link, inline] = first.url === undefined ? [second, first] : [first, second];
    const [better] = link.rating > inline.rating + 1 ? [link] : [inline];
    return [{ ...better, url: link.url, base64: inline.base64, prefersUrl: better === link }];
  });
}

/** Leaves out what an output has twice: a list beats its own first element, and a form of all files beats another. */
function dropRepeated(files: Candidate[]): Candidate[] {
  const lists = new Set(files.map(({ list }) => list).filter((list) => list !== undefined));
  const inline = files.filter(({ base64 }) => base64 !== undefined);
  const links = files.filter(({ base64 }) => base64 === undefined);
  const isMixed = [...lists].some((list) => [inline, links].every((form) => form.some((file) => file.list === list)));
  const kept = lists.size === 0 || isMixed || links.length === 0 || inline.length === 0
    ? files
    : inline.length < links.length
    ? links
    : inline;
  const seen = new Map<string, Candidate>();
  for (const file of [...kept].sort((a, b) => Number(b.list !== undefined) - Number(a.list !== undefined))) {
    const key = nameOf(file);
    if (!seen.has(key)) seen.set(key, file);
  }
  return kept.filter((file) => {
    const first = seen.get(nameOf(file))!;
    return file === first || (file.list !== undefined && file.list === first.list);
  });
}

/** What tells a file from others. The signature of a URL changes each time. */
function nameOf({ url, base64 }: OutputFile): string {
  if (base64 !== undefined) return base64;
  const [address, query] = url!.split("?", 2);
  return /signature|expires|token|sig=/i.test(query ?? "") ? address : url!;
}
