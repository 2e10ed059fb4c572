/**
 * Small files of every kind, each with a number in it, and what a model makes of an output with such files.
 *
 * @module
 */
import type { SharedV4Warning } from "@ai-sdk/provider";
import type { RunpodImageModelSettings } from "@runpod/ai-sdk-provider";
import { completed } from "./answers.ts";
import { capture, VIDEO } from "./capture.ts";
import { base64, bytesOf } from "./files.ts";
import { IMAGE_CALL, VIDEO_CALL } from "./smallest_calls.ts";

const HEADS = {
  png: "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
  jpeg: "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01",
  gif: "GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0",
  webp: "RIFF\x40\0\0\0WEBPVP8L\0\0\0\0",
  mp4: "\0\0\0\x18ftypisom\0\0\x02\0isomiso2",
  m4a: "\0\0\0\x18ftypM4A \0\0\x02\0isomiso2",
  webm: "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04",
  mp3: "ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0\0\0\0\0",
  flac: "fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0",
  /** Sound without a header, which no bytes tell. */
  pcm: "\x01\0\x02\0\x03\0\x04\0\x05\0\x06\0\x07\0\x08\0\x09\0",
};

/** A format of small files. */
export type Format = keyof typeof HEADS;

/** The base64 of a file: 60 bytes, the last of which is its number. */
export function file(format: Format, number = 1): string {
  const head = HEADS[format];
  return base64(bytesOf(head + "\0".repeat(59 - head.length) + String.fromCharCode(number)));
}

/** A WAV file of 16-bit samples, whole. */
export function wav(samples: string, rate = 8000): Uint8Array<ArrayBuffer> {
  const int32 = (value: number) => String.fromCharCode(value & 255, value >> 8 & 255, value >> 16 & 255, 0);
  const format = `\x01\0\x01\0${int32(rate)}${int32(2 * rate)}\x02\0\x10\0`;
  const chunks = `WAVEfmt ${int32(16)}${format}data${int32(samples.length)}${samples}`;
  return bytesOf(`RIFF${int32(chunks.length)}${chunks}`);
}

/** A kind of model that makes files. */
export type MediaKind = "image" | "video" | "speech";

/** The files that a model returns of an output: base64 as it is, of bytes the base64, of videos at a URL the URL. */
export async function filesOf(
  kind: MediaKind,
  output: unknown,
  settings: Pick<RunpodImageModelSettings, "output"> = {},
  answer: (url: string) => Response | undefined = () => undefined,
): Promise<{ files: string[]; warnings: SharedV4Warning[]; metadata: unknown }> {
  const { runpod } = capture(({ url, method }) =>
    method === "GET"
      ? answer(url) ?? (kind === "video" ? new Response(VIDEO) : new Response("gone", { status: 404 }))
      : completed(output)
  );
  const asText = (data: string | Uint8Array) => typeof data === "string" ? data : base64(data);
  if (kind === "image") {
    const { images, warnings, providerMetadata } = await runpod.image("mine", settings).doGenerate(IMAGE_CALL);
    return { files: images.map(asText), warnings, metadata: providerMetadata?.runpod };
  }
  if (kind === "video") {
    const { videos, warnings, providerMetadata } = await runpod.video("mine", settings).doGenerate!(VIDEO_CALL);
    // What was downloaded is the same file everywhere, so its URL tells which it is.
    const urls = (providerMetadata?.runpod.videos as unknown as Array<{ url?: string }>).map(({ url }) => url);
    const files = videos.map((video, index) => video.type === "base64" ? video.data : urls[index] ?? "");
    return { files, warnings, metadata: providerMetadata?.runpod };
  }
  const { audio, warnings, providerMetadata } = await runpod.speech("mine", settings).doGenerate({ text: "Hello" });
  return { files: [asText(audio)], warnings, metadata: providerMetadata?.runpod };
}
