import { concat, littleEndian, utf8 } from "./bytes.ts";
import { hash } from "./digest.ts";
import { writeFlac, writeOgg } from "./flac.ts";
import { words } from "./prompt.ts";

/** What a file of sound is written from. */
export interface Sound {
  /** 24,000 a second, in one channel. */
  samples: Int16Array;
  comment: Uint8Array;
}

/** Formats of sound that the emulator writes. */
export type SoundFormat = keyof typeof formats;

/** How long one spoken word takes. */
export const secondsPerWord = 0.3;

const samplesPerSecond = 24_000;
/** Longer texts are cut to this length, so that a book is no gigabyte. */
const longestSeconds = 60;

const formats = {
  wav: { ending: "wav", mediaType: "audio/wav", write: writeWav },
  mp3: { ending: "mp3", mediaType: "audio/mpeg", write: writeMp3 },
  flac: { ending: "flac", mediaType: "audio/flac", write: writeFlac },
  ogg: { ending: "ogg", mediaType: "audio/ogg", write: writeOgg },
  pcm: { ending: "pcm", mediaType: "audio/pcm", write: ({ samples }: Sound) => pcm(samples) },
};

/** A spoken text: one tone a word. The text is also in a comment of the file, where {@link spokenIn} finds it. */
export function speak(format: SoundFormat, text: string, speed = 1): Uint8Array<ArrayBuffer> {
  return formats[format].write({ samples: tune(text, speed), comment: comment(text) });
}

/** How a format is named in URLs and headers; undefined for those that the emulator does not write. */
export function soundFormat(name: string): { format: SoundFormat; ending: string; mediaType: string } | undefined {
  if (!Object.hasOwn(formats, name)) return undefined;
  const format = name as SoundFormat;
  return { format, ending: formats[format].ending, mediaType: formats[format].mediaType };
}

/** The text that a file of {@link speak} holds; undefined for other files. */
export function spokenIn(bytes: Uint8Array): string | undefined {
  for (let start = bytes.indexOf(0x5b); start !== -1; start = bytes.indexOf(0x5b, start + 1)) {
    const head = /^\[spoken:(\d+)\]/.exec(String.fromCharCode(...bytes.subarray(start, start + 24)));
    if (head === null) continue;
    const from = start + head[0].length;
    return new TextDecoder().decode(bytes.subarray(from, from + Number(head[1])));
  }
}

function comment(text: string): Uint8Array {
  const bytes = utf8(text);
  return concat([utf8(`[spoken:${bytes.length}]`), bytes]);
}

function tune(text: string, speed: number): Int16Array {
  const spoken = words(text);
  const perWord = Math.round(samplesPerSecond * secondsPerWord / speed);
  const samples = new Int16Array(Math.min(Math.max(spoken.length, 1) * perWord, longestSeconds * samplesPerSecond));
  for (let start = 0; start < samples.length; start += perWord) {
    // Whole hertz from A3 to A4.
    const pitch = 220 + hash(spoken[start / perWord] ?? "") % 221;
    samples.subarray(start, start + perWord).forEach((_, step) => {
      // Half a sine around each tone, so that none clicks.
      const loudness = 8000 * Math.sin(Math.PI * step / perWord);
      samples[start + step] = loudness * Math.sin(2 * Math.PI * pitch * step / samplesPerSecond);
    });
  }
  return samples;
}

function pcm(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => view.setInt16(index * 2, sample, true));
  return bytes;
}

/** 16 bits a sample, one channel; the comment stands before the sound. */
function writeWav({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  const chunk = (id: string, body: Uint8Array) =>
    concat([utf8(id), littleEndian(body.length, 4), body, new Uint8Array(body.length & 1)]);
  const format = concat([
    littleEndian(1, 2),
    littleEndian(1, 2),
    littleEndian(samplesPerSecond, 4),
    littleEndian(samplesPerSecond * 2, 4),
    littleEndian(2, 2),
    littleEndian(16, 2),
  ]);
  const body = concat([
    utf8("WAVE"),
    chunk("fmt ", format),
    chunk("LIST", concat([utf8("INFO"), chunk("ICMT", concat([comment, new Uint8Array(1)]))])),
    chunk("data", pcm(samples)),
  ]);
  return concat([utf8("RIFF"), littleEndian(body.length, 4), body]);
}

/** Silence of the right length: frames without any content. */
function writeMp3({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  const frames = Math.ceil(samples.length / 576);
  // MPEG 2, layer III, 8 kbit/s, 24 kHz, mono.
  const frame = new Uint8Array(24);
  frame.set([0xff, 0xf3, 0x14, 0xc4]);
  const body = concat([new Uint8Array([3]), utf8("eng\0"), comment]);
  const tag = concat([utf8("COMM"), sevenBits(body.length), new Uint8Array(2), body]);
  return concat([utf8("ID3"), new Uint8Array([4, 0, 0]), sevenBits(tag.length), tag, ...new Array(frames).fill(frame)]);
}

function sevenBits(value: number): Uint8Array {
  return new Uint8Array([value >>> 21, value >>> 14, value >>> 7, value].map((byte) => byte & 0x7f));
}
