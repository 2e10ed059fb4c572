/**
 * The recording of a call: taken from wherever the caller has put it, checked, and written for a worker or a route.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { detectMediaType, isFullMediaType, mediaTypeToExtension } from "@ai-sdk/provider-utils";
import { cleanBase64, toBase64, toBytes } from "../files/base64.ts";
import { toUrl } from "../files/file_url.ts";
import { type CallContext, refuse, warnOverridden } from "../input/context.ts";
import type { Row } from "../input/row.ts";
import { checkRules } from "../input/rules.ts";
import type { TranscriptionRow } from "./catalogue.ts";

/** A recording: its URL, or its content as bytes or base64. */
export type Audio = { url: string } | AudioContent;

/** The content of a recording. */
export interface AudioContent {
  data: Uint8Array | string;
  mediaType: string;
}

/** A recording as the SDK gives it. */
export interface GivenAudio {
  audio: Uint8Array | string | URL;
  mediaType?: string;
}

/** A recording, and the worker options that are left. */
export interface TakenAudio {
  audio: Audio;
  options: JSONObject;
}

/**
 * Takes the recording out of the worker options, which win, or out of the call.
 *
 * @throws {InvalidArgumentError} for a recording that is empty or unreadable, and for another kind of file.
 */
export function takeAudio(
  context: CallContext,
  row: Row,
  given: GivenAudio,
  { audio, audio_base64, ...options }: JSONObject,
): TakenAudio {
  if (audio !== undefined && audio_base64 !== undefined) {
    warnOverridden(context, "providerOptions.runpod.audio_base64", "audio");
  }
  const [name, value] = audio === undefined ? ["audio_base64", audio_base64] : ["audio", audio];
  if (value === undefined) return { audio: readGiven(context, given), options };
  // The SDK requires `audio`, so callers who pass the recording as an option give an empty one.
  const isGiven = given.audio instanceof URL || given.audio.length > 0;
  if (isGiven) warnOverridden(context, "audio", name);
  checkRules(context, { [name]: value }, row.options);
  return { audio: readOption(context, `providerOptions.runpod.${name}`, value), options };
}

/** Writes a recording under a worker's keys. */
export function writeAudio({ url, base64 }: TranscriptionRow["audio"], audio: Audio): JSONObject {
  if (base64 === undefined || "url" in audio) return { [url]: toAudioUrl(audio) };
  return { [base64]: toBase64(audio.data) };
}

/** Writes a recording as a URL: an address as it is, content as a data URI. */
export function toAudioUrl(audio: Audio): string {
  return "url" in audio ? audio.url : toUrl({ type: "file", ...audio });
}

/** Makes the form of a request, with the recording as its file. */
export function toForm(fields: JSONObject, { data, mediaType }: AudioContent): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    const isList = Array.isArray(value);
    for (const item of isList ? value : [value]) {
      form.append(isList && !name.endsWith("[]") ? `${name}[]` : name, toField(item));
    }
  }
  // Servers read the format from the file's name, and refuse a name without an extension.
  const extension = mediaType === "application/octet-stream" ? "wav" : mediaTypeToExtension(mediaType);
  form.append("file", new Blob([toBytes(data) as Uint8Array<ArrayBuffer>], { type: mediaType }), `audio.${extension}`);
  return form;
}

function toField(value: JSONObject[string]): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function readGiven(context: CallContext, { audio, mediaType = "" }: GivenAudio): Audio {
  if (audio instanceof URL) return { url: audio.href };
  if (typeof audio !== "string") return checkAudio(context, "audio", audio, mediaType);
  return readText(context, "audio", audio, mediaType);
}

function readOption(context: CallContext, name: string, value: JSONValue): Audio {
  if (typeof value === "string") return readText(context, name, value.trim(), "");
  throw refuse(context, name, `${name} is not a URL, a data URI or base64`);
}

function readText(context: CallContext, name: string, text: string, mediaType: string): Audio {
  if (/^https?:\/\//i.test(text)) return { url: text };
  if (!/^data:/i.test(text)) return checkAudio(context, name, text, mediaType);
  const [head, ownType] = /^data:([^,;]*)[^,]*;base64,/i.exec(text.slice(0, 256)) ?? [];
  if (head === undefined) throw refuse(context, name, "the data URI is not in base64");
  return checkAudio(context, name, text.slice(head.length), ownType || mediaType);
}

function checkAudio(context: CallContext, name: string, given: Uint8Array | string, mediaType: string): Audio {
  if (given.length === 0) throw refuse(context, name, "the audio is empty");
  const data = typeof given === "string" ? cleanBase64(given) : given;
  if (data === undefined) throw refuse(context, name, "the audio is neither bytes nor base64, nor a data URI");
  // MP4 and others hold video or only audio, and the bytes do not tell which. So `video/…` is kept where the caller says so.
  const isVideo = isFullMediaType(mediaType) && /^video\//i.test(mediaType);
  const found = detectMediaType({ data });
  for (const type of [mediaType, found ?? ""]) {
    if (!MAY_BE_AUDIO.test(type)) throw refuse(context, name, `"${type}" is neither audio nor video`);
  }
  const detected = isVideo ? undefined : detectMediaType({ data, topLevelType: "audio" });
  return { data, mediaType: detected ?? (isFullMediaType(mediaType) ? mediaType : "application/octet-stream") };
}

/** The media types of recordings. Those of unknown files may be recordings too. */
const MAY_BE_AUDIO = /^$|^(audio|video)\b|^application\/(octet-stream|ogg|mp4)\b/i;
