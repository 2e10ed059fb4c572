import { bitWriter } from "./bits.ts";
import { concat } from "./bytes.ts";
import { hash } from "./digest.ts";

/** A film to be drawn. */
export interface Film {
  width: number;
  height: number;
  seconds: number;
  framesPerSecond: number;
  /** What the picture depends on. */
  subject: string;
}

/** A film as a decoder takes it. */
export interface Encoded {
  /** What is told once: about the sequence, and about every picture. */
  parameters: { sequence: Uint8Array; picture: Uint8Array };
  frames: Array<{ isKey: boolean; data: Uint8Array }>;
}

/**
 * The simplest H.264 there is. Each second begins with a picture whose leftmost squares of 16 × 16 pixels are stored as they are
 * and from which all others are predicted without a difference, to the right or downwards. The other frames repeat it.
 */
export function encodeFilm(film: Film): Encoded {
  const columns = Math.ceil(film.width / 16), rows = Math.ceil(film.height / 16);
  const frames = Array.from({ length: Math.max(1, Math.round(film.seconds * film.framesPerSecond)) }, (_, index) => {
    const since = index % film.framesPerSecond, second = Math.floor(index / film.framesPerSecond);
    return since === 0
      ? { isKey: true, data: unit(0x65, keyFrame(columns, rows, second, film.subject)) }
      : { isKey: false, data: unit(0x41, sameFrame(columns * rows, since)) };
  });
  return {
    parameters: {
      sequence: unit(0x67, sequenceParameters(film, columns, rows)),
      picture: unit(0x68, pictureParameters()),
    },
    frames,
  };
}

type Content = ReturnType<typeof content>;

/** Bits with the codes of varying length that H.264 has for numbers. */
function content() {
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

function sequenceParameters({ width, height }: Film, columns: number, rows: number): Uint8Array {
  const { bits, unsigned, finish } = content();
  // Baseline; level 4 is enough for 1080p, 6.2 for all that is drawn.
  bits.write(66, 8);
  bits.write(0xc0, 8);
  bits.write(columns * rows <= 8192 ? 40 : 62, 8);
  unsigned(0);
  // Frame numbers of 8 bits; frames are shown in the order they come; one is kept for the next.
  unsigned(4);
  unsigned(2);
  unsigned(1);
  bits.write(0, 1);
  unsigned(columns - 1);
  unsigned(rows - 1);
  // Frames, not fields.
  bits.write(0b11, 2);
  // What is cut off at the right and at the bottom, in pairs of pixels.
  bits.write(1, 1);
  for (const pairs of [0, (columns * 16 - width) >> 1, 0, (rows * 16 - height) >> 1]) unsigned(pairs);
  bits.write(0, 1);
  return finish();
}

function pictureParameters(): Uint8Array {
  const { bits, unsigned, finish } = content();
  unsigned(0);
  unsigned(0);
  bits.write(0, 2);
  for (let count = 0; count < 3; count++) unsigned(0);
  bits.write(0, 3);
  for (let count = 0; count < 3; count++) unsigned(0);
  // Slices say whether edges are smoothed.
  bits.write(0b100, 3);
  return finish();
}

function keyFrame(columns: number, rows: number, second: number, subject: string): Uint8Array {
  const slice = content();
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
      // Mostly from the left, at times from above; both for brightness and for colour, which number the directions differently.
      const isFromAbove = row > 0 && hash(`${subject} ${column >> 2} ${row >> 1}`) % 4 === 0;
      unsigned(isFromAbove ? 1 : 2);
      unsigned(isFromAbove ? 2 : 1);
      unsigned(0);
      // "No difference", whose code depends on how much the squares around it have.
      if (column === 1) bits.write(0b000011, 6);
      else bits.write(1, 1);
    }
  }
  return slice.finish();
}

/** One colour: brightness for 256 pixels, then two hues for 64 each. It moves down by the second. */
function square(row: number, rows: number, second: number, subject: string): Uint8Array {
  const seed = hash(`film ${subject}`);
  const level = (place: number) =>
    128 + Math.round(80 * Math.sin(2 * Math.PI * (row / rows - second / 16) + (seed >>> 8 * place & 0xff)));
  return new Uint8Array(384).fill(level(0), 0, 256).fill(level(1), 256, 320).fill(level(2), 320);
}

function sameFrame(squares: number, number: number): Uint8Array {
  const slice = content();
  beginSlice(slice, 5, number);
  slice.bits.write(0, 3);
  endHeader(slice);
  // All are skipped.
  slice.unsigned(squares);
  return slice.finish();
}

function beginSlice({ bits, unsigned }: Content, type: number, number: number): void {
  unsigned(0);
  unsigned(type);
  unsigned(0);
  bits.write(number & 0xff, 8);
}

function endHeader({ unsigned }: Content): void {
  // The usual quality, which nothing here has; edges are not smoothed.
  unsigned(0);
  unsigned(1);
}

/** A unit of the stream. Bytes that would look like the beginning of the next are kept apart by a 3. */
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
