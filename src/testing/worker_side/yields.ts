/** The longest stream element, in UTF-16 units. The documented limit is 1 MB. */
const MAX_YIELD_LENGTH = 1_000_000;

/** Splits a text that is too long for one stream element. How the service splits an object is unknown: it stays whole. */
export function splitYield(output: unknown): unknown[] {
  if (typeof output !== "string" || output.length <= MAX_YIELD_LENGTH) return [output];
  const pieces: string[] = [];
  for (let start = 0; start < output.length;) {
    let end = Math.min(start + MAX_YIELD_LENGTH, output.length);
    // A surrogate pair is one character.
    if (end < output.length && isLowSurrogate(output.charCodeAt(end))) end--;
    pieces.push(output.slice(start, end));
    start = end;
  }
  return pieces;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
