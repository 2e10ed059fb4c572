/**
 * A 32-bit hash of a text.
 *
 * FNV-1a with a final mix, so that similar texts differ in all bits.
 */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** An id in the form of a UUID. The same text gives the same id, so that a failing test reads the same on every run. */
export function uuid(text: string): string {
  const digits = [1, 2, 3, 4].map((part) => hash(`${part}:${text}`).toString(16).padStart(8, "0")).join("");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${
    digits.slice(20)
  }`;
}
