/**
 * A recording, wherever the caller has put it: checked, and ready to be written.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { detectMediaType, isFullMediaType } from "@ai-sdk/provider-utils";
import { toBase64 } from "../files/base64.ts";
import { type CallContext, refuse, warnOverridden } from "../input/context.ts";

/** A recording: where it is, or what it is, as bytes or as base64. */
export type Audio = { url: string } | { data: Uint8Array | string; mediaType: string };

/** What the SDK gives. */
export interface GivenAudio {
  audio: Uint8Array | string | URL;
  mediaType?: string;
}

/** A recording, and what is left of the worker's options. */
export interface SplitAudio {
  audio: Audio;
  rest: JSONObject;
}

/**
 * Takes the recording out of the worker's options, which win, or out of the call.
 *
 * @throws {InvalidArgumentError} for one that is empty, unreadable or no sound.
 */
export function splitAudio(
  context: CallContext,
  given: GivenAudio,
  { audio, audio_base64, ...rest }: JSONObject,
): SplitAudio {
  if (audio !== undefined && audio_base64 !== undefined) {
    warnOverridden(context, "providerOptions.runpod.audio_base64", "audio");
  }
  const [name, own] = audio === undefined ? ["audio_base64", audio_base64] : ["audio", audio];
  if (own === undefined) return { audio: readGiven(context, given), rest };
  // The SDK wants some audio also where there is none to give.
  const isGiven = given.audio instanceof URL || given.audio.length > 0;
  if (isGiven) warnOverridden(context, "audio", name);
  return { audio: readOption(context, `providerOptions.runpod.${name}`, own), rest };
}

/** Writes a recording as one text: a URL, or a data URI. */
export function toAddress(audio: Audio): string {
  return "url" in audio ? audio.url : `data:${audio.mediaType};base64,${toBase64(audio.data)}`;
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
  const [head, own] = /^data:([^,;]*)[^,]*;base64,/i.exec(text.slice(0, 256)) ?? [];
  if (head === undefined) throw refuse(context, name, "the data URI is not in base64");
  return checkAudio(context, name, text.slice(head.length), own || mediaType);
}

function checkAudio(context: CallContext, name: string, given: Uint8Array | string, mediaType: string): Audio {
  if (given.length === 0) throw refuse(context, name, "the audio is empty");
  const data = typeof given === "string" ? cleanBase64(context, name, given) : given;
  // Only by a name is a film told from sound in the same container.
  const isNamed = isFullMediaType(mediaType) && /^video\//i.test(mediaType);
  const found = detectMediaType({ data });
  for (const type of [mediaType, found ?? ""]) {
    if (!MAY_BE_SOUND.test(type)) throw refuse(context, name, `"${type}" is neither audio nor video`);
  }
  const detected = isNamed ? undefined : detectMediaType({ data, topLevelType: "audio" });
  return { data, mediaType: detected ?? (isFullMediaType(mediaType) ? mediaType : "application/octet-stream") };
}

/** What nobody has named may be sound, too. */
const MAY_BE_SOUND = /^$|^(audio|video)\b|^application\/(octet-stream|ogg|mp4)\b/i;

/** Base64 as every reader of it takes it. */
function cleanBase64(context: CallContext, name: string, text: string): string {
  const compact = /\s/.test(text) ? text.replace(/\s+/g, "") : text;
  // No number of bytes leaves a single character over.
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact) || compact.replace(/=+$/, "").length % 4 === 1) {
    throw refuse(context, name, "the audio is neither bytes nor base64, nor a data URI");
  }
  return /[-_]/.test(compact) ? compact.replaceAll("-", "+").replaceAll("_", "/") : compact;
}
