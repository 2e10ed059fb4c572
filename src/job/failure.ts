/**
 * How a wait ends that brings no result: the error that says what is known, and what becomes of the job.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { cancelInBackground } from "./cancel.ts";
import { isFinal, type RunpodJob } from "./envelope.ts";
import { describeEnd, kindOf, RunpodJobError, type RunpodJobErrorKind } from "./error.ts";
import { encodeJobId, type Queue, rootOf } from "./queue.ts";
import { DEADLINE, isSpent, type JobWait, type SeenJob } from "./job_wait.ts";

/** Makes the error for a job that gave no result; `kind` and `reason` where its status does not tell. */
export function jobError(
  queue: Queue,
  { job, answer }: SeenJob,
  { kind = kindOf(job), reason, cause }: { kind?: RunpodJobErrorKind; reason?: string; cause?: unknown } = {},
): RunpodJobError {
  return new RunpodJobError({
    message: `Cannot ${queue.attempt}: job "${job.id}" ${reason ?? describeEnd(kind, job)}`,
    kind,
    endpoint: queue.endpoint.name,
    job,
    url: `${rootOf(queue)}/status/${encodeJobId(job.id)}`,
    answer,
    cause,
  });
}

/** Makes the error for a job whose status cannot be read. */
export function unreadableStatus(
  { queue, latest }: Pick<JobWait, "queue" | "latest">,
  cause: unknown,
  then = howToGoOn(latest!.job),
): RunpodJobError {
  if (APICallError.isInstance(cause) && cause.statusCode === 404) {
    return jobError(queue, latest!, { kind: "expired", cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  const reason = `was submitted, but its status cannot be read: ${why}; ${then}`;
  return jobError(queue, latest!, { kind: "deadline", reason, cause });
}

/** What to throw for an error that may only be the sign that the wait was stopped. A job left alone is cancelled. */
export function errorToThrow(run: JobWait, error: unknown): unknown {
  const { queue, options, abortSignal, stop, latest, submitting } = run;
  if (!stop.signal.aborted) return error;
  const isDeadline = stop.signal.reason === DEADLINE;
  const isOver = latest !== undefined && isFinal(latest.job);
  const isCancelled = !isOver && ((isDeadline ? options.cancelOnTimeout : options.cancelOnAbort) ?? true);
  if (isCancelled && latest) cancelInBackground(queue, latest.job);
  else if (isCancelled && submitting) cancelInBackground(queue, submitting);
  if (!isDeadline) return abortSignal!.reason;

  const seconds = Math.round((Date.now() - run.startedAt) / 1000);
  if (latest === undefined) return neverAnswered(run, seconds);
  const then = isCancelled ? "it is being cancelled (cancelOnTimeout: false lets it go on)" : howToGoOn(latest.job);
  if (run.lastFailure !== undefined) return unreadableStatus(run, run.lastFailure, then);
  const what = isOver ? "completed, but its result could not be read" : describeEnd("deadline", latest.job);
  const spent = isSpent(run)
    ? ` and ${run.reads} status reads, which is all that maxPollAttempts or maxRequests allows`
    : "";
  return jobError(queue, latest, {
    kind: "deadline",
    reason: `${what} after ${seconds} s${spent}; ${then}`,
    cause: error,
  });
}

function neverAnswered({ queue, lastFailure }: JobWait, seconds: number): APICallError {
  const what = lastFailure === undefined
    ? `the submission was not answered within ${seconds} s, so a job may or may not exist`
    : `no submission was taken within ${seconds} s, for the rate limit`;
  return new APICallError({
    message: `Cannot ${queue.attempt}: ${what}`,
    url: rootOf(queue),
    requestBodyValues: undefined,
    cause: lastFailure,
    isRetryable: false,
  });
}

function howToGoOn({ id }: RunpodJob): string {
  return `to go on with it, pass jobId: "${id}" or call endpoint(…).wait("${id}")`;
}
