/**
 * Cancels a job that nobody waits for any more.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isFinal } from "./envelope.ts";
import { CANCEL_REFUSED_STATUSES, MAX_CANCEL_TRIES } from "./limits.ts";
import { cancelJob, type Queue } from "./queue.ts";
import { waitForSlot } from "./rate_limit.ts";
import { retryReads } from "./retry.ts";
import { withTimeout } from "./timeout.ts";

/** How long each request may take, in milliseconds. If all fail, the service's own time limits end the job. */
const TIMEOUT_MILLIS = 10_000;

/** A job to cancel, unless its status says that it has ended. */
interface CancelTarget {
  id: string;
  status?: string;
}

/**
 * Cancels a job in the background, again after a transient failure. It never fails: the caller was already told how the
 * wait ended.
 *
 * @param target The job, or a promise of it while its submission is pending.
 * @param maxTries How often at most.
 */
export function cancelInBackground(
  queue: Queue,
  target: CancelTarget | Promise<CancelTarget>,
  maxTries: number = MAX_CANCEL_TRIES,
): void {
  runInBackground(queue, cancel(queue, target, maxTries));
}

/** Lets work go on after the call has ended, and ignores its errors. */
export function runInBackground({ settings }: Queue, work: Promise<unknown>): void {
  const handled = work.catch(() => {});
  try {
    Promise.resolve(settings.waitUntil?.(handled)).catch(() => {});
  } catch {
    // Then the request runs for as long as the runtime lets it.
  }
}

async function cancel(
  queue: Queue,
  target: CancelTarget | Promise<CancelTarget>,
  maxTries: number,
): Promise<void> {
  const { id, status } = await target;
  if (isFinal({ status })) return;
  // Without another try a gateway that fails once would leave the job running, and paid for.
  await retryReads(() => cancelWithTimeout(queue, id, undefined), undefined, (failures) => failures < maxTries);
}

/** Cancels a job with one request, within the rate limit. */
export async function cancelWithTimeout(queue: Queue, jobId: string, signal: AbortSignal | undefined): Promise<void> {
  await waitForSlot(queue, "cancel", signal);
  await withTimeout(queue, TIMEOUT_MILLIS, signal, (abortSignal) => cancelJob(queue, jobId, abortSignal));
}

/** Whether an error means that the service refused to cancel a job, most likely because the job has already ended. */
export function isCancelRefused(error: unknown): boolean {
  return APICallError.isInstance(error) && CANCEL_REFUSED_STATUSES.includes(error.statusCode ?? 0);
}
