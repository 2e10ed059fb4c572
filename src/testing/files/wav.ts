import { concat, littleEndian, utf8 } from "./bytes.ts";
import { SAMPLES_PER_SECOND, type Sound } from "./sound.ts";

/** Writes a WAV file, the comment before the samples. */
export function writeWav({ samples, comment }: Sound): Uint8Array<ArrayBuffer> {
  const chunk = (id: string, body: Uint8Array) =>
    concat([utf8(id), littleEndian(body.length, 4), body, new Uint8Array(body.length & 1)]);
  const format = concat([
    littleEndian(1, 2), // PCM
    littleEndian(1, 2), // channels
    littleEndian(SAMPLES_PER_SECOND, 4),
    littleEndian(SAMPLES_PER_SECOND * 2, 4), // bytes per second
    littleEndian(2, 2), // bytes per sample
    littleEndian(16, 2), // bits per sample
  ]);
  const body = concat([
    utf8("WAVE"),
    chunk("fmt ", format),
    chunk("LIST", concat([utf8("INFO"), chunk("ICMT", concat([comment, new Uint8Array(1)]))])),
    chunk("data", writePcm({ samples, comment })),
  ]);
  return concat([utf8("RIFF"), littleEndian(body.length, 4), body]);
}

/** Writes the samples alone, without any header. */
export function writePcm({ samples }: Sound): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => view.setInt16(index * 2, sample, true));
  return bytes;
}
