/**
 * The one submission of a job.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { untilAborted } from "../http/abort.ts";
import { pause, pauseAfter } from "./retry.ts";
import { type JobAnswer, LIMITS, type Submission, submit, writeSubmission } from "./queue.ts";
import { isSpent, type JobWait } from "./job_wait.ts";
import { LONGEST_PAUSE_MILLIS } from "./schedule.ts";

const DEFAULT_WAIT_MILLIS = 90_000;
/** What is set aside of the time for the answer to a held submission. */
const ANSWER_MILLIS = 5000;

/**
 * Submits a job. One over the rate limit was not taken, so it may be submitted again, as long as there is time.
 *
 * @param mayHold Whether the service may hold it, which gives the result one minute to live.
 */
export async function submitUntilTaken(run: JobWait, submission: Submission, mayHold = true): Promise<JobAnswer> {
  const { queue, options, stop } = run;
  const written = writeSubmission(queue, submission);
  // The request outlives an abort, because its answer has the id to cancel the job with.
  const outlivesAbort = (options.cancelOnAbort ?? true) || (options.cancelOnTimeout ?? true);
  // What only a held submission takes is held as short as can be where nobody wants to wait.
  const notHeld = written.isLarge && mayHold ? LIMITS.minWaitMillis : undefined;
  for (let waitMillis = (mayHold ? heldMillis(run, submission) : undefined) ?? notHeld;; run.refusals++) {
    try {
      run.isHeld = waitMillis !== undefined;
      run.submitting = submit(queue, written, { waitMillis, abortSignal: stop.signal, outlivesAbort });
      // Whoever waits for it may be gone before it fails.
      run.submitting.catch(() => {});
      return await untilAborted(run.submitting, stop.signal);
    } catch (error) {
      stop.signal.throwIfAborted();
      if (!APICallError.isInstance(error) || error.statusCode !== 429 || isSpent(run)) throw error;
      run.submitting = undefined;
      run.lastFailure = error;
      // Held submissions are the scarcest: few may be open at once.
      waitMillis = notHeld;
      await pause(pauseAfter(error, run.refusals), stop.signal);
    }
  }
}

/** How long the service is to hold the submission; `undefined` for not at all. */
function heldMillis({ queue, options, deadlineAt }: JobWait, { webhook }: Submission): number | undefined {
  const { waitMillis, pollIntervalMillis = 0 } = options;
  const wantsId = queue.settings.onJobUpdate !== undefined || webhook !== undefined ||
    pollIntervalMillis > LONGEST_PAUSE_MILLIS.held;
  const wanted = waitMillis ?? (wantsId ? 0 : DEFAULT_WAIT_MILLIS);
  // Answered before the deadline, because the answer has the job's id.
  const left = deadlineAt - Date.now();
  const held = Math.min(wanted, LIMITS.maxWaitMillis, left - Math.min(ANSWER_MILLIS, left / 4));
  return held < LIMITS.minWaitMillis ? undefined : Math.round(held);
}
