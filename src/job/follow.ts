/**
 * Runs a job and follows what it yields, from its submission to its end, under one deadline.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { cancelInBackground } from "./cancel.ts";
import { errorToThrow, unreadableStatus } from "./failure.ts";
import { isFinal } from "./envelope.ts";
import { RunpodJobError } from "./error.ts";
import type { RunpodWaitOptions } from "./options.ts";
import type { JobAnswer, Queue, Submission } from "./queue.ts";
import { type JobWait, observe, type SeenJob, startWait } from "./job_wait.ts";
import { streamJob } from "./stream.ts";
import { submitUntilTaken } from "./submission.ts";

/** A job that is being followed. */
export interface FollowedJob {
  /** The answer to its submission. */
  submitted: JobAnswer;
  /** What it yields, each once; throws what {@link followJob} does. */
  yields: AsyncGenerator<unknown, void, undefined>;
  /** The job as it was last seen. */
  latest: () => SeenJob;
  /** Ends the following, and cancels the job unless it has ended. */
  leave: () => void;
}

/** Why a following was ended by whoever followed. */
const LEFT = Symbol("left");

/**
 * Submits a job through `/run`, which tells its id at once, and follows it.
 *
 * @throws {RunpodJobError} when the job ends without a result, or the wait ends first. Never retryable.
 * @throws the abort signal's reason.
 */
export async function followJob(
  queue: Queue,
  submission: Submission,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
): Promise<FollowedJob> {
  const run = startWait(queue, options, abortSignal);
  try {
    run.stop.signal.throwIfAborted();
    const submitted = await submitUntilTaken(run, submission, false);
    observe(run, submitted);
    const yields = follow(run, submitted.job.id);
    return {
      submitted,
      yields,
      latest: () => run.latest!,
      leave: () => {
        // A request that is held ends at once, and so does a pause between two.
        run.stop.abort(LEFT);
        yields.return().catch(() => {});
      },
    };
  } catch (error) {
    const reason = errorToThrow(run, error);
    run.dispose();
    throw reason;
  }
}

async function* follow(run: JobWait, jobId: string): AsyncGenerator<unknown, void, undefined> {
  const { queue, options, stop } = run;
  let isLeft = true;
  try {
    yield* streamJob(queue, jobId, {
      abortSignal: stop.signal,
      cancelOnAbort: false,
      isExact: true,
      onSeen: (seen) => observe(run, seen),
    });
    isLeft = false;
  } catch (error) {
    if (stop.signal.reason === LEFT) return;
    isLeft = false;
    const isUnreadable = APICallError.isInstance(error) && !RunpodJobError.isInstance(error);
    throw errorToThrow(run, isUnreadable ? unreadableStatus(run, error) : error);
  } finally {
    run.dispose();
    if (isLeft && (options.cancelOnAbort ?? true) && !isFinal(run.latest!.job)) {
      cancelInBackground(queue, { id: jobId });
    }
  }
}
