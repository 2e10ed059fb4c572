/**
 * Cancels the jobs of a batch.
 *
 * @module
 */
import { cancelWithTimeout, isCancelRefused } from "../job/cancel.ts";
import { CONCURRENCY_LIMITS } from "../job/limits.ts";
import type { Queue } from "../job/queue.ts";
import { retryReads } from "../job/retry.ts";
import { forEachAtMost } from "../http/concurrency.ts";

/** Cancels at once: a small share of what the service accepts for one endpoint. */
const CONCURRENCY = CONCURRENCY_LIMITS.cancel / 10;

/**
 * Cancels jobs that may have ended. If one cannot be cancelled, the others still are.
 *
 * @throws the first error.
 */
export async function cancelJobs(
  jobs: ReadonlyArray<{ queue: Queue; jobId?: string }>,
  abortSignal?: AbortSignal,
): Promise<Record<never, never>> {
  let failure: unknown;
  await forEachAtMost(jobs, CONCURRENCY, async ({ queue, jobId }) => {
    if (jobId === undefined) return;
    try {
      await retryReads(() => cancelWithTimeout(queue, jobId, abortSignal), abortSignal);
    } catch (error) {
      abortSignal?.throwIfAborted();
      // Most likely the job has ended.
      if (isCancelRefused(error)) return;
      failure ??= error;
    }
  });
  if (failure !== undefined) throw failure;
  return {};
}
