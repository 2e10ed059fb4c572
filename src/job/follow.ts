/**
 * Runs a job and follows its stream, from the submission to the end, under one deadline.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { cancelInBackground } from "./cancel.ts";
import { isFinal } from "./envelope.ts";
import { RunpodJobError } from "./error.ts";
import { errorToThrow, unreadableStatus } from "./failure.ts";
import { type JobWait, observe, type SeenJob, startWait } from "./job_wait.ts";
import type { RunpodWaitOptions } from "./options.ts";
import type { JobAnswer, Queue } from "./queue.ts";
import { streamJob } from "./stream.ts";
import type { Submission } from "./submission.ts";
import { submitUntilTaken } from "./submit.ts";

/** A job whose stream is being followed. */
export interface FollowedJob {
  /** The answer to its submission. */
  submitted: JobAnswer;
  /** What the job yields, each value once. Throws what {@link followJob} throws. */
  yields: AsyncGenerator<unknown, void, undefined>;
  /** Returns the job as it was last seen. */
  latest: () => SeenJob;
  /** Stops following, and cancels the job unless it has ended. */
  leave: () => void;
}

/** Why a wait was stopped by {@link FollowedJob.leave}. */
const LEFT = Symbol("left");

/**
 * Submits a job through `/run`, which tells its id at once, and follows its stream.
 *
 * @throws {RunpodJobError} when the job ends without a result, or the wait ends before the job. Never retryable.
 * @throws {APICallError} when the submission fails. Retryable only if no job can exist.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function followJob(
  queue: Queue,
  submission: Submission,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
): Promise<FollowedJob> {
  const wait = startWait(queue, options, abortSignal, submission);
  try {
    wait.signal.throwIfAborted();
    const submitted = await submitUntilTaken(wait, submission, { mayHold: false });
    observe(wait, submitted);
    const yields = follow(wait, submitted.job.id);
    return {
      submitted,
      yields,
      latest: () => wait.latest!,
      leave: () => {
        // Stopping the wait ends a pending request or a pause, which `return` alone would wait for.
        wait.stop(LEFT);
        yields.return().catch(() => {});
      },
    };
  } catch (error) {
    const reason = errorToThrow(wait, error);
    wait.dispose();
    throw reason;
  }
}

async function* follow(wait: JobWait, jobId: string): AsyncGenerator<unknown, void, undefined> {
  const { queue, options, signal } = wait;
  // When the consumer leaves a generator, only its last block runs.
  let isLeft = true;
  try {
    yield* streamJob(queue, jobId, {
      abortSignal: signal,
      cancelOnAbort: false,
      isExact: true,
      submittedAt: wait.submittedAt,
      onSeen: (seen) => observe(wait, seen),
    });
    isLeft = false;
  } catch (error) {
    if (signal.reason === LEFT) return;
    isLeft = false;
    const isUnreadable = APICallError.isInstance(error) && !RunpodJobError.isInstance(error);
    throw errorToThrow(wait, isUnreadable ? unreadableStatus(queue, wait.latest!, error) : error);
  } finally {
    wait.dispose();
    if (isLeft && (options.cancelOnAbort ?? true) && !isFinal(wait.latest!.job)) {
      cancelInBackground(queue, { id: jobId });
    }
  }
}
