/** One mebibyte, in bytes. */
export const MEBIBYTE = 1024 * 1024;

/** Whether a text takes more than so many bytes as UTF-8. */
export function isLargerThan(text: string, bytes: number): boolean {
  // A UTF-16 unit takes at most three bytes, so most texts need not be encoded to know.
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}
