/**
 * Retries reads that failed with a transient error. Reads cost nothing, so they may be repeated; submissions may not.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { delay } from "@ai-sdk/provider-utils";
import { untilAborted } from "../http/abort.ts";
import { isErrorStatus } from "./envelope.ts";
import { MAX_RETRY_AFTER_MILLIS } from "../limits.ts";
import { MAX_TRIES, NOT_FOUND_GRACE_MILLIS } from "./limits.ts";
import { backoffPause, MAX_TIMER_MILLIS, readRetryAfter } from "./schedule.ts";

/**
 * Whether the same read may well succeed the next time.
 *
 * @param submittedAt When the job was submitted, in milliseconds since 1970, if that is known.
 */
export function isTransientError(error: unknown, submittedAt = 0): error is APICallError {
  if (!APICallError.isInstance(error)) return false;
  const { isRetryable, statusCode = 0, data } = error;
  if (statusCode === 404) return Date.now() - submittedAt < NOT_FOUND_GRACE_MILLIS;
  // An error with a success status is a body that is not JSON or not a job. It comes from a proxy, not from Runpod.
  return isRetryable || (statusCode >= 200 && statusCode < 300 && !isErrorStatus(data));
}

/**
 * The pause before the next try, in milliseconds: exponential backoff, or longer if a `Retry-After` header asks for it.
 *
 * @param failures How many tries have failed in a row.
 */
export function pauseAfter(error: unknown, failures: number): number {
  const retryAfter = APICallError.isInstance(error) ? readRetryAfter(error.responseHeaders) : 0;
  return Math.max(backoffPause(failures), Math.min(retryAfter, MAX_RETRY_AFTER_MILLIS));
}

/**
 * Reads, and reads again after each transient error for as long as `mayRetry` allows.
 *
 * @param mayRetry Called after each transient error, with the number of failures so far. Default {@link MAX_TRIES} tries.
 * @param submittedAt When the job was submitted, as in {@link isTransientError}.
 * @throws the last error.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function retryReads<T>(
  read: () => Promise<T>,
  signal: AbortSignal | undefined,
  mayRetry: (failures: number) => boolean = (failures) => failures < MAX_TRIES,
  submittedAt?: number,
): Promise<T> {
  for (let failures = 1;; failures++) {
    try {
      return await untilAborted(read(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransientError(error, submittedAt) || !mayRetry(failures)) throw error;
      await pause(pauseAfter(error, failures), signal);
    }
  }
}

/**
 * Waits for a time in milliseconds.
 *
 * @throws the signal's reason, as soon as it aborts.
 */
export async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(Math.min(millis, MAX_TIMER_MILLIS), { abortSignal: signal });
  } catch {
    // `delay` throws an error of its own, and the caller wants the signal's reason.
    signal?.throwIfAborted();
  }
}
