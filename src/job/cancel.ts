/**
 * Cancels a job that nobody waits for any more.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isFinal } from "./envelope.ts";
import { CANCEL_REFUSED_STATUSES } from "./limits.ts";
import { cancelJob, type Queue } from "./queue.ts";
import { waitForSlot } from "./rate_limit.ts";
import { withTimeout } from "./timeout.ts";

/** How long the request may take, in milliseconds. If it fails, the service's own time limits end the job. */
const TIMEOUT_MILLIS = 10_000;

/** A job to cancel, unless its status says that it has ended. */
interface CancelTarget {
  id: string;
  status?: string;
}

/**
 * Cancels a job in the background, with one request that has a timeout. It never fails: the caller was already told how the
 * wait ended.
 *
 * @param target The job, or a promise of it while its submission is pending.
 */
export function cancelInBackground(queue: Queue, target: CancelTarget | Promise<CancelTarget>): void {
  runInBackground(queue, cancel(queue, target));
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

async function cancel(queue: Queue, target: CancelTarget | Promise<CancelTarget>): Promise<void> {
  const { id, status } = await target;
  if (!isFinal({ status })) await cancelWithTimeout(queue, id, undefined);
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
