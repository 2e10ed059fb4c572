/**
 * Reads the status of a job until the job has ended.
 *
 * What happens when a status read fails:
 *
 * - After a transient failure (no answer, a timeout after 40 s, HTTP 408, 409, 425, 429 or 5xx, a 2xx from a proxy) there
 *   is a pause, and then the next read. The pause is the longer of the regular one, a backoff and the service's
 *   `Retry-After`. If the reads still fail at the deadline, the call throws a `RunpodJobError` of kind `deadline` that tells
 *   the last failure, and the job is cancelled unless `cancelOnTimeout` is false.
 * - HTTP 404 within 10 s after the submission counts as transient: the service may not know the job yet.
 * - Any other HTTP 404 means that the job is gone. The call throws a `RunpodJobError` of kind `expired`.
 * - After any other failure, and when reads have failed for 30 minutes, the call throws a `RunpodJobError` of kind
 *   `deadline` that tells how to continue the job. The job is not cancelled.
 *
 * Streams: `stream_replies.ts`. Videos: `video/polling.ts`. Batches: `batch/status.ts` and `batch/results.ts`.
 *
 * @module
 */
import { isFinal } from "./envelope.ts";
import { unreadableStatus } from "./failure.ts";
import { RESULT_LIFETIME_MILLIS } from "./limits.ts";
import { countRequest, DEADLINE, type JobWait, observe, readFailed, requestsLeft, timeOf } from "./job_wait.ts";
import type { JobAnswer } from "./queue.ts";
import { isTransientError, pause, pauseAfter } from "./retry.ts";
import { PAUSE_LIMIT_MILLIS, statusPause } from "./schedule.ts";
import { readStatusWithTimeout } from "./status_read.ts";

/** The pause between two reads where the caller sets only their number, in milliseconds. */
const DEFAULT_POLL_INTERVAL_MILLIS = 5000;
/** The last read comes this long before the deadline, because the job may have ended during a long pause. */
const LAST_READ_MILLIS = 1000;

/**
 * Waits until a job has ended.
 *
 * @throws {RunpodJobError} when its status cannot be read.
 * @throws the reason of `wait.signal`, as soon as it aborts. After the last allowed read it aborts with {@link DEADLINE}.
 */
export async function pollUntilFinal(wait: JobWait): Promise<JobAnswer> {
  while (!isFinal(wait.latest!.job)) {
    // A job that was submitted before may have ended long ago.
    const isReadAtOnce = wait.isResumed && wait.reads === 0;
    if (!isReadAtOnce) await pauseBeforeRead(wait);
    await readOnce(wait);
  }
  return wait.latest as JobAnswer;
}

async function pauseBeforeRead(wait: JobWait): Promise<void> {
  if (requestsLeft(wait) <= 0) wait.stop(DEADLINE);
  wait.signal.throwIfAborted();
  await pause(nextPause(wait), wait.signal);
}

async function readOnce(wait: JobWait): Promise<void> {
  const { queue, signal } = wait;
  const latest = wait.latest!;
  try {
    observe(wait, await readStatusWithTimeout(queue, latest.job.id, signal));
  } catch (error) {
    signal.throwIfAborted();
    readFailed(wait, error);
    const hasExpired = Date.now() - wait.failingSince > RESULT_LIFETIME_MILLIS.run;
    if (hasExpired || !isTransientError(error, wait.submittedAt)) throw unreadableStatus(queue, latest, error);
  }
  countRequest(wait, "reads");
}

/** The pause before the next status read, in milliseconds. */
function nextPause(wait: JobWait): number {
  const { maxPollAttempts, maxRequests } = wait.options;
  const { pollIntervalMillis = maxPollAttempts && DEFAULT_POLL_INTERVAL_MILLIS } = wait.options;
  const afterFailure = wait.failures > 0 ? pauseAfter(wait.lastFailure, wait.failures) : 0;
  if (pollIntervalMillis !== undefined) return Math.max(pollIntervalMillis, afterFailure);

  const now = timeOf(wait);
  const left = wait.deadlineAt - now;
  const regular = statusPause({
    sinceChange: now - wait.changedAt,
    isWatched: wait.queue.settings.onJobUpdate !== undefined,
    budget: maxRequests === undefined || left === Infinity
      ? undefined
      : { readsLeft: requestsLeft(wait), elapsed: now - wait.startedAt, left },
  });
  return Math.min(
    Math.max(regular, afterFailure),
    wait.isRunSync ? PAUSE_LIMIT_MILLIS.runSync : PAUSE_LIMIT_MILLIS.run,
    left > LAST_READ_MILLIS ? left - LAST_READ_MILLIS : Infinity,
  );
}
