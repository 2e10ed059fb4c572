import { concat, uint32 } from "./bytes.ts";
import { hash } from "../common/hash.ts";

/**
 * Draws a PNG of smooth bands in 16 colours. The same subject gives the same bytes.
 *
 * The pixels are not compressed: compression streams run on native threads, which a virtual clock cannot wait for.
 */
export function drawPng(width: number, height: number, subject: string): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // 4 bits a pixel, palette, then compression, filter and interlace.
  header.set([4, 3, 0, 0, 0], 8);
  return concat([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("PLTE", palette(subject)),
    chunk("IDAT", store(pixels(width, height, subject))),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** 16 colours from one to another and back, so that neighbours in the palette look alike. */
function palette(subject: string): Uint8Array {
  const from = hash(`from ${subject}`), to = hash(`to ${subject}`);
  const colours = new Uint8Array(48);
  for (let index = 0; index < 16; index++) {
    const share = (1 - Math.cos(index / 16 * 2 * Math.PI)) / 2;
    for (let channel = 0; channel < 3; channel++) {
      const start = from >>> 8 * channel & 0xff, end = to >>> 8 * channel & 0xff;
      colours[index * 3 + channel] = Math.round(start + (end - start) * share);
    }
  }
  return colours;
}

/**
 * The rows of the picture: a filter byte, then two pixels a byte. A pixel is the sum of three waves, along its row, its
 * column and its diagonal, which are computed once.
 */
function pixels(width: number, height: number, subject: string): Uint8Array {
  const seed = hash(`waves ${subject}`);
  const wave = (count: number, bits: number, period: number) =>
    Float32Array.from(
      { length: count },
      (_, index) => 8 * Math.sin((index / period) * (1 + (bits & 7)) * Math.PI + (bits >>> 3)),
    );
  const columns = wave(width, seed & 0xff, width);
  const rows = wave(height, seed >>> 8 & 0xff, height);
  const diagonals = wave(width + height, seed >>> 16 & 0xff, width + height);
  const stride = 1 + (width + 1 >> 1);
  const bytes = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const row = rows[y], base = y * stride + 1;
    for (let x = 0; x < width; x++) {
      const colour = Math.floor(row + columns[x] + diagonals[x + y]) & 15;
      bytes[base + (x >> 1)] |= x & 1 ? colour : colour << 4;
    }
  }
  return bytes;
}

/** A zlib stream whose blocks are not compressed. */
function store(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array([0x78, 0x01])];
  for (let start = 0; start < data.length; start += 0xffff) {
    const block = data.subarray(start, start + 0xffff);
    const size = block.length, last = start + size === data.length ? 1 : 0;
    parts.push(new Uint8Array([last, size & 0xff, size >> 8, ~size & 0xff, ~size >> 8 & 0xff]), block);
  }
  parts.push(uint32(adler32(data)));
  return concat(parts);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat([new TextEncoder().encode(type), data]);
  return concat([uint32(data.length), body, uint32(crc32(body))]);
}

function crc32(data: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (let index = 0; index < data.length; index++) crc = table[(crc ^ data[index]) & 0xff] ^ crc >>> 8;
  return ~crc >>> 0;
}

function adler32(data: Uint8Array): number {
  let low = 1, high = 0;
  for (let start = 0; start < data.length; start += 2048) {
    const end = Math.min(start + 2048, data.length);
    // The sums of 2048 bytes stay exact integers, so one division for each slice is enough.
    for (let index = start; index < end; index++) {
      low += data[index];
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return (high * 65536 + low) >>> 0;
}
