import { concat, utf8 } from "./bytes.ts";
import type { Sound } from "./sound.ts";

/** Writes an MP3 file that is silent but has the right length: its frames are empty. */
export function writeMp3({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  const frames = Math.ceil(samples.length / 576);
  // MPEG 2, layer III, 8 kbit/s, 24 kHz, mono.
  const frame = new Uint8Array(24);
  frame.set([0xff, 0xf3, 0x14, 0xc4]);
  const body = concat([new Uint8Array([3]), utf8("eng\0"), comment]);
  const tag = concat([utf8("COMM"), sevenBits(body.length), new Uint8Array(2), body]);
  return concat([utf8("ID3"), new Uint8Array([4, 0, 0]), sevenBits(tag.length), tag, ...new Array(frames).fill(frame)]);
}

/** A number in four bytes of seven bits each, as ID3 tags write sizes. */
function sevenBits(value: number): Uint8Array {
  return new Uint8Array([value >>> 21, value >>> 14, value >>> 7, value].map((byte) => byte & 0x7f));
}
