/**
 * Doing again what failed for a passing reason: reads, which cost nothing.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { delay } from "@ai-sdk/provider-utils";
import { untilAborted } from "../http/abort.ts";
import { failurePause, MAX_TIMER_MILLIS, readRetryAfter } from "./schedule.ts";

/** Whether the same read may well succeed the next time. */
export function isTransientError(error: unknown): error is APICallError {
  // What is no JSON with HTTP 200 comes from something in between.
  return APICallError.isInstance(error) && (error.isRetryable || error.statusCode === 200);
}

/** The pause that a failure asks for, after how many others. */
export function pauseAfter(error: unknown, failures: number): number {
  const asked = APICallError.isInstance(error) ? readRetryAfter(error.responseHeaders) : 0;
  return Math.max(failurePause(failures), asked);
}

/**
 * Reads until it succeeds, fails for good, or may not be tried again.
 *
 * @param mayGoOn Asked with the number of failures so far.
 * @throws the signal's reason, at once.
 */
export async function retryReads<T>(
  read: () => Promise<T>,
  signal: AbortSignal | undefined,
  mayGoOn: (failures: number) => boolean,
): Promise<T> {
  for (let failures = 1;; failures++) {
    try {
      return await untilAborted(read(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransientError(error) || !mayGoOn(failures)) throw error;
      await pause(pauseAfter(error, failures), signal);
    }
  }
}

/** Waits; an abort ends it at once, with the signal's reason. */
export async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(Math.min(millis, MAX_TIMER_MILLIS), { abortSignal: signal });
  } catch {
    // The signal's own reason, not the delay's.
    signal?.throwIfAborted();
  }
}
