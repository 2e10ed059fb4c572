import { concat, uint32, utf8 } from "./bytes.ts";
import { type EncodedVideo, encodeVideo, type Video } from "./h264.ts";

/** Longer videos are cut off, so that they do not fill the memory. */
const MAX_SECONDS = 60;
const MAX_FRAMES_PER_SECOND = 120;

/** Draws an MP4 without sound that players open. The same video gives the same bytes. */
export function drawMp4(asked: Video): Uint8Array<ArrayBuffer> {
  const video = {
    ...asked,
    // Colours are stored for pairs of pixels, so sides must be even.
    width: even(asked.width),
    height: even(asked.height),
    seconds: Math.min(Math.max(asked.seconds, 0), MAX_SECONDS) || 1,
    framesPerSecond: Math.min(Math.max(Math.round(asked.framesPerSecond), 1), MAX_FRAMES_PER_SECOND) || 1,
  };
  const encoded = encodeVideo(video);
  const samples = encoded.frames.map(({ data }) => concat([uint32(data.length), data]));
  const type = box("ftyp", utf8("isom"), uint32(512), utf8("isomiso2avc1mp41"));
  const sizes = samples.map(({ length }) => length);
  // The index comes before the frames and says where they begin, which depends only on the length of the index.
  const start = type.length + movie(video, encoded, sizes, 0).length + 8;
  return concat([type, movie(video, encoded, sizes, start), box("mdat", ...samples)]);
}

function movie(video: Video, encoded: EncodedVideo, sizes: number[], start: number): Uint8Array {
  const { width, height, framesPerSecond } = video;
  const millis = Math.round(sizes.length / framesPerSecond * 1000);
  return box(
    "moov",
    box(
      "mvhd",
      zeros(12),
      uint32(1000),
      uint32(millis),
      fixed(1),
      uint16(0x100),
      zeros(10),
      identityMatrix(),
      zeros(24),
      uint32(2),
    ),
    box(
      "trak",
      // Enabled, and part of the presentation.
      box(
        "tkhd",
        uint32(3),
        zeros(8),
        uint32(1),
        zeros(4),
        uint32(millis),
        zeros(16),
        identityMatrix(),
        fixed(width),
        fixed(height),
      ),
      box(
        "mdia",
        // 0x55c4 is the language "und".
        box("mdhd", zeros(12), uint32(framesPerSecond), uint32(sizes.length), uint16(0x55c4), zeros(2)),
        box("hdlr", zeros(8), utf8("vide"), zeros(12), utf8("Emulator\0")),
        box(
          "minf",
          box("vmhd", uint32(1), zeros(8)),
          box("dinf", box("dref", zeros(4), uint32(1), box("url ", uint32(1)))),
          frameTable(video, encoded, sizes, start),
        ),
      ),
    ),
  );
}

function frameTable(
  { width, height }: Video,
  { parameters, frames }: EncodedVideo,
  sizes: number[],
  start: number,
): Uint8Array {
  const { sequence, picture } = parameters;
  const decoder = box(
    "avcC",
    // Profile and level as in the sequence's parameters, then lengths of four bytes.
    new Uint8Array([1, sequence[1], sequence[2], sequence[3], 0xff, 0xe1]),
    uint16(sequence.length),
    sequence,
    new Uint8Array([1]),
    uint16(picture.length),
    picture,
  );
  const format = box(
    "avc1",
    zeros(6),
    uint16(1),
    zeros(16),
    uint16(width),
    uint16(height),
    fixed(72),
    fixed(72),
    zeros(4),
    uint16(1),
    zeros(32),
    uint16(24),
    uint16(0xffff),
    decoder,
  );
  const keys = frames.flatMap(({ isKey }, index) => isKey ? [index + 1] : []);
  return box(
    "stbl",
    box("stsd", zeros(4), uint32(1), format),
    box("stts", zeros(4), uint32(1), uint32(sizes.length), uint32(1)),
    box("stss", zeros(4), uint32(keys.length), ...keys.map(uint32)),
    box("stsc", zeros(4), uint32(1), uint32(1), uint32(sizes.length), uint32(1)),
    box("stsz", zeros(8), uint32(sizes.length), ...sizes.map(uint32)),
    box("stco", zeros(4), uint32(1), uint32(start)),
  );
}

function box(type: string, ...content: Uint8Array[]): Uint8Array {
  const length = content.reduce((total, part) => total + part.length, 8);
  return concat([uint32(length), utf8(type), ...content]);
}

/** The identity matrix. */
function identityMatrix(): Uint8Array {
  return concat([fixed(1), zeros(12), fixed(1), zeros(12), uint32(0x40000000)]);
}

/** A fixed-point number with 16 bits after the point. */
function fixed(value: number): Uint8Array {
  return uint32(value * 0x10000);
}

function uint16(value: number): Uint8Array {
  return new Uint8Array([value >>> 8, value]);
}

function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

function even(length: number): number {
  return Math.max(2, 2 * Math.floor(length / 2));
}
