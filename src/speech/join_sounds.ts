/**
 * Joins the pieces of a sound, as workers send them that speak sentence by sentence.
 *
 * @module
 */

/** Whether files of a type can be joined: WAV, MP3, and sound without a header. */
export function isJoinable(mediaType: string | undefined): boolean {
  return mediaType === undefined || /wav|mpeg|pcm/.test(mediaType);
}

/** Joins files of one type; `undefined` for WAV files that are not alike, or that cannot be read. */
export function joinSounds(files: Uint8Array[], mediaType: string | undefined): Uint8Array | undefined {
  if (!mediaType?.includes("wav")) return concat(files);
  const waves = files.map(readWave);
  const [first] = waves;
  if (!waves.every((wave) => wave && String(wave.format) === String(first!.format))) return undefined;
  const sound = concat(waves.map((wave) => wave!.sound));
  const { format } = first!;
  return concat([
    chunkHead("RIFF", 4 + 8 + format.length + 8 + sound.length),
    new TextEncoder().encode("WAVE"),
    chunkHead("fmt ", format.length),
    format,
    chunkHead("data", sound.length),
    sound,
  ]);
}

/** Finds the format and the sound of a WAV file. */
function readWave(file: Uint8Array): { format: Uint8Array; sound: Uint8Array } | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let format: Uint8Array | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const name = String.fromCharCode(...file.subarray(at, at + 4));
    // A file that is written as it is made may have no length, or the largest one: it then goes to the end.
    const length = view.getUint32(at + 4, true);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === "data" && format) return { format, sound: length === 0 ? file.subarray(at + 8) : body };
    if (name === "fmt ") format = body;
    at += 8 + length + length % 2;
  }
}

function chunkHead(name: string, length: number): Uint8Array {
  const head = new Uint8Array(8);
  head.set(new TextEncoder().encode(name));
  new DataView(head.buffer).setUint32(4, length, true);
  return head;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
