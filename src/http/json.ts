/**
 * JSON text, read without throwing and written with an error that says what was attempted.
 *
 * @module
 */
import { invalidArgument } from "../invalid_argument.ts";

/** Parses JSON; `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Writes the body of a request as JSON.
 *
 * @param attempt What is attempted, to follow "Cannot" in the error.
 * @throws {InvalidArgumentError} for a value that JSON cannot hold, such as a circular one.
 */
export function stringify(attempt: string, body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw invalidArgument(attempt, "body", `the request cannot be written as JSON: ${reason}`, cause);
  }
}
