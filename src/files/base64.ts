/**
 * Bytes to base64 and back, fast on every runtime.
 *
 * @module
 */

/** Writes bytes as base64. A string is base64 already and is returned as it is. */
export function toBase64(data: Uint8Array | string): string {
  if (typeof data === "string") return data;
  // The native method takes milliseconds for megabytes, but not every runtime has it.
  return (data as NativeBase64).toBase64?.() ?? encode(data);
}

/**
 * Reads base64, in the standard or the URL-safe alphabet. Bytes are returned as they are.
 *
 * @throws {Error} of the runtime, for text that is not base64.
 */
export function toBytes(data: Uint8Array | string): Uint8Array {
  if (typeof data !== "string") return data;
  const native: NativeBase64Constructor = Uint8Array;
  if (!native.fromBase64) return decode(data);
  try {
    return native.fromBase64(data);
  } catch {
    // Tried last, because to look for this alphabet first would take as long as decoding.
    return native.fromBase64(data, { alphabet: "base64url" });
  }
}

/** Base64 in the standard alphabet and without white space; `undefined` for a text that is not base64. */
export function cleanBase64(text: string): string | undefined {
  const compact = /\s/.test(text) ? text.replace(/\s+/g, "") : text;
  // Base64 has four characters for three bytes, so a single character at the end cannot be right.
  if (!/^[\w+/-]+={0,2}$/.test(compact) || compact.replace(/=+$/, "").length % 4 === 1) return undefined;
  return /[-_]/.test(compact) ? compact.replaceAll("-", "+").replaceAll("_", "/") : compact;
}

/** The same for a whole file: `undefined` also where the text was cut. */
export function wholeBase64(text: string): string | undefined {
  const base64 = cleanBase64(text);
  // Only the URL-safe alphabet is written without padding.
  return base64 && (base64.length % 4 === 0 || /[-_]/.test(text)) ? base64 : undefined;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** For runtimes without the native method. To append each byte to a string would take 14 times as long. */
function encode(bytes: Uint8Array): string {
  const letters = new TextEncoder().encode(ALPHABET);
  const whole = bytes.length - bytes.length % 3;
  const text = new Uint8Array(whole / 3 * 4);
  for (let from = 0, to = 0; from < whole; from += 3) {
    const bits = bytes[from] << 16 | bytes[from + 1] << 8 | bytes[from + 2];
    text[to++] = letters[bits >> 18];
    text[to++] = letters[bits >> 12 & 63];
    text[to++] = letters[bits >> 6 & 63];
    text[to++] = letters[bits & 63];
  }
  return new TextDecoder().decode(text) + btoa(String.fromCharCode(...bytes.subarray(whole)));
}

/** For runtimes without the native method. A callback for each byte would take 25 times as long. */
function decode(base64: string): Uint8Array {
  const binary = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

// The native methods are newer than the type libraries of some users' compilers.
type NativeBase64 = Uint8Array & { toBase64?: () => string };
type NativeBase64Constructor = typeof Uint8Array & {
  fromBase64?: (text: string, options?: { alphabet: "base64url" }) => Uint8Array;
};
