/**
 * Stands in for `node:assert` on a workerd without Node's compatibility flag.
 *
 * @module
 */
import { dequal } from "dequal";

export function deepStrictEqual(actual: unknown, expected: unknown): void {
  if (!dequal(actual, expected)) {
    throw new Error(`${show(actual)}\nis not\n${show(expected)}`);
  }
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value, undefined, 2) ?? String(value);
  } catch {
    // For example a cycle, or a bigint.
    return String(value);
  }
}
