/**
 * When to look at a job again. Pure, but for the jitter.
 *
 * @module
 */

/** The first and the longest pause between two status reads, unless the caller fixes it. */
const FIRST_MILLIS = 250;
const LONGEST_MILLIS = 5000;
const GROWTH = 1.5;
// So that many jobs that were submitted at once do not ask at once.
const JITTER = 0.2;

/** The pause before the read that follows `reads` others: it grows, and no two are alike. */
export function growingPause(reads: number): number {
  const grown = Math.min(LONGEST_MILLIS, FIRST_MILLIS * GROWTH ** reads);
  return grown * (1 - JITTER + 2 * JITTER * Math.random());
}

/** What a `Retry-After` header asks for, in milliseconds; 0 when it asks for nothing. */
export function readRetryAfter(headers: Record<string, string> | undefined): number {
  const value = headers?.["retry-after"];
  if (value === undefined) return 0;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return millis > 0 ? millis : 0;
}
