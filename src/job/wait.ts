/**
 * Runs a job to its end: one submission, then status reads until a final state, an abort or the limit.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { delay } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { readError, RunpodJobError, type RunpodJobErrorKind } from "../error.ts";
import { isFinal } from "./envelope.ts";
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
  for (let attempt = 0; !isFinal(latest.job); attempt++) {
    if (attempt >= maxPollAttempts) throw endedWithoutResult(queue, latest);
    await pause(pollIntervalMillis, abortSignal);
    latest = await checkAgain(queue, latest, abortSignal);
  }
  if (latest.job.status !== "COMPLETED") throw endedWithoutResult(queue, latest);
  return latest;
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
    message: `Cannot ${queue.attempt}: job "${job.id}" ${
      reason ?? describe(kind, job.status, readError(job.error)?.message)
    }`,
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

function describe(kind: RunpodJobErrorKind, status: string, error: string | undefined): string {
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
      return `is still ${status} at the end of the wait; it goes on, so raise "maxPollAttempts" or read its status later`;
  }
}

/** A status read that fails for a passing reason leaves the job as it was: the next read tells. */
async function checkAgain(queue: Queue, latest: JobAnswer, abortSignal?: AbortSignal): Promise<JobAnswer> {
  try {
    return await check(queue, latest.job.id, abortSignal);
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (!APICallError.isInstance(error)) throw error;
    if (error.statusCode === 404) throw endedWithoutResult(queue, latest, { kind: "expired", cause: error });
    if (error.statusCode === 401 || error.statusCode === 403) {
      throw endedWithoutResult(queue, latest, {
        kind: "deadline",
        reason: `cannot be read: ${error.message}`,
        cause: error,
      });
    }
    return latest;
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
