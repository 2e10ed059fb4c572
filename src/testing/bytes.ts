/** Bytes one after another. */
export function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** A number of four bytes, the highest first. */
export function uint32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}

/** A text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A number of so many bytes, the lowest first. */
export function littleEndian(value: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index < 4 ? value >>> 8 * index : 0);
}
