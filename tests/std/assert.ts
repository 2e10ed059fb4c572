/**
 * Stands in for `@std/assert` where JSR cannot be reached: the same names and meaning, over `node:assert`.
 *
 * @module
 */
import { AssertionError, deepStrictEqual } from "node:assert";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

export function assert(condition: unknown, message = "Expected a truthy value"): asserts condition {
  if (!condition) throw new AssertionError({ message });
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  deepStrictEqual(plain(actual), plain(expected), ...(message === undefined ? [] : [message]));
}

export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  assert(
    actual.includes(expected),
    message ?? `Expected ${JSON.stringify(actual)} to include ${JSON.stringify(expected)}`,
  );
}

export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assert(expected.test(actual), message ?? `Expected ${JSON.stringify(actual)} to match ${expected}`);
}

export function assertInstanceOf<E>(
  actual: unknown,
  // deno-lint-ignore no-explicit-any
  expected: abstract new (...args: any[]) => E,
  message?: string,
): asserts actual is E {
  assert(actual instanceof expected, message ?? `Expected ${actual} to be an instance of ${expected.name}`);
}

export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): E {
  try {
    run();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  throw new AssertionError({ message: "Expected function to throw" });
}

export async function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): Promise<E> {
  try {
    await run();
  } catch (error) {
    return checkError(error, errorClass, messageIncludes);
  }
  throw new AssertionError({ message: "Expected function to reject" });
}

function checkError<E extends Error>(error: unknown, errorClass?: ErrorClass<E>, messageIncludes?: string): E {
  if (errorClass) assertInstanceOf(error, errorClass);
  if (messageIncludes !== undefined) assertStringIncludes((error as Error).message, messageIncludes);
  return error as E;
}

/** `@std/assert` does not tell objects without a prototype, or from another realm, from plain ones. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
