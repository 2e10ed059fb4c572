import { bitWriter } from "./bits.ts";
import { concat, littleEndian, uint32, utf8 } from "./bytes.ts";
import { checksum } from "./checksum.ts";
import { SAMPLES_PER_SECOND, type Sound } from "./sound.ts";

/** How many samples a block holds. */
export const SAMPLES_PER_BLOCK = 4096;

/** Writes a FLAC file without compression. */
export function writeFlac({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  return concat([utf8("fLaC"), flacInfo(samples.length), flacComment(comment), ...flacBlocks(samples)]);
}

/** The metadata block about the stream. */
export function flacInfo(sampleCount: number): Uint8Array {
  const bits = bitWriter();
  bits.write(0, 8);
  bits.write(34, 24);
  bits.write(SAMPLES_PER_BLOCK, 16);
  bits.write(SAMPLES_PER_BLOCK, 16);
  // Unknown sizes of blocks; the digest at the end is left out too.
  bits.write(0, 24);
  bits.write(0, 24);
  bits.write(SAMPLES_PER_SECOND, 20);
  bits.write(0, 3);
  bits.write(16 - 1, 5);
  bits.write(0, 4);
  bits.write(sampleCount, 32);
  bits.writeBytes(new Uint8Array(16));
  return bits.bytes();
}

/** The metadata block with the comment. */
export function flacComment(comment: Uint8Array): Uint8Array {
  const field = concat([utf8("COMMENT="), comment]);
  const body = concat([littleEndian(0, 4), littleEndian(1, 4), littleEndian(field.length, 4), field]);
  return concat([uint32(0x84000000 | body.length), body]);
}

/** The blocks of samples, not compressed. */
export function flacBlocks(samples: Int16Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < samples.length; start += SAMPLES_PER_BLOCK) {
    const block = samples.subarray(start, start + SAMPLES_PER_BLOCK);
    const bits = bitWriter();
    // The header: the block's size follows at its end; 24 kHz; mono; 16 bits.
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

/** A number coded as UTF-8 codes characters. Five minutes of sound have fewer than 2048 blocks, so two bytes are enough. */
function flacNumber(value: number): Uint8Array {
  return value < 0x80 ? new Uint8Array([value]) : new Uint8Array([0xc0 | value >> 6, 0x80 | value & 0x3f]);
}
