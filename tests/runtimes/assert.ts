/**
 * Stands in for `node:assert` on a workerd without Node's compatibility flag.
 *
 * @module
 */
import { dequal } from "dequal";

export class AssertionError extends Error {
  constructor({ message }: { message: string }) {
    super(message);
    this.name = "AssertionError";
  }
}

export function deepStrictEqual(actual: unknown, expected: unknown, message?: string): void {
  if (dequal(actual, expected)) return;
  throw new AssertionError({ message: message ?? `Expected ${show(actual)} to equal ${show(expected)}` });
}
