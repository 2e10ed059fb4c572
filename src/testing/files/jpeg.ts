import { bitWriter } from "./bits.ts";
import { concat } from "./bytes.ts";
import { hash } from "../common/hash.ts";

/** Draws a baseline JPEG of plain squares of 8 × 8 pixels. The same subject gives the same bytes. */
export function drawJpeg(width: number, height: number, subject: string): Uint8Array<ArrayBuffer> {
  return concat([
    new Uint8Array([0xff, 0xd8]),
    segment(0xe0, [...ascii("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    // Every coefficient is divided by 8, so that a step of a square's mean is a step of its brightness.
    segment(0xdb, [0, ...new Array(64).fill(8)]),
    // Three components of 8 bits, all at full resolution.
    segment(0xc0, [8, height >> 8, height & 0xff, width >> 8, width & 0xff, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]),
    // Codes of 4 bits for the sizes 0 to 11 of differences. For the other coefficients only "end of block", as one bit.
    segment(0xc4, [0x00, 0, 0, 0, 12, ...new Array(12).fill(0), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    segment(0xc4, [0x10, 1, ...new Array(15).fill(0), 0]),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    scan(width, height, subject),
    new Uint8Array([0xff, 0xd9]),
  ]);
}

/** The mean of each square and component, as the difference from the square before. */
function scan(width: number, height: number, subject: string): Uint8Array {
  const seed = hash(`squares ${subject}`);
  const before = [0, 0, 0];
  const bits = bitWriter();
  for (let y = 0; y < height; y += 8) {
    for (let x = 0; x < width; x += 8) {
      for (let component = 0; component < 3; component++) {
        const phase = seed >>> 8 * component & 0xff;
        const mean = Math.round(60 * Math.sin((x / width + (component - 1) * y / height) * Math.PI + phase));
        const difference = mean - before[component];
        before[component] = mean;
        const size = 32 - Math.clz32(Math.abs(difference));
        bits.write(size, 4);
        bits.write(difference < 0 ? difference + (1 << size) - 1 : difference, size);
        bits.write(0, 1);
      }
    }
  }
  bits.align(1);
  // A byte of ones would look like a marker, so a zero byte must follow it.
  const stuffed: number[] = [];
  for (const byte of bits.bytes()) byte === 0xff ? stuffed.push(byte, 0) : stuffed.push(byte);
  return Uint8Array.from(stuffed);
}

function segment(marker: number, data: number[]): Uint8Array {
  const length = data.length + 2;
  return new Uint8Array([0xff, marker, length >> 8, length & 0xff, ...data]);
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
