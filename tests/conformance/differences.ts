/**
 * Where the emulator's answers have another shape than those of real servers, and why that is left so.
 *
 * @module
 */

/** A difference that is known. */
export interface Difference {
  servers: string[];
  /** The names of the cases in which it is seen. */
  cases: RegExp;
  /** The start of the difference, as the test writes it. */
  place: RegExp;
  reason: string;
}

/** All known differences. */
export const DIFFERENCES: Difference[] = [];
