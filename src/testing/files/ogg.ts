import { concat, littleEndian, utf8 } from "./bytes.ts";
import { checksum } from "./checksum.ts";
import { flacBlocks, flacComment, flacInfo, SAMPLES_PER_BLOCK } from "./flac.ts";
import type { Sound } from "./sound.ts";

/** How many bytes a page can hold: 255 segments of 255 bytes. */
const MAX_PAGE_BYTES = 255 * 255;

/** Writes FLAC inside Ogg pages, one packet a page if it fits. */
export function writeOgg({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  const mapping = concat([new Uint8Array([0x7f]), utf8("FLAC"), new Uint8Array([1, 0, 0, 1])]);
  const blocks = flacBlocks(samples);
  const packets = [concat([mapping, utf8("fLaC"), flacInfo(samples.length)]), flacComment(comment), ...blocks];
  const pages: Uint8Array[] = [];
  packets.forEach((packet, index) => {
    const position = Math.max(0, Math.min((index - 1) * SAMPLES_PER_BLOCK, samples.length));
    for (let start = 0; start <= packet.length; start += MAX_PAGE_BYTES) {
      const part = packet.subarray(start, start + MAX_PAGE_BYTES);
      const isLast = start + MAX_PAGE_BYTES > packet.length;
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
