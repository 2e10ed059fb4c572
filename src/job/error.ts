/**
 * The error of a job that was submitted and gave no result.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { type ErrorDetails, readError, shorten } from "../http/error_details.ts";
import { isFinal, type RunpodJob } from "./envelope.ts";

const symbol = Symbol.for("runpod.error.RunpodJobError");

/** How a job ended that gave no result. */
export type RunpodJobErrorKind =
  | "failed"
  | "timed-out"
  | "cancelled"
  | "expired"
  | "deadline"
  | "no-output";

/** What a {@link RunpodJobError} is made of. */
export interface RunpodJobErrorOptions {
  /** What happened, as one sentence. */
  message: string;
  /** What went wrong. */
  kind: RunpodJobErrorKind;
  /** The endpoint id (or slug). */
  endpoint: string;
  /** The job as it was last seen. */
  job: RunpodJob;
  /** Where its status is. */
  url: string;
  /** The last answer about it. */
  answer?: { status: number; headers: Record<string, string>; text: string; json: unknown; requestBody: unknown };
  /** The error behind this one. */
  cause?: unknown;
}

/**
 * A job that was submitted and gave no result. Never retryable: the job exists and may have been billed.
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
  /** The job's id, to read its status or to go on with it. */
  readonly jobId: string;
  /** The endpoint id (or slug) that has the job. */
  readonly endpoint: string;
  /** The last status that was seen, in upper case, such as `FAILED` or `IN_QUEUE`. */
  readonly status: string;
  /** What went wrong; `deadline` also when the status could not be read to the end. */
  readonly kind: RunpodJobErrorKind;
  /** The job as it was last seen, with its times, worker, output and error as the worker sent them. */
  readonly job: RunpodJob;
  /** What the worker's error says: its message, its type, and its traceback, which the message leaves out. */
  readonly workerError: { message: string; type?: string; traceback?: string } | undefined;

  /** Creates the error. */
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

  /** Whether a value is a `RunpodJobError`, also one that another copy of this package made. */
  static override isInstance(error: unknown): error is RunpodJobError {
    return typeof error === "object" && error !== null && symbol in error;
  }

  /** Makes `instanceof` work across copies of the package too. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return this.isInstance(error);
  }
}

/** What a job's status alone says of its end. */
export function kindOf(job: RunpodJob): RunpodJobErrorKind {
  switch (job.status) {
    case "COMPLETED":
      return "no-output";
    case "FAILED":
      // The platform reports both of its time limits as failures.
      return /executionTimeout exceeded|^job timed out/i.test(String(job.error)) ? "timed-out" : "failed";
    case "CANCELLED":
      return "cancelled";
    case "TIMED_OUT":
      return "timed-out";
    default:
      return "deadline";
  }
}

/** The sentence for a kind of end, to follow `job "…"`. */
export function describeEnd(kind: RunpodJobErrorKind, job: RunpodJob): string {
  const reason = readWorkerError(job)?.message;
  const because = reason === undefined ? "" : `: ${reason}`;
  switch (kind) {
    case "failed":
      return `failed${because}`;
    case "timed-out":
      return `ran out of time on the service${because}`;
    case "cancelled":
      return `was cancelled${because}`;
    case "expired":
      return "is gone: its result has expired, or it was removed (results live 30 minutes, those of /runsync 1 minute)";
    case "no-output":
      return "completed without an output that can be read";
    case "deadline":
      return `was still ${job.status === "IN_QUEUE" ? "waiting for a worker (IN_QUEUE)" : `running (${job.status})`}`;
  }
}

/** Why a job failed, from whichever place and shape the worker has put it in. */
function readWorkerError(job: RunpodJob): ErrorDetails | undefined {
  const { error, output } = job;
  if (error !== undefined && error !== null) {
    return readError(error) ?? { message: shorten(JSON.stringify(error)) };
  }
  return isFinal(job) && job.status !== "COMPLETED" ? readError(output) : undefined;
}
