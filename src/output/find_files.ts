/**
 * Finds the files in a worker's output, whatever its shape.
 *
 * @module
 */
import { detectMediaType, isRecord } from "@ai-sdk/provider-utils";
import { mediaTypeOf } from "../files/file_url.ts";
import { MAX_DEPTH } from "../http/json.ts";

/** What kind of file a model makes. */
export type FileKind = "image" | "video" | "audio";

/** A file in a worker's output: a URL, or base64 with its media type, if that is known. */
export type OutputFile = { url: string } | { base64: string; mediaType: string | undefined };

/**
 * Finds the files in a worker's output. A file is a URL, a data URI or base64: alone, in a list, or under the usual keys of
 * an object. Under any other key, only base64 and data URIs of the right kind count.
 */
export function findFiles(output: unknown, kind: FileKind, depth = 0): OutputFile[] {
  if (typeof output === "string") {
    const file = readFile(output);
    return file ? [file] : [];
  }
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(output)) return output.flatMap((file) => findFiles(file, kind, depth + 1));
  if (!isRecord(output)) return [];
  for (const key of FILE_KEYS[kind]) {
    const files = findFiles(output[key], kind, depth + 1);
    if (files.length > 0) return files;
  }
  return Object.values(output).flatMap((value) => {
    const file = typeof value === "string" ? readFile(value) : undefined;
    return file && "base64" in file && isOfKind(file, kind) ? [file] : [];
  });
}

/** Whether a file is of a kind. MP4 and WebM hold videos or only sound, so each kind is looked for by itself. */
function isOfKind({ base64, mediaType = "" }: Extract<OutputFile, { base64: string }>, kind: FileKind): boolean {
  return mediaType.startsWith(`${kind}/`) ||
    detectMediaType({ data: base64.slice(0, 24), topLevelType: kind }) !== undefined;
}

// If an output has several of these keys, the first one wins, so the most specific come first.
const IMAGE_KEYS = ["image_url", "result", "images", "image"];
const VIDEO_KEYS = ["video_url", "result", "video_urls", "videos", "video", "gifs"];
const AUDIO_KEYS = ["audio_url", "result", "audio", "audio_base64"];
const ANY_KEYS = ["url", "urls", "data", "output", "outputs", "files", "file", "message"];
const FILE_KEYS: Record<FileKind, string[]> = {
  image: [...IMAGE_KEYS, ...ANY_KEYS],
  // ComfyUI puts videos under "images" too.
  video: [...VIDEO_KEYS, ...ANY_KEYS, ...IMAGE_KEYS],
  audio: [...AUDIO_KEYS, ...ANY_KEYS],
};

function readFile(text: string): OutputFile | undefined {
  const value = text.trim();
  if (/^https?:\/\//i.test(value)) return URL.canParse(value) ? { url: value } : undefined;
  const dataUri = /^data:[^,]*;base64,/i.exec(value.slice(0, 256))?.[0];
  if (dataUri) return { base64: value.slice(dataUri.length), mediaType: mediaTypeOf(dataUri) };
  const mediaType = typeOfBase64(value);
  return mediaType === undefined ? undefined : { base64: value, mediaType };
}

/** The media type of base64. Words are valid base64 too, so it must begin like a known file. */
function typeOfBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]{24}/.test(text)) return undefined;
  return text.startsWith(ID3_IN_BASE64) ? "audio/mpeg" : detectMediaType({ data: text.slice(0, 24) });
}

/** "ID3", the tag before the sound of an MP3. The tag may hold a picture of any size, so the sound itself is not looked for. */
const ID3_IN_BASE64 = "SUQz";
