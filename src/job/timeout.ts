/**
 * Ends a read that takes too long.
 *
 * @module
 */
import { untilAborted } from "../http/abort.ts";
import { networkError } from "../http/error.ts";

const TIMED_OUT = Symbol("timed out");

/** A read that has a timeout. */
export interface TimedRead {
  /** What is attempted, to follow "Cannot" in the error. */
  attempt: string;
  url: string;
  timeoutMillis: number;
  signal: AbortSignal | undefined;
}

/**
 * Runs a read with a timeout.
 *
 * @param read Gets a signal to stop by, and a function that lifts the timeout.
 * @throws {APICallError} that is retryable, when the time is up.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function withTimeout<T>(
  { attempt, url, timeoutMillis, signal }: TimedRead,
  read: (signal: AbortSignal, lift: () => void) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => stop.abort(TIMED_OUT), timeoutMillis);
  const lift = () => clearTimeout(timer);
  try {
    return await untilAborted(read(stop.signal, lift), stop.signal);
  } catch (error) {
    if (error !== TIMED_OUT) throw error;
    const cause = new Error(`timed out after ${timeoutMillis / 1000} s`);
    throw networkError({ attempt, url, requestBody: undefined, cause, retryCost: "free" });
  } finally {
    lift();
    signal?.removeEventListener("abort", onAbort);
  }
}
