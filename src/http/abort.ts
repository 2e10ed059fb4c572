/**
 * Waiting that ends when the caller aborts.
 *
 * @module
 */

/**
 * Waits for a promise until the signal aborts. The promise itself goes on: others may wait for it too.
 *
 * @throws the signal's reason, as soon as it aborts.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  // Nobody may be left to handle a later rejection, and an unhandled one would end the process.
  if (signal.aborted) promise.catch(() => {});
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
