/**
 * Ends a request that takes too long.
 *
 * @module
 */
import { untilAborted } from "../http/abort.ts";
import { networkError } from "../http/error.ts";
import { type Queue, rootOf } from "./queue.ts";

const TIMED_OUT = Symbol("timed out");

/**
 * Runs a request that may be repeated, with a timeout.
 *
 * @param request Gets a signal to end by, and a function that lifts the timeout.
 * @throws {APICallError} that is retryable, when the time is up.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function withTimeout<T>(
  queue: Queue,
  timeoutMillis: number,
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal, lift: () => void) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => stop.abort(TIMED_OUT), timeoutMillis);
  const lift = () => clearTimeout(timer);
  try {
    return await untilAborted(request(stop.signal, lift), stop.signal);
  } catch (error) {
    if (error !== TIMED_OUT) throw error;
    const cause = new Error(`timed out after ${timeoutMillis / 1000} s`);
    const { attempt } = queue;
    throw networkError({ attempt, url: rootOf(queue), requestBody: undefined, cause, retryCost: "free" });
  } finally {
    lift();
    signal?.removeEventListener("abort", onAbort);
  }
}
