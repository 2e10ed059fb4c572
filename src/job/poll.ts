/**
 * Reads the status of a job until the job has ended: held by the service where it can, otherwise with pauses between reads.
 *
 * What happens when a status read fails:
 *
 * - After a transient failure (no answer, a timeout after 40 s, HTTP 408, 409, 425, 429 or 5xx, a 2xx from a proxy) there
 *   is a pause, and then the next read. The pause is the longer of the regular one, a backoff and the service's
 *   `Retry-After`. If the reads still fail at the deadline, the call throws a `RunpodJobError` of kind `deadline` that tells
 *   the last failure, and the job is cancelled unless `cancelOnTimeout` is false.
 * - HTTP 404 within 31 s after the submission counts as transient: the service may not know the job yet.
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
import { longestHold, readHeldStatus } from "./held_read.ts";
import { ANSWER_MILLIS, HOLD_MILLIS, RESULT_LIFETIME_MILLIS } from "./limits.ts";
import {
  countRequest,
  DEADLINE,
  isPolling,
  type JobWait,
  noteHold,
  observe,
  readFailed,
  requestsLeft,
  timeOf,
} from "./job_wait.ts";
import type { JobAnswer } from "./queue.ts";
import { isTransientError, pause, pauseAfter } from "./retry.ts";
import { PAUSE_LIMIT_MILLIS, type Progress, statusPause } from "./schedule.ts";
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
    const holdMillis = chooseHold(wait);
    // A job that was submitted before may have ended long ago.
    const isReadAtOnce = wait.isResumed && wait.reads === 0;
    if (requestsLeft(wait) <= 0) wait.stop(DEADLINE);
    wait.signal.throwIfAborted();
    const pauseMillis = isReadAtOnce ? undefined : nextPause(wait, holdMillis);
    if (pauseMillis !== undefined) await pause(pauseMillis, wait.signal);
    await readOnce(wait, pauseMillis === undefined ? holdMillis : chooseHold(wait));
  }
  return wait.latest as JobAnswer;
}

/** How long the next status read is held, in milliseconds; `undefined` for a plain read. */
function chooseHold(wait: JobWait): number | undefined {
  const { queue, options, deadlineAt, lastHold } = wait;
  if (isPolling(options)) return undefined;
  const longest = longestHold(queue, lastHold === "whole");
  if (longest === undefined) return undefined;
  // Whoever is told of changes wants to hear of them while the job goes on.
  const wanted = queue.settings.onJobUpdate ? statusPause(progressOf(wait)) : longest;
  const left = deadlineAt - timeOf(wait);
  const hold = Math.min(Math.max(wanted, HOLD_MILLIS.min), longest, left - Math.min(ANSWER_MILLIS, left / 4));
  return hold < HOLD_MILLIS.min ? undefined : Math.round(hold);
}

function progressOf(wait: JobWait): Progress {
  const now = timeOf(wait);
  const left = wait.deadlineAt - now;
  return {
    sinceChange: now - wait.changedAt,
    budget: wait.options.maxRequests === undefined || left === Infinity
      ? undefined
      : { readsLeft: requestsLeft(wait), elapsed: now - wait.startedAt, left },
  };
}

async function readOnce(wait: JobWait, holdMillis: number | undefined): Promise<void> {
  const { queue, signal } = wait;
  const latest = wait.latest!;
  try {
    if (holdMillis === undefined) {
      noteHold(wait, undefined);
      observe(wait, await readStatusWithTimeout(queue, latest.job.id, signal));
    } else {
      const { isEarly, ...seen } = await readHeldStatus(queue, latest.job.id, holdMillis, signal);
      noteHold(wait, isEarly ? "early" : "whole");
      observe(wait, seen);
    }
  } catch (error) {
    signal.throwIfAborted();
    readFailed(wait, error);
    const hasExpired = Date.now() - wait.failingSince > RESULT_LIFETIME_MILLIS.run;
    if (hasExpired || !isTransientError(error, wait.submittedAt)) throw unreadableStatus(queue, latest, error);
  }
  countRequest(wait, "reads");
}

/**
 * The pause before the next status read, in milliseconds. A held read needs none (`undefined`), unless the last one went wrong or
 * was answered early.
 */
function nextPause(wait: JobWait, holdMillis: number | undefined): number | undefined {
  const { maxPollAttempts } = wait.options;
  const { pollIntervalMillis = maxPollAttempts && DEFAULT_POLL_INTERVAL_MILLIS } = wait.options;
  const afterFailure = wait.failures > 0 ? pauseAfter(wait.lastFailure, wait.failures) : 0;
  if (pollIntervalMillis !== undefined) return Math.max(pollIntervalMillis, afterFailure);

  const progress = progressOf(wait);
  if (holdMillis !== undefined && afterFailure === 0 && wait.lastHold !== "early") {
    const { readsLeft = Infinity, left = 0 } = progress.budget ?? {};
    // The few reads that are left may not cover the time until the deadline.
    const uncovered = left / readsLeft - HOLD_MILLIS.default;
    return uncovered > 0 ? uncovered : undefined;
  }
  const left = wait.deadlineAt - timeOf(wait);
  return Math.min(
    Math.max(statusPause(progress), afterFailure),
    wait.isRunSync ? PAUSE_LIMIT_MILLIS.runSync : PAUSE_LIMIT_MILLIS.run,
    left > LAST_READ_MILLIS ? left - LAST_READ_MILLIS : Infinity,
  );
}
