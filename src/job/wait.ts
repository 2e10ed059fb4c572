/**
 * Runs a job to its end: one submission, then status reads until a final state, an abort or the limit.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { delay } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { readError, shorten } from "../error_details.ts";
import { isFinal, type Job } from "./envelope.ts";
import { RunpodJobError, type RunpodJobErrorKind } from "./error.ts";
import { check, type JobAnswer, type Queue, rootOf, submit } from "./queue.ts";

/** How long to wait for a job. */
export interface WaitOptions {
  /** How often the status is read before the wait ends. Default 60. */
  maxPollAttempts?: number;
  /** The pause before each status read, in milliseconds. Default 5000. */
  pollIntervalMillis?: number;
}

/** The checks of {@link WaitOptions}, to spread into the schema of a modality's own options. */
export const waitOptions = (): {
  maxPollAttempts: z.ZodMiniOptional<z.ZodMiniNumber>;
  pollIntervalMillis: z.ZodMiniOptional<z.ZodMiniNumber>;
} => ({
  maxPollAttempts: z.optional(z.int("a whole number above 0").check(z.minimum(1, "a whole number above 0"))),
  pollIntervalMillis: z.optional(
    z.number("a number of milliseconds").check(z.minimum(0, "a number of milliseconds, 0 or more")),
  ),
});

/**
 * Submits a job and waits for its result.
 *
 * @throws {RunpodJobError} when the job ends without a result or the wait ends first. Never retryable.
 * @throws the abort signal's reason.
 */
export async function runJob(
  queue: Queue,
  input: Record<string, unknown>,
  { maxPollAttempts = 60, pollIntervalMillis = 5000, abortSignal }: WaitOptions & { abortSignal?: AbortSignal } = {},
): Promise<JobAnswer> {
  let latest = await submit(queue, input, abortSignal);
  let lastFailure: unknown;
  for (let attempt = 0; !isFinal(latest.job); attempt++) {
    if (attempt >= maxPollAttempts) throw waitedTooLong(queue, latest, lastFailure);
    await pause(pollIntervalMillis, abortSignal);
    try {
      latest = await check(queue, latest.job.id, abortSignal);
      lastFailure = undefined;
    } catch (error) {
      abortSignal?.throwIfAborted();
      // A read that fails for a passing reason leaves the job as it was: the next read tells.
      lastFailure = error;
      if (!isPassing(error)) throw cannotBeRead(queue, latest, error);
    }
  }
  if (latest.job.status !== "COMPLETED") throw endedWithoutResult(queue, latest);
  return latest;
}

/** Whether the next status read may well succeed. */
function isPassing(error: unknown): boolean {
  if (!APICallError.isInstance(error)) return false;
  // What is no JSON with HTTP 200 comes from something in between.
  return error.isRetryable || error.statusCode === 200;
}

function cannotBeRead(queue: Queue, latest: JobAnswer, cause: unknown): RunpodJobError {
  if (APICallError.isInstance(cause) && cause.statusCode === 404) {
    return endedWithoutResult(queue, latest, { kind: "expired", cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return endedWithoutResult(queue, latest, { reason: `was submitted, but its status cannot be read: ${why}`, cause });
}

function waitedTooLong(queue: Queue, latest: JobAnswer, lastFailure: unknown): RunpodJobError {
  if (lastFailure !== undefined) return cannotBeRead(queue, latest, lastFailure);
  return endedWithoutResult(queue, latest);
}

/** Makes the error for a job that gave no result; `kind` where its status does not tell. */
export function endedWithoutResult(
  queue: Queue,
  { job, answer }: JobAnswer,
  { kind = KINDS[job.status] ?? "deadline", reason, cause }: {
    kind?: RunpodJobErrorKind;
    reason?: string;
    cause?: unknown;
  } = {},
): RunpodJobError {
  return new RunpodJobError({
    message: `Cannot ${queue.attempt}: job "${job.id}" ${reason ?? describe(kind, job)}`,
    kind,
    jobId: job.id,
    endpoint: queue.endpoint.name,
    status: job.status,
    url: `${rootOf(queue)}/status/${job.id}`,
    requestBodyValues: answer.requestBody,
    statusCode: answer.status,
    responseHeaders: answer.headers,
    responseBody: answer.text,
    data: answer.json,
    cause,
  });
}

const KINDS: Record<string, RunpodJobErrorKind | undefined> = {
  COMPLETED: "no-output",
  FAILED: "failed",
  CANCELLED: "cancelled",
  TIMED_OUT: "timed-out",
};

/** Why a job failed, from whichever place and shape the worker has put it in. */
function reasonOf({ error, output }: Job): string | undefined {
  if (error === undefined || error === null) return readError(output)?.message;
  return readError(error)?.message ?? shorten(JSON.stringify(error));
}

function describe(kind: RunpodJobErrorKind, job: Job): string {
  const error = reasonOf(job);
  const because = error === undefined ? "" : `: ${error}`;
  switch (kind) {
    case "failed":
      return `failed${because}`;
    case "timed-out":
      return `timed out on the service${because}`;
    case "cancelled":
      return `was cancelled${because}`;
    case "expired":
      return "is gone: its result expired or the job was removed";
    case "no-output":
      return "completed without an output that can be read";
    case "deadline":
      return `is still ${job.status} at the end of the wait; it goes on, so raise "maxPollAttempts" or read its status later`;
  }
}

async function pause(millis: number, abortSignal?: AbortSignal): Promise<void> {
  try {
    await delay(millis, { abortSignal });
  } catch {
    // The caller's own reason, not the delay's.
    abortSignal?.throwIfAborted();
  }
}
