/** Bytes at a place by which a decoder knows a format. */
const signatures: Array<[offset: number, bytes: string]> = [
  [0, "RIFF"],
  [0, "fLaC"],
  [0, "OggS"],
  [0, "ID3"],
  [0, "FORM"],
  [0, "#!AMR"],
  [0, "\x1aE\xdf\xa3"],
  [4, "ftyp"],
  // Frames of MP3 and AAC without a header before them.
  [0, "\xff\xfb"],
  [0, "\xff\xf3"],
  [0, "\xff\xf2"],
  [0, "\xff\xfa"],
  [0, "\xff\xf1"],
  [0, "\xff\xf9"],
];

/** Whether a file begins as one that has sound does. Videos count too. */
export function isKnownSound(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  return signatures.some(([offset, text]) => head.startsWith(text, offset));
}

/** Whether a file is a WAV whose samples are all zero. */
export function isSilence(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 4096));
  const data = head.startsWith("RIFF") ? head.indexOf("data") : -1;
  return data !== -1 && bytes.subarray(data + 8).every((byte) => byte === 0);
}
