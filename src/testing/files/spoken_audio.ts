import { hash } from "../common/hash.ts";
import { words } from "../common/words.ts";
import { concat, utf8 } from "./bytes.ts";
import { writeFlac } from "./flac.ts";
import { writeMp3 } from "./mp3.ts";
import { writeOgg } from "./ogg.ts";
import { SAMPLES_PER_SECOND, type Sound } from "./sound.ts";
import { writePcm, writeWav } from "./wav.ts";

/** An audio format that the emulator writes. */
export interface AudioFormat {
  name: keyof typeof formats;
  /** The extension of its files. */
  extension: string;
  mediaType: string;
}

/** How long one spoken word takes. */
export const SECONDS_PER_WORD = 0.3;

/** Longer recordings are cut off, so that the speech of a whole book does not fill the memory. */
const MAX_SECONDS = 60;

const formats = {
  wav: { extension: "wav", mediaType: "audio/wav", write: writeWav },
  mp3: { extension: "mp3", mediaType: "audio/mpeg", write: writeMp3 },
  flac: { extension: "flac", mediaType: "audio/flac", write: writeFlac },
  ogg: { extension: "ogg", mediaType: "audio/ogg", write: writeOgg },
  pcm: { extension: "pcm", mediaType: "audio/pcm", write: writePcm },
};

/** Looks up a format by its name; undefined if the emulator does not write it. */
export function audioFormat(name: string): AudioFormat | undefined {
  if (!Object.hasOwn(formats, name)) return undefined;
  const { extension, mediaType } = formats[name as AudioFormat["name"]];
  return { name: name as AudioFormat["name"], extension, mediaType };
}

/** "Speaks" a text, one tone a word. The file's comment holds the text, where {@link spokenIn} finds it. */
export function speak(format: AudioFormat["name"], text: string, speed = 1): Uint8Array<ArrayBuffer> {
  const sound: Sound = { samples: tones(text, speed), comment: comment(text) };
  return formats[format].write(sound);
}

/** The text that {@link speak} put into a file; undefined for other files. */
export function spokenIn(bytes: Uint8Array): string | undefined {
  const bracket = 0x5b;
  for (let start = bytes.indexOf(bracket); start !== -1; start = bytes.indexOf(bracket, start + 1)) {
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

function tones(text: string, speed: number): Int16Array {
  const spoken = words(text);
  const perWord = Math.round(SAMPLES_PER_SECOND * SECONDS_PER_WORD / speed);
  const samples = new Int16Array(Math.min(Math.max(spoken.length, 1) * perWord, MAX_SECONDS * SAMPLES_PER_SECOND));
  for (let start = 0; start < samples.length; start += perWord) {
    // Whole hertz from A3 to A4.
    const pitch = 220 + hash(spoken[start / perWord] ?? "") % 221;
    samples.subarray(start, start + perWord).forEach((_, step) => {
      // Each tone swells and fades, so that none begins with a click.
      const loudness = 8000 * Math.sin(Math.PI * step / perWord);
      samples[start + step] = loudness * Math.sin(2 * Math.PI * pitch * step / SAMPLES_PER_SECOND);
    });
  }
  return samples;
}
