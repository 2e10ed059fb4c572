/**
 * The error for a job that was submitted and gave no result.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { type ErrorDetails, readError, readReasons, showValue } from "../http/error_details.ts";
import { isFinal, type RunpodJob } from "./envelope.ts";
import { RESULT_LIFETIME_NOTE } from "./limits.ts";

const symbol = Symbol.for("runpod.error.RunpodJobError");

/**
 * Why a job gave no result.
 *
 * - `failed`: the worker reported an error.
 * - `timed-out`: the job reached a time limit of the service, such as `policy.executionTimeout`.
 * - `cancelled`: somebody cancelled the job.
 * - `expired`: the service no longer knows the job, or never did.
 * - `deadline`: the wait ended before the job, or the status could not be read. The job may still run.
 * - `no-output`: the job completed, but its output could not be read.
 */
export type RunpodJobErrorKind =
  | "failed"
  | "timed-out"
  | "cancelled"
  | "expired"
  | "deadline"
  | "no-output";

/** What a {@link RunpodJobError} is created from. */
export interface RunpodJobErrorOptions {
  /** What happened, as one sentence. */
  message: string;
  /** Why there is no result. */
  kind: RunpodJobErrorKind;
  /** The endpoint id (or slug). */
  endpoint: string;
  /** The job as it was last seen. */
  job: RunpodJob;
  /** The URL of the job's status. */
  url: string;
  /** The last answer of the service about the job. */
  answer?: { status: number; headers: Record<string, string>; text: string; json: unknown; requestBody: unknown };
  /** The error that caused this one. */
  cause?: unknown;
}

/**
 * Thrown when a job was submitted and gave no result. Never retryable: the job exists and may have been billed.
 *
 * @example
 * ```ts
 * import { RunpodJobError } from "@runpod/ai-sdk-provider";
 *
 * function report(error: unknown) {
 *   if (RunpodJobError.isInstance(error)) console.error(error.kind, error.jobId, error.message);
 * }
 * ```
 */
export class RunpodJobError extends APICallError {
  /** What {@link RunpodJobError.isInstance} looks for, so that it works across copies of the package. */
  readonly [symbol]: true = true;
  /** The job's id, to read its status or to continue it. */
  readonly jobId: string;
  /** The id (or slug) of the job's endpoint. */
  readonly endpoint: string;
  /** The status that was last seen, in upper case, such as `FAILED` or `IN_QUEUE`; `UNKNOWN` if none was seen. */
  readonly status: string;
  /** Why there is no result. */
  readonly kind: RunpodJobErrorKind;
  /** The job as it was last seen, with its times, its worker, and the output and error that the worker sent. */
  readonly job: RunpodJob;
  /** The worker's error: its message, its type, and its traceback, which is not part of this error's message. */
  readonly workerError: { message: string; type?: string; traceback?: string } | undefined;

  /** Makes the error of a job that ended without a result, or whose end nobody waits for any more. */
  constructor({ message, kind, endpoint, job, url, answer, cause }: RunpodJobErrorOptions) {
    super({
      message,
      url,
      requestBodyValues: answer?.requestBody,
      statusCode: answer?.status,
      responseHeaders: answer?.headers,
      responseBody: answer?.text,
      data: answer?.json,
      cause,
      isRetryable: false,
    });
    this.name = "RunpodJobError";
    this.jobId = job.id;
    this.endpoint = endpoint;
    this.status = job.status;
    this.kind = kind;
    this.job = job;
    this.workerError = readWorkerError(job);
  }

  /** Whether a value is a `RunpodJobError`, also if another copy of this package created it. */
  static override isInstance(error: unknown): error is RunpodJobError {
    return typeof error === "object" && error !== null && symbol in error;
  }

  /** Makes `instanceof` work across copies of the package. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return this.isInstance(error);
  }
}

/** The kind of error that follows from a job's status. A job that has not ended gives `deadline`. */
export function kindOf(job: RunpodJob): RunpodJobErrorKind {
  switch (job.status) {
    case "COMPLETED":
      return "no-output";
    case "FAILED":
      // The service may report a job that reached a time limit as FAILED.
      return /executionTimeout exceeded|^job timed out/i.test(readWorkerError(job)?.message ?? "")
        ? "timed-out"
        : "failed";
    case "CANCELLED":
      return "cancelled";
    case "TIMED_OUT":
      return "timed-out";
    default:
      return "deadline";
  }
}

/** The words for a kind of error, to follow `job "…"`. */
export function describeEnd(kind: RunpodJobErrorKind, job: RunpodJob): string {
  const reason = readWorkerError(job)?.message;
  const because = reason === undefined ? "" : `: ${reason}`;
  switch (kind) {
    case "failed":
      return `failed${because}`;
    case "timed-out":
      return `reached a time limit of the service${because}`;
    case "cancelled":
      return `was cancelled${because}`;
    case "expired":
      return `is gone: its result has expired, or it was removed (${RESULT_LIFETIME_NOTE})`;
    case "no-output":
      return "completed without an output that can be read";
    case "deadline":
      return DEADLINE_WORDS[job.status] ?? `has the unknown status ${job.status}`;
  }
}

const DEADLINE_WORDS: Record<string, string | undefined> = {
  IN_QUEUE: "was still waiting for a worker (IN_QUEUE)",
  IN_PROGRESS: "was still running (IN_PROGRESS)",
  RUNNING: "was still running (RUNNING)",
  UNKNOWN: "was not seen yet",
};

/** Reads why a job failed: from its error, in any shape, or else from its output. */
function readWorkerError(job: RunpodJob): ErrorDetails | undefined {
  const { error, output } = job;
  const isOver = isFinal(job) && job.status !== "COMPLETED";
  const told = error === undefined || error === null ? undefined : readError(error) ?? { message: showValue(error) };
  // Runpod's SDK takes "error" out of what a handler returns, and leaves its details in the output.
  const all = isOver && isRecord(output) ? readReasons(output, told) : undefined;
  return all ?? told ?? (isOver ? readError(output) : undefined);
}
