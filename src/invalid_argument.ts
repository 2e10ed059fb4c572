/**
 * The error for bad input.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";

/**
 * Makes the error for an argument that cannot be used.
 *
 * @param attempt What was attempted, to follow "Cannot".
 * @param argument The argument's name, as the caller knows it.
 * @param reason What is wrong with it, and what to do.
 */
export function invalidArgument(
  attempt: string,
  argument: string,
  reason: string,
  cause?: unknown,
): InvalidArgumentError {
  return new InvalidArgumentError({ argument, message: `Cannot ${attempt}: ${reason}`, cause });
}
