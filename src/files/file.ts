/**
 * Files in (a URL or a data URI) and files out (a worker's output becomes bytes or a URL).
 *
 * @module
 */
import { APICallError, type ImageModelV4File } from "@ai-sdk/provider";
import {
  detectMediaType,
  DownloadError,
  fetchUntrustedUrl,
  isFullMediaType,
  isRecord,
  readResponseWithSizeLimit,
} from "@ai-sdk/provider-utils";
import { isTransient, networkError } from "../http/error.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** The largest file that is downloaded, in bytes: what the AI SDK itself allows. */
const MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024;

/** What kind of file a model makes. */
export type FileKind = "image" | "video" | "audio";

/** A file in a worker's output; inline with its media type, where that is known. */
export type OutputFile = { url: string } | { base64: string; mediaType: string | undefined };

/** Writes a file for a worker: URLs as they are, bytes and base64 as a data URI. */
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
  if (/^https?:\/\//i.test(value)) return URL.canParse(value);
  // Its beginning tells; the rest may be megabytes.
  return /^data:[^,]*;base64,[\w+/-]/i.test(value.slice(0, 256));
}

/** The media type that a URL or a data URI tells, in lower case. */
export function mediaTypeOf(url: string): string | undefined {
  const [, inline] = /^data:([^;,]+)/i.exec(url.slice(0, 256)) ?? [];
  if (inline !== undefined) return inline.toLowerCase();
  const [, extension] = /\.(\w+)$/.exec(URL.canParse(url) ? new URL(url).pathname : "") ?? [];
  return MEDIA_TYPES[extension?.toLowerCase()];
}

const MEDIA_TYPES: Record<string, string | undefined> = {
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
  wav: "audio/wav",
  mp3: "audio/mpeg",
  flac: "audio/flac",
  ogg: "audio/ogg",
};

/** Bytes as base64; base64 as it is. */
export function toBase64(data: Uint8Array | string): string {
  if (typeof data === "string") return data;
  // Native where the runtime has it: megabytes in milliseconds.
  return (data as NativeBase64).toBase64?.() ?? encode(data);
}

/** Base64 as bytes; bytes as they are. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data !== "string") return data;
  const native: NativeBase64Constructor = Uint8Array;
  if (!native.fromBase64) return decode(data);
  try {
    return native.fromBase64(data);
  } catch {
    // To look for the URL-safe alphabet first would take as long as decoding does.
    return native.fromBase64(data, { alphabet: "base64url" });
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** For runtimes without a native call: a string that grows by every byte would take 14 times as long. */
function encode(bytes: Uint8Array): string {
  const letters = new TextEncoder().encode(ALPHABET);
  const whole = bytes.length - bytes.length % 3;
  const text = new Uint8Array(whole / 3 * 4);
  for (let from = 0, to = 0; from < whole; from += 3) {
    const bits = bytes[from] << 16 | bytes[from + 1] << 8 | bytes[from + 2];
    text[to++] = letters[bits >> 18];
    text[to++] = letters[bits >> 12 & 63];
    text[to++] = letters[bits >> 6 & 63];
    text[to++] = letters[bits & 63];
  }
  return new TextDecoder().decode(text) + btoa(String.fromCharCode(...bytes.subarray(whole)));
}

/** The same the other way: a callback for every byte would take 25 times as long. */
function decode(base64: string): Uint8Array {
  const binary = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

// Newer than the type libraries that some users compile with.
type NativeBase64 = Uint8Array & { toBase64?: () => string };
type NativeBase64Constructor = typeof Uint8Array & {
  fromBase64?: (text: string, options?: { alphabet: "base64url" }) => Uint8Array;
};

/**
 * Finds the files in a worker's output, whatever its shape: a URL, a data URI or base64, alone, in a list, or under
 * the usual keys of an object; what is a file by its own bytes, under any key.
 */
export function findFiles(output: unknown, kind: FileKind): OutputFile[] {
  if (typeof output === "string") {
    const file = readFile(output);
    return file ? [file] : [];
  }
  if (Array.isArray(output)) return output.flatMap((file) => findFiles(file, kind));
  if (!isRecord(output)) return [];
  for (const key of FILE_KEYS[kind]) {
    const files = findFiles(output[key], kind);
    if (files.length > 0) return files;
  }
  return Object.values(output).flatMap((value) => {
    const file = typeof value === "string" ? readFile(value) : undefined;
    return file && "base64" in file && isOfKind(file, kind) ? [file] : [];
  });
}

/** Sound comes in the same containers as films. */
function isOfKind({ base64, mediaType = "" }: Extract<OutputFile, { base64: string }>, kind: FileKind): boolean {
  return mediaType.startsWith(`${kind}/`) ||
    detectMediaType({ data: base64.slice(0, 24), topLevelType: kind }) !== undefined;
}

/**
 * Downloads an output, without our key and without following it into a private network.
 *
 * @param trustedOrigin The origin of the endpoint as the caller configured it, which may be private itself.
 * @throws {APICallError} for an error status, a success that is no file, or no answer; retryable where that may pass.
 * @throws {DownloadError} for a forbidden address or too many bytes.
 */
export async function download(
  { url, settings, trustedOrigin, abortSignal }: {
    url: string;
    settings: RunpodProviderSettings;
    trustedOrigin: string;
    abortSignal?: AbortSignal;
  },
): Promise<Uint8Array> {
  let hasBegun = false;
  try {
    const response = await fetchUntrustedUrl({ url, fetch: settings.fetch, trustedOrigin, abortSignal });
    hasBegun = true;
    if (!response.ok) {
      await response.body?.cancel();
      throw noFile(url, response, `HTTP ${response.status}`, isTransient(response.status));
    }
    const bytes = await readResponseWithSizeLimit({ response, url, maxBytes: MAX_DOWNLOAD_BYTES });
    const mediaType = response.headers.get("content-type") ?? "";
    // What a proxy or a bucket says in the place of a file comes as a success too.
    if (bytes.length === 0 || (/^text\/|json/.test(mediaType) && detectMediaType({ data: bytes }) === undefined)) {
      throw noFile(url, response, `got ${bytes.length} bytes of ${mediaType || "no type"} instead of a file`, true);
    }
    return bytes;
  } catch (cause) {
    abortSignal?.throwIfAborted();
    if (APICallError.isInstance(cause) || DownloadError.isInstance(cause)) throw cause;
    throw networkError({ attempt: `download ${url}`, url, requestBody: undefined, cause, repeat: "free", hasBegun });
  }
}

function noFile(url: string, { status, headers }: Response, reason: string, isRetryable: boolean): APICallError {
  return new APICallError({
    message: `Cannot download ${url}: ${reason}`,
    url,
    requestBodyValues: undefined,
    statusCode: status,
    responseHeaders: Object.fromEntries(headers),
    isRetryable,
  });
}

// The order matters where a worker sends several: the most specific first.
const IMAGE_KEYS = ["image_url", "result", "images", "image"];
const VIDEO_KEYS = ["video_url", "result", "video_urls", "videos", "video", "gifs"];
const AUDIO_KEYS = ["audio_url", "result", "audio", "audio_base64"];
const ANY_KEYS = ["url", "urls", "data", "output", "outputs", "files", "file", "message"];
const FILE_KEYS: Record<FileKind, string[]> = {
  image: [...IMAGE_KEYS, ...ANY_KEYS],
  // ComfyUI puts videos under `images` too.
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

/** The media type of base64. Words are valid base64 too, so only what starts like a known file has one. */
function typeOfBase64(text: string): string | undefined {
  // As much as is looked at. Before the sound of an MP3 there may be a picture of any size.
  if (!/^[A-Za-z0-9+/_-]{24}/.test(text)) return undefined;
  return text.startsWith(ID3_IN_BASE64) ? "audio/mpeg" : detectMediaType({ data: text.slice(0, 24) });
}

const ID3_IN_BASE64 = "SUQz";
