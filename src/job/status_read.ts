/**
 * One read of a job's status, within the rate limit and with a timeout.
 *
 * @module
 */
import { unseenJob } from "./envelope.ts";
import { unreadableStatus } from "./failure.ts";
import { READ_TIMEOUT_MILLIS } from "./limits.ts";
import { type JobAnswer, type Queue, requestStatus } from "./queue.ts";
import { waitForSlot } from "./rate_limit.ts";
import { isTransientError } from "./retry.ts";
import { withTimeout } from "./timeout.ts";

/**
 * Reads the status of a job once.
 *
 * @throws {APICallError} when the read fails. One that timed out is retryable, like any other without an answer.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function readStatusWithTimeout(
  queue: Queue,
  jobId: string,
  signal: AbortSignal | undefined,
): Promise<JobAnswer> {
  await waitForSlot(queue, "status", signal);
  return await withTimeout(
    queue,
    READ_TIMEOUT_MILLIS.status,
    signal,
    (abortSignal, onPost) => requestStatus(queue, jobId, { abortSignal, onPost }),
  );
}

/**
 * Reads the status of a job once.
 *
 * @throws {APICallError} for which {@link isTransientError} holds, when the next read may well succeed.
 * @throws {RunpodJobError} when no later read will succeed either.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function readStatusForCaller(
  queue: Queue,
  { jobId, submittedAt }: { jobId: string; submittedAt: number },
  abortSignal?: AbortSignal,
): Promise<JobAnswer> {
  try {
    abortSignal?.throwIfAborted();
    return await readStatusWithTimeout(queue, jobId, abortSignal);
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (isTransientError(error, submittedAt)) throw error;
    throw unreadableStatus(queue, { job: unseenJob(jobId) }, error);
  }
}
