import { decodeBase64 } from "./base64.ts";

/** The bytes of a base64 text, or why there are none, as Python's `b64decode` has it: it skips all other characters. */
export function pythonBase64(text: string): { bytes: Uint8Array<ArrayBuffer> } | { problem: string } {
  const [data] = text.replace(/[^A-Za-z0-9+/=]/g, "").split("=", 1);
  const padding = (text.match(/=/g) ?? []).length;
  const rest = data.length % 4;
  if (rest === 1) {
    const problem = `Invalid base64-encoded string: number of data characters (${data.length}) cannot be 1 more than ` +
      "a multiple of 4";
    return { problem };
  }
  const bytes = rest === 0 || padding >= 4 - rest ? decodeBase64(data) : undefined;
  return bytes === undefined ? { problem: "Incorrect padding" } : { bytes };
}
