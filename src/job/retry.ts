/**
 * Retries reads that failed with a transient error. Reads cost nothing, so they may be repeated; submissions may not.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { delay } from "@ai-sdk/provider-utils";
import { untilAborted } from "../http/abort.ts";
import { backoffPause, MAX_TIMER_MILLIS, readRetryAfter } from "./schedule.ts";

/** Whether the same read may well succeed the next time. */
export function isTransientError(error: unknown): error is APICallError {
  // An error with HTTP 200 is a body that is not JSON or not a job. It comes from a proxy, not from Runpod.
  return APICallError.isInstance(error) && (error.isRetryable || error.statusCode === 200);
}

/**
 * The pause before the next try, in milliseconds: exponential backoff, or longer if a `Retry-After` header asks for it.
 *
 * @param failures How many tries have failed in a row.
 */
export function pauseAfter(error: unknown, failures: number): number {
  const retryAfter = APICallError.isInstance(error) ? readRetryAfter(error.responseHeaders) : 0;
  return Math.max(backoffPause(failures), retryAfter);
}

/**
 * Reads, and reads again after each transient error for as long as `mayRetry` allows.
 *
 * @param mayRetry Called after each transient error, with the number of failures so far.
 * @throws the last error.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function retryReads<T>(
  read: () => Promise<T>,
  signal: AbortSignal | undefined,
  mayRetry: (failures: number) => boolean,
): Promise<T> {
  for (let failures = 1;; failures++) {
    try {
      return await untilAborted(read(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransientError(error) || !mayRetry(failures)) throw error;
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
