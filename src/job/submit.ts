/**
 * Submits a job once. Only a submission that the rate limit refused is sent again, because then no job exists.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { untilAborted } from "../http/abort.ts";
import { type JobWait, requestsLeft, submissionRefused, submissionSent } from "./job_wait.ts";
import { ABANDONED_MILLIS } from "../limits.ts";
import { ANSWER_MILLIS, HOLD_MILLIS } from "./limits.ts";
import { type JobAnswer, submit } from "./queue.ts";
import { pause, pauseAfter } from "./retry.ts";
import { PAUSE_LIMIT_MILLIS } from "./schedule.ts";
import { type Submission, writeSubmission } from "./submission.ts";

/**
 * Submits a job. If the rate limit refuses the submission, pauses and sends it again, for as long as there is time.
 *
 * @throws {APICallError} when the submission fails otherwise. A job may exist then, unless the error is retryable.
 * @throws the reason of `wait.signal`, as soon as it aborts.
 */
export async function submitUntilTaken(
  wait: JobWait,
  submission: Submission,
  { mayHold }: {
    /** Whether `/runsync` may be used, which saves status reads but keeps the result for a shorter time. */
    mayHold: boolean;
  },
): Promise<JobAnswer> {
  const { queue, options, signal } = wait;
  const written = writeSubmission(queue.attempt, submission);
  // The answer holds the job's id, which is needed to cancel the job after an abort.
  const outlivesAbort = (options.cancelOnAbort ?? true) || (options.cancelOnTimeout ?? true);
  // Only /runsync accepts a large submission, so it is held for the shortest time where the caller wants the id soon.
  const shortestHold = mayHold && written.isLarge ? HOLD_MILLIS.min : undefined;
  let holdMillis = mayHold ? chooseHold(wait, submission) ?? shortestHold : undefined;
  while (true) {
    try {
      const outlivesAbortMillis = outlivesAbort ? (holdMillis ?? 0) + ABANDONED_MILLIS : 0;
      const pending = submit(queue, written, { holdMillis, abortSignal: signal, outlivesAbortMillis });
      submissionSent(wait, pending, holdMillis !== undefined);
      return await untilAborted(pending, signal);
    } catch (error) {
      signal.throwIfAborted();
      const isRefused = APICallError.isInstance(error) && error.statusCode === 429;
      // A refused submission counts like a status read.
      if (!isRefused || requestsLeft(wait) <= 0) throw error;
      const pauseMillis = pauseAfter(error, wait.refusals);
      submissionRefused(wait, error);
      // Fewer requests may be held than may be open, so the next one is not held.
      holdMillis = shortestHold;
      await pause(pauseMillis, signal);
    }
  }
}

/** How long `/runsync` is to hold the submission, in milliseconds; `undefined` to submit through `/run`. */
function chooseHold({ queue, options, deadlineAt, isAbortable }: JobWait, { webhook }: Submission): number | undefined {
  const { waitMillis, pollIntervalMillis = 0 } = options;
  const wantsIdSoon = queue.settings.onJobUpdate !== undefined || webhook !== undefined;
  // With such pauses between reads, a result of /runsync could expire unseen.
  const wouldExpire = pollIntervalMillis > PAUSE_LIMIT_MILLIS.runSync;
  // An abort can cancel the job only once its id is known.
  const usual = isAbortable && (options.cancelOnAbort ?? true) ? HOLD_MILLIS.min : HOLD_MILLIS.default;
  const wanted = waitMillis ?? (wantsIdSoon || wouldExpire ? 0 : usual);
  // The answer has to arrive before the deadline, because it holds the job's id.
  const left = deadlineAt - Date.now();
  const hold = Math.min(wanted, HOLD_MILLIS.max, left - Math.min(ANSWER_MILLIS, left / 4));
  return hold < HOLD_MILLIS.min ? undefined : Math.round(hold);
}
