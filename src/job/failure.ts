/**
 * The errors of a job that gave no result, or whose wait ended first.
 *
 * @module
 */
import { AISDKError, APICallError } from "@ai-sdk/provider";
import { messageOf, shorten } from "../http/error_details.ts";
import { MAX_LENGTH } from "../limits.ts";
import { cancelInBackground } from "./cancel.ts";
import { isFinal, type RunpodJob } from "./envelope.ts";
import { describeEnd, kindOf, RunpodJobError, type RunpodJobErrorKind } from "./error.ts";
import { DEADLINE, type JobWait, requestsLeft, type SeenJob } from "./job_wait.ts";
import { type Queue, rootOf, statusUrl } from "./queue.ts";

/** Makes the error for a job that gave no result. `kind` and `reason` follow from its status unless they are given. */
export function jobError(
  queue: Queue,
  { job, answer }: SeenJob,
  { kind = kindOf(job), reason, cause }: { kind?: RunpodJobErrorKind; reason?: string; cause?: unknown } = {},
): RunpodJobError {
  return new RunpodJobError({
    message: `Cannot ${queue.attempt}: job "${shorten(job.id, 200)}" ${
      shorten(reason ?? describeEnd(kind, job), 3 * MAX_LENGTH.message)
    }`,
    kind,
    endpoint: queue.endpoint.name,
    job,
    url: statusUrl(queue, job.id),
    answer,
    cause,
  });
}

/** Makes the error for a job whose status cannot be read. */
export function unreadableStatus(queue: Queue, seen: SeenJob, cause: unknown): RunpodJobError {
  const isGone = APICallError.isInstance(cause) && cause.statusCode === 404;
  return isGone
    ? jobError(queue, seen, { kind: "expired", cause })
    : unreadError(queue, seen, cause, howToContinue(queue, seen.job));
}

/** @param advice What becomes of the job, or what to do. */
function unreadError(queue: Queue, seen: SeenJob, cause: unknown, advice: string): RunpodJobError {
  const reason = `was submitted, but its status cannot be read: ${messageOf(cause)}; ${advice}`;
  return jobError(queue, seen, { kind: "deadline", reason, cause });
}

/**
 * Turns an error caught while waiting into what to throw: the caller's abort reason, an error for the deadline, or the
 * error itself. Cancels a job that nobody waits for any more, unless the caller wants it to go on.
 */
export function errorToThrow(wait: JobWait, error: unknown): unknown {
  const { signal, options, queue, latest } = wait;
  if (!signal.aborted) {
    if (latest === undefined || AISDKError.isInstance(error)) return error;
    // Such as one of the runtime for an answer that is nested too deep. The job was submitted, so its id must not be lost.
    const kind = isFinal(latest.job) ? "no-output" : "deadline";
    return jobError(queue, latest, {
      kind,
      reason: `has an answer that cannot be read: ${messageOf(error)}`,
      cause: error,
    });
  }
  const isDeadline = signal.reason === DEADLINE;
  const wantsCancel = (isDeadline ? options.cancelOnTimeout : options.cancelOnAbort) ?? true;
  const isCancelled = wantsCancel && cancelUnfinished(wait);
  return isDeadline ? deadlineError(wait, error, isCancelled) : signal.reason;
}

/** Cancels the job of a wait unless it has ended; `true` if it is being cancelled. */
function cancelUnfinished({ queue, latest, submission, options: { maxRequests } }: JobWait): boolean {
  if (latest && isFinal(latest.job)) return false;
  const target = latest?.job ?? submission?.then(({ job }) => job);
  // One cancel is reserved of the requests that the call may make.
  if (target) cancelInBackground(queue, target, maxRequests === undefined ? undefined : 1);
  return true;
}

function deadlineError(wait: JobWait, cause: unknown, isCancelled: boolean): APICallError {
  const { queue, latest, lastFailure } = wait;
  const seconds = Math.round((Date.now() - wait.startedAt) / 1000);
  if (latest === undefined) return unansweredSubmission(wait, seconds);

  const advice = isCancelled
    ? "it is being cancelled (cancelOnTimeout: false lets it go on)"
    : howToContinue(queue, latest.job);
  if (lastFailure !== undefined) return unreadError(queue, latest, lastFailure, advice);
  const state = isFinal(latest.job)
    ? "completed, but its result could not be read"
    : describeEnd("deadline", latest.job);
  const limit = requestsLeft(wait) > 0
    ? ""
    : ` and ${wait.reads} status reads, which is all that maxPollAttempts or maxRequests allows`;
  return jobError(queue, latest, {
    kind: "deadline",
    reason: `${state} after ${seconds} s${limit}; ${advice}`,
    cause,
  });
}

function unansweredSubmission({ queue, lastFailure }: JobWait, seconds: number): APICallError {
  const reason = lastFailure === undefined
    ? `the submission was not answered within ${seconds} s, so a job may or may not exist`
    : `no submission was accepted within ${seconds} s because of the rate limit`;
  return new APICallError({
    message: `Cannot ${queue.attempt}: ${reason}`,
    url: rootOf(queue),
    requestBodyValues: undefined,
    cause: lastFailure,
    isRetryable: false,
  });
}

function howToContinue({ advice }: Queue, { id }: RunpodJob): string {
  return advice ?? `to continue it, pass jobId: "${id}" or call endpoint(…).wait("${id}")`;
}
