/**
 * Small files, and checks of files.
 *
 * @module
 */

/** A PNG of one pixel. */
export const PNG_BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const PNG_DATA_URI = `data:image/png;base64,${PNG_BASE64}`;
export const PNG: Uint8Array<ArrayBuffer> = Uint8Array.from(atob(PNG_BASE64), (char) => char.charCodeAt(0));

/** The first bytes of an MP4. */
export const MP4_BASE64 = "AAAAGGZ0eXBpc29tAAACAGlzb21pc28y";

/** The first bytes of a WAV. */
export const WAV: Uint8Array<ArrayBuffer> = bytesOf("RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0");
export const WAV_BASE64: string = base64(WAV);

/** The bytes of a text in which each character is one byte. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** A file at a URL, as calls of the AI SDK have it. */
export function fileAt(url: string): { type: "url"; url: string } {
  return { type: "url", url };
}

/** Whether bytes start as an MP4 does, and are longer than its first bytes. */
export function isMp4(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "ftyp" && bytes.length > 100;
}

/** Width and height, from the header of a PNG. */
export function sizeOfPng(bytes: Uint8Array): [width: number, height: number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}
