import { concat, uint32, utf8 } from "./bytes.ts";
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

/** An MP4; the same film gives the same bytes. */
export function drawMp4({ subject }: Film): Uint8Array<ArrayBuffer> {
  return concat([
    box("ftyp", [utf8("isom"), uint32(512), utf8("isomiso2avc1mp41")]),
    box("mdat", [uint32(hash(subject))]),
  ]);
}

function box(type: string, content: Uint8Array[]): Uint8Array {
  const body = concat(content);
  return concat([uint32(body.length + 8), utf8(type), body]);
}
