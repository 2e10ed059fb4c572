/**
 * Files as URLs: http(s) URLs and data URIs, and the media types that they tell.
 *
 * @module
 */
import type { ImageModelV4File } from "@ai-sdk/provider";
import { detectMediaType, isFullMediaType } from "@ai-sdk/provider-utils";
import { toBase64 } from "./base64.ts";
import { parseUrl } from "../parse_url.ts";

/** Writes a file as a URL for a worker: bytes and base64 become a data URI. */
export function toUrl(file: ImageModelV4File): string {
  if (file.type === "url") return file.url;
  const mediaType = isFullMediaType(file.mediaType)
    ? file.mediaType
    : detectMediaType({ data: file.data }) ?? "application/octet-stream";
  return `data:${mediaType};base64,${toBase64(file.data)}`;
}

/** Whether a value can be read as a file: an http(s) URL, or a data URI that holds base64. */
export function isFileUrl(value: unknown): value is string {
  if (typeof value !== "string") return false;
  if (/^https?:\/\//i.test(value)) return parseUrl(value) !== undefined;
  // Only the beginning is checked, because the rest may be megabytes.
  return /^data:[^,]*;base64,[\w+/-]/i.test(value.slice(0, 256));
}

/** The media type of a data URI, or the one that a URL's file extension stands for, in lower case. */
export function mediaTypeOf(url: string): string | undefined {
  const [, inline] = /^data:([^;,]+)/i.exec(url.slice(0, 256)) ?? [];
  if (inline !== undefined) return inline.toLowerCase();
  return typeOfExtension(/\.(\w+)$/.exec(parseUrl(url)?.pathname ?? "")?.[1]);
}

/** The media type of files with an extension, which is also what formats are called. */
export function typeOfExtension(extension: string | undefined): string | undefined {
  return MEDIA_TYPES.get(extension?.toLowerCase());
}

const MEDIA_TYPES: ReadonlyMap<string | undefined, string> = new Map(Object.entries({
  mp4: "video/mp4",
  m4v: "video/mp4",
  webm: "video/webm",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  avi: "video/x-msvideo",
  gif: "image/gif",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  tiff: "image/tiff",
  tif: "image/tiff",
  wav: "audio/wav",
  mp3: "audio/mpeg",
  flac: "audio/flac",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  m4a: "audio/mp4",
  aac: "audio/aac",
  pcm: "audio/pcm",
}));
