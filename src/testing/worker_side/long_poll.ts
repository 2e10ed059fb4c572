import { sleepUntilWoken } from "../queue/wait.ts";
import type { ExternalWorker } from "./pool.ts";

/**
 * How long a request of a worker waits for a job or a stop signal.
 *
 * A worker that waits sends a new request after this time, which is shorter than the time after which it counts as lost.
 */
const MAX_HOLD_MILLIS = 20_000;

/**
 * Waits until `take` returns something. Returns undefined after the longest wait, or when the worker has to stop.
 *
 * @throws the signal's reason
 */
export async function longPoll<T>(
  worker: ExternalWorker,
  lostAfterMillis: number,
  take: (now: number) => T | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { noJobsUntil } = worker;
  const deadline = Date.now() + Math.min(MAX_HOLD_MILLIS, lostAfterMillis / 2);
  try {
    while (true) {
      signal.throwIfAborted();
      const now = Date.now();
      const taken = take(now);
      if (taken !== undefined) return taken;
      if (now >= deadline || worker.noJobsUntil !== noJobsUntil) return undefined;
      await sleepUntilWoken(worker.waiting, deadline - now, signal);
    }
  } catch (error) {
    if (signal.aborted) worker.brokeOffAt = Date.now();
    throw error;
  }
}
