import { bitWriter } from "./bits.ts";
import { concat } from "./bytes.ts";
import { hash } from "../common/hash.ts";

/** What a video is drawn from. */
export interface Video {
  width: number;
  height: number;
  seconds: number;
  framesPerSecond: number;
  /** Decides the colours. */
  subject: string;
}

/** An encoded video. */
export interface EncodedVideo {
  /** The parameter sets of the sequence and of its pictures. */
  parameters: { sequence: Uint8Array; picture: Uint8Array };
  frames: Array<{ isKey: boolean; data: Uint8Array }>;
}

/**
 * Encodes a video as very simple H.264.
 *
 * Each second begins with a key frame. Its leftmost squares of 16 × 16 pixels are stored as they are; all others are
 * predicted from the left or from above, without a difference. The other frames of the second repeat the key frame.
 */
export function encodeVideo(video: Video): EncodedVideo {
  const columns = Math.ceil(video.width / 16), rows = Math.ceil(video.height / 16);
  const frames = Array.from({ length: Math.max(1, Math.round(video.seconds * video.framesPerSecond)) }, (_, index) => {
    const since = index % video.framesPerSecond, second = Math.floor(index / video.framesPerSecond);
    return since === 0
      ? { isKey: true, data: unit(0x65, keyFrame(columns, rows, second, video.subject)) }
      : { isKey: false, data: unit(0x41, repeatedFrame(columns * rows, since)) };
  });
  return {
    parameters: {
      sequence: unit(0x67, sequenceParameters(video, columns, rows)),
      picture: unit(0x68, pictureParameters()),
    },
    frames,
  };
}

type PayloadWriter = ReturnType<typeof payloadWriter>;

/** A bit writer that also knows the Exp-Golomb codes of H.264. */
function payloadWriter() {
  const bits = bitWriter();
  const unsigned = (value: number) => {
    const length = 32 - Math.clz32(value + 1);
    bits.write(0, length - 1);
    bits.write(value + 1, length);
  };
  return {
    bits,
    unsigned,
    finish() {
      bits.write(1, 1);
      bits.align(0);
      return bits.bytes();
    },
  };
}

function sequenceParameters({ width, height }: Video, columns: number, rows: number): Uint8Array {
  const { bits, unsigned, finish } = payloadWriter();
  // Baseline profile. Level 4 is enough for 1080p, level 6.2 for every size that is drawn.
  bits.write(66, 8);
  bits.write(0xc0, 8);
  bits.write(columns * rows <= 8192 ? 40 : 62, 8);
  unsigned(0);
  // Frame numbers of 8 bits. Frames are shown in the order they come. One reference frame.
  unsigned(4);
  unsigned(2);
  unsigned(1);
  bits.write(0, 1);
  unsigned(columns - 1);
  unsigned(rows - 1);
  // Frames, not fields.
  bits.write(0b11, 2);
  // How much to cut off at the right and at the bottom, in pairs of pixels.
  bits.write(1, 1);
  for (const pairs of [0, (columns * 16 - width) >> 1, 0, (rows * 16 - height) >> 1]) unsigned(pairs);
  bits.write(0, 1);
  return finish();
}

function pictureParameters(): Uint8Array {
  const { bits, unsigned, finish } = payloadWriter();
  unsigned(0);
  unsigned(0);
  bits.write(0, 2);
  for (let count = 0; count < 3; count++) unsigned(0);
  bits.write(0, 3);
  for (let count = 0; count < 3; count++) unsigned(0);
  // Slices say whether edges are deblocked.
  bits.write(0b100, 3);
  return finish();
}

function keyFrame(columns: number, rows: number, second: number, subject: string): Uint8Array {
  const slice = payloadWriter();
  const { bits, unsigned } = slice;
  beginSlice(slice, 7, 0);
  unsigned(second & 1);
  bits.write(0, 2);
  endHeader(slice);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (column === 0) {
        unsigned(25);
        bits.align(0);
        bits.writeBytes(square(row, rows, second, subject));
        continue;
      }
      // Mostly predicted from the left, sometimes from above. Brightness and colour number the directions differently.
      const isFromAbove = row > 0 && hash(`${subject} ${column >> 2} ${row >> 1}`) % 4 === 0;
      unsigned(isFromAbove ? 1 : 2);
      unsigned(isFromAbove ? 2 : 1);
      unsigned(0);
      // No difference. Its code depends on the squares around this one.
      if (column === 1) bits.write(0b000011, 6);
      else bits.write(1, 1);
    }
  }
  return slice.finish();
}

/** One colour: brightness for 256 pixels, then two colour channels for 64 each. The colours move down each second. */
function square(row: number, rows: number, second: number, subject: string): Uint8Array {
  const seed = hash(`film ${subject}`);
  const level = (place: number) =>
    128 + Math.round(80 * Math.sin(2 * Math.PI * (row / rows - second / 16) + (seed >>> 8 * place & 0xff)));
  return new Uint8Array(384).fill(level(0), 0, 256).fill(level(1), 256, 320).fill(level(2), 320);
}

function repeatedFrame(squares: number, number: number): Uint8Array {
  const slice = payloadWriter();
  beginSlice(slice, 5, number);
  slice.bits.write(0, 3);
  endHeader(slice);
  // All squares are skipped.
  slice.unsigned(squares);
  return slice.finish();
}

function beginSlice({ bits, unsigned }: PayloadWriter, type: number, number: number): void {
  unsigned(0);
  unsigned(type);
  unsigned(0);
  bits.write(number & 0xff, 8);
}

function endHeader({ unsigned }: PayloadWriter): void {
  // The default quality, which nothing here uses. Edges are not deblocked.
  unsigned(0);
  unsigned(1);
}

/** A unit of the stream. A 3 is inserted where bytes would look like the start of another unit. */
function unit(header: number, data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array([header])];
  let start = 0, zeros = 0;
  data.forEach((byte, index) => {
    if (zeros === 2 && byte <= 3) {
      parts.push(data.subarray(start, index), new Uint8Array([3]));
      start = index;
      zeros = 0;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
  });
  return concat([...parts, data.subarray(start)]);
}
