/**
 * Ends a request that takes too long.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { untilAborted } from "../http/abort.ts";
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
    throw new APICallError({
      message: `Cannot ${queue.attempt}: timed out after ${timeoutMillis / 1000} s`,
      url: rootOf(queue),
      requestBodyValues: undefined,
      isRetryable: true,
    });
  } finally {
    lift();
    signal?.removeEventListener("abort", onAbort);
  }
}
