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
  let unfollow = () => {};
  const aborted = new Promise<never>((_, reject) => unfollow = onAbort(signal, reject));
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    unfollow();
  }
}

/** Calls `run` with the reason when a signal aborts, or at once if it has. Returns a function that ends this. */
export function onAbort(signal: AbortSignal | undefined, run: (reason: unknown) => void): () => void {
  const listener = () => run(signal!.reason);
  if (signal?.aborted) listener();
  signal?.addEventListener("abort", listener, { once: true });
  return () => signal?.removeEventListener("abort", listener);
}
