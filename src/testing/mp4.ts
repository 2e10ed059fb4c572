import { concat, uint32, utf8 } from "./bytes.ts";
import { type Encoded, encodeFilm, type Film } from "./h264.ts";

/** The longest film that is drawn, and the most frames in a second. */
const longestSeconds = 60;
const mostFrames = 120;

/** An MP4 that players open, without sound; the same film gives the same bytes. */
export function drawMp4(asked: Film): Uint8Array<ArrayBuffer> {
  const film = {
    ...asked,
    // Colours are stored for pairs of pixels.
    width: even(asked.width),
    height: even(asked.height),
    seconds: Math.min(Math.max(asked.seconds, 0), longestSeconds) || 1,
    framesPerSecond: Math.min(Math.max(Math.round(asked.framesPerSecond), 1), mostFrames) || 1,
  };
  const encoded = encodeFilm(film);
  const samples = encoded.frames.map(({ data }) => concat([uint32(data.length), data]));
  const type = box("ftyp", utf8("isom"), uint32(512), utf8("isomiso2avc1mp41"));
  const sizes = samples.map(({ length }) => length);
  // The index stands before the frames and says where they begin, which depends on its own length alone.
  const start = type.length + movie(film, encoded, sizes, 0).length + 8;
  return concat([type, movie(film, encoded, sizes, start), box("mdat", ...samples)]);
}

function movie(film: Film, encoded: Encoded, sizes: number[], start: number): Uint8Array {
  const { width, height, framesPerSecond } = film;
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
      unmoved(),
      zeros(24),
      uint32(2),
    ),
    box(
      "trak",
      // Enabled, and part of the film.
      box(
        "tkhd",
        uint32(3),
        zeros(8),
        uint32(1),
        zeros(4),
        uint32(millis),
        zeros(16),
        unmoved(),
        fixed(width),
        fixed(height),
      ),
      box(
        "mdia",
        // The language is "und".
        box("mdhd", zeros(12), uint32(framesPerSecond), uint32(sizes.length), uint16(0x55c4), zeros(2)),
        box("hdlr", zeros(8), utf8("vide"), zeros(12), utf8("Emulator\0")),
        box(
          "minf",
          box("vmhd", uint32(1), zeros(8)),
          box("dinf", box("dref", zeros(4), uint32(1), box("url ", uint32(1)))),
          frameTable(film, encoded, sizes, start),
        ),
      ),
    ),
  );
}

function frameTable(
  { width, height }: Film,
  { parameters, frames }: Encoded,
  sizes: number[],
  start: number,
): Uint8Array {
  const { sequence, picture } = parameters;
  const decoder = box(
    "avcC",
    // Profile and level as in the sequence's parameters; lengths of four bytes.
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

/** The matrix that leaves a picture where it is. */
function unmoved(): Uint8Array {
  return concat([fixed(1), zeros(12), fixed(1), zeros(12), uint32(0x40000000)]);
}

/** A number with 16 bits after the point. */
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
