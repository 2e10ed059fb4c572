import { concat, littleEndian, utf8 } from "./bytes.ts";
import { hash } from "../common/hash.ts";

/** Draws a lossless WebP of slanted stripes in two colours. The same subject gives the same bytes. */
export function drawWebp(width: number, height: number, subject: string): Uint8Array<ArrayBuffer> {
  const image = encode(width, height, hash(`stripes ${subject}`));
  const padded = concat([image, new Uint8Array(image.length & 1)]);
  return concat([
    utf8("RIFF"),
    littleEndian(padded.length + 12, 4),
    utf8("WEBP"),
    utf8("VP8L"),
    littleEndian(image.length, 4),
    padded,
  ]);
}

function encode(width: number, height: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(16 + Math.ceil(width * height / 8));
  let place = 0;
  // Unlike other formats, WebP starts with the lowest bit of each byte.
  const write = (value: number, count: number) => {
    for (let bit = 0; bit < count; bit++, place++) bytes[place >> 3] |= (value >>> bit & 1) << (place & 7);
  };
  write(0x2f, 8);
  write(width - 1, 14);
  write(height - 1, 14);
  // No transparency, version 0, no transforms, no colour cache, one group of codes.
  write(0, 1 + 3 + 1 + 1 + 1);
  // Green has two values, so each pixel takes one bit. Red, blue and opacity have one value and take none. Distances are unused.
  const green = seed & 0x7f;
  for (const [first, second] of [[green, green + 128], [seed >>> 8 & 0xff], [seed >>> 16 & 0xff], [0xff], [0]]) {
    write(1, 1);
    write(second === undefined ? 0 : 1, 1);
    write(1, 1);
    write(first, 8);
    if (second !== undefined) write(second, 8);
  }
  const slant = 1 + (seed >>> 24 & 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) write((slant * x + y) >> 6 & 1, 1);
  }
  return bytes.subarray(0, Math.ceil(place / 8));
}
