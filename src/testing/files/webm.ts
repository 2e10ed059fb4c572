import { concat, utf8 } from "./bytes.ts";

/** A WebM with its header alone: nothing plays, but programs know the format. */
export function emptyWebm(): Uint8Array<ArrayBuffer> {
  const type = concat([new Uint8Array([0x42, 0x82, 0x84]), utf8("webm")]);
  const header = concat([new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x80 | type.length]), type]);
  return concat([header, new Uint8Array([0x18, 0x53, 0x80, 0x67, 0x80])]);
}
