/**
 * Ends a request that takes too long.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { onAbort, untilAborted } from "../http/abort.ts";
import type { Queue } from "./queue.ts";
import { MAX_TIMER_MILLIS } from "./schedule.ts";

/** A signal that aborts with another one, and when the time is up, with the error for that. */
export interface Timeout {
  signal: AbortSignal | undefined;
  /** Lifts the timeout. */
  lift: () => void;
  /** To be called at the end. */
  dispose: () => void;
}

/**
 * Starts a timeout.
 *
 * @param isRetryable Whether what takes too long may be repeated.
 */
export function startTimeout(
  { attempt, endpoint }: Queue,
  timeoutMillis: number,
  signal: AbortSignal | undefined,
  isRetryable: boolean,
): Timeout {
  if (timeoutMillis === Infinity) return { signal, lift: () => {}, dispose: () => {} };
  const stop = new AbortController();
  const unfollow = onAbort(signal, (reason) => stop.abort(reason));
  const dispose = () => {
    clearTimeout(timer);
    unfollow();
  };
  const timer = setTimeout(() => {
    dispose();
    stop.abort(
      new APICallError({
        message: `Cannot ${attempt}: timed out after ${timeoutMillis / 1000} s`,
        url: endpoint.root ?? endpoint.openaiRoot,
        requestBodyValues: undefined,
        isRetryable,
      }),
    );
  }, Math.min(timeoutMillis, MAX_TIMER_MILLIS));
  return { signal: stop.signal, lift: () => clearTimeout(timer), dispose };
}

/**
 * Runs a request with a timeout.
 *
 * @param request Gets a signal to end by, and a function that lifts the timeout.
 * @param isRetryable Whether the request may be repeated. Default true.
 * @throws {APICallError} when the time is up.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function withTimeout<T>(
  queue: Queue,
  timeoutMillis: number,
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal | undefined, lift: () => void) => Promise<T>,
  isRetryable: boolean = true,
): Promise<T> {
  signal?.throwIfAborted();
  const timeout = startTimeout(queue, timeoutMillis, signal, isRetryable);
  try {
    return await untilAborted(request(timeout.signal, timeout.lift), timeout.signal);
  } finally {
    timeout.dispose();
  }
}
