import { bitWriter } from "./bits.ts";
import { concat, littleEndian, uint32, utf8 } from "./bytes.ts";
import type { Sound } from "./sound.ts";

const samplesPerBlock = 4096;

/** A FLAC of one channel with 16 bits a sample, at 24 kHz, not compressed. */
export function writeFlac({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  return concat([utf8("fLaC"), flacInfo(samples.length), flacComment(comment), ...flacBlocks(samples)]);
}

/** The same in Ogg pages, one packet a page if it fits. */
export function writeOgg({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  const mapping = concat([new Uint8Array([0x7f]), utf8("FLAC"), new Uint8Array([1, 0, 0, 1])]);
  const blocks = flacBlocks(samples);
  const packets = [concat([mapping, utf8("fLaC"), flacInfo(samples.length)]), flacComment(comment), ...blocks];
  const pages: Uint8Array[] = [];
  packets.forEach((packet, index) => {
    const position = Math.max(0, Math.min((index - 1) * samplesPerBlock, samples.length));
    for (let start = 0; start <= packet.length; start += 255 * 255) {
      const part = packet.subarray(start, start + 255 * 255);
      const isLast = start + 255 * 255 > packet.length;
      const kind = (start > 0 ? 1 : 0) | (index === 0 ? 2 : 0) | (isLast && index === packets.length - 1 ? 4 : 0);
      pages.push(oggPage(part, isLast, kind, position, pages.length));
    }
  });
  return concat(pages);
}

function oggPage(part: Uint8Array, isLast: boolean, kind: number, position: number, sequence: number): Uint8Array {
  const lengths: number[] = new Array(Math.floor(part.length / 255)).fill(255);
  if (isLast) lengths.push(part.length % 255);
  const page = concat([
    utf8("OggS"),
    new Uint8Array([0, kind]),
    littleEndian(position, 8),
    littleEndian(1, 4),
    littleEndian(sequence, 4),
    new Uint8Array(4),
    new Uint8Array([lengths.length, ...lengths]),
    part,
  ]);
  page.set(littleEndian(checksum(page, 32, 0x04c11db7), 4), 22);
  return page;
}

function flacInfo(sampleCount: number): Uint8Array {
  const bits = bitWriter();
  bits.write(0, 8);
  bits.write(34, 24);
  bits.write(samplesPerBlock, 16);
  bits.write(samplesPerBlock, 16);
  // The sizes of blocks are not told, nor is the digest after these numbers.
  bits.write(0, 24);
  bits.write(0, 24);
  bits.write(24_000, 20);
  bits.write(0, 3);
  bits.write(16 - 1, 5);
  bits.write(0, 4);
  bits.write(sampleCount, 32);
  bits.writeBytes(new Uint8Array(16));
  return bits.bytes();
}

function flacComment(comment: Uint8Array): Uint8Array {
  const field = concat([utf8("COMMENT="), comment]);
  const body = concat([littleEndian(0, 4), littleEndian(1, 4), littleEndian(field.length, 4), field]);
  return concat([uint32(0x84000000 | body.length), body]);
}

/** The samples as they are, without compression. */
function flacBlocks(samples: Int16Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < samples.length; start += samplesPerBlock) {
    const block = samples.subarray(start, start + samplesPerBlock);
    const bits = bitWriter();
    // The size of the block stands at the end of the header; 24 kHz; mono; 16 bits.
    bits.write(0xfff8, 16);
    bits.write(0b0111_0111_0000_100_0, 16);
    bits.writeBytes(flacNumber(blocks.length));
    bits.write(block.length - 1, 16);
    bits.write(checksum(bits.bytes(), 8, 0x07), 8);
    // One subframe, verbatim.
    bits.write(0b0_000001_0, 8);
    for (const sample of block) bits.write(sample, 16);
    bits.write(checksum(bits.bytes(), 16, 0x8005), 16);
    blocks.push(bits.bytes());
  }
  return blocks;
}

/** A number in the manner of UTF-8; here never above 2047, the blocks of five minutes. */
function flacNumber(value: number): Uint8Array {
  return value < 0x80 ? new Uint8Array([value]) : new Uint8Array([0xc0 | value >> 6, 0x80 | value & 0x3f]);
}

/** A cyclic checksum whose polynomial is applied from the highest bit. */
function checksum(bytes: Uint8Array, width: 8 | 16 | 32, polynomial: number): number {
  const top = 2 ** (width - 1);
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index * 2 ** (width - 8) >>> 0;
    for (let bit = 0; bit < 8; bit++) value = (value & top ? value << 1 ^ polynomial : value << 1) >>> 0;
    return value;
  });
  const mask = 2 ** width - 1;
  let sum = 0;
  for (const byte of bytes) {
    sum = ((sum << 8) ^ table[(sum >>> (width - 8) ^ byte) & 0xff]) >>> 0;
    if (width < 32) sum &= mask;
  }
  return sum >>> 0;
}
