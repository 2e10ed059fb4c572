/**
 * Cancelling a job that nobody waits for any more.
 *
 * @module
 */
import { isFinal } from "./envelope.ts";
import { cancelJob, type JobAnswer, type Queue } from "./queue.ts";

/** How long the request may take, after which the platform's own limits end the job. */
const TIMEOUT_MILLIS = 10_000;

/**
 * Cancels a job behind the caller's back: with a signal and a timeout of its own, once, and without ever failing.
 *
 * @param known The job, or a submission on its way whose answer will name it.
 */
export function cancelInBackground(queue: Queue, known: { id: string } | Promise<JobAnswer>): void {
  const work = Promise.resolve(known).then(async (job) => {
    if ("answer" in job && isFinal(job.job)) return;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), TIMEOUT_MILLIS);
    try {
      await cancelJob(queue, "answer" in job ? job.job.id : job.id, timeout.signal);
    } finally {
      clearTimeout(timer);
    }
  }).catch(() => {
    // Best effort: whoever called has long been told how the wait ended.
  });
  try {
    queue.settings.waitUntil?.(work);
  } catch {
    // The work goes on as long as the runtime lets it.
  }
}
