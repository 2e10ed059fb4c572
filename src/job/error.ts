/**
 * The error of a job that was submitted and gave no result.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";

const symbol = Symbol.for("runpod.error.RunpodJobError");

/** How a job ended that gave no result. */
export type RunpodJobErrorKind =
  | "failed"
  | "timed-out"
  | "cancelled"
  | "expired"
  | "deadline"
  | "no-output";

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
  /** The job's id, to read its status or result with. */
  readonly jobId: string;
  /** The endpoint id (or slug) that has the job. */
  readonly endpoint: string;
  /** The last status that was seen, in upper case, such as `FAILED` or `IN_QUEUE`. */
  readonly status: string;
  /** What went wrong; `deadline` also when the status could not be read to the end. */
  readonly kind: RunpodJobErrorKind;

  /** Creates the error; `data` holds the job as the service gave it. */
  constructor(options: {
    message: string;
    kind: RunpodJobErrorKind;
    jobId: string;
    endpoint: string;
    status: string;
    url: string;
    requestBodyValues?: unknown;
    statusCode?: number;
    responseHeaders?: Record<string, string>;
    responseBody?: string;
    data?: unknown;
    cause?: unknown;
  }) {
    super({ requestBodyValues: undefined, ...options, isRetryable: false });
    this.name = "RunpodJobError";
    this.jobId = options.jobId;
    this.endpoint = options.endpoint;
    this.status = options.status;
    this.kind = options.kind;
  }

  /** Whether a value is a `RunpodJobError`, also one that another copy of this package made. */
  static override isInstance(error: unknown): error is RunpodJobError {
    return typeof error === "object" && error !== null && symbol in error;
  }

  /** Makes `instanceof` work across copies of the package too. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return RunpodJobError.isInstance(error);
  }
}
