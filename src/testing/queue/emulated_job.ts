import type { Job } from "./job.ts";
import { envelope } from "./job_state.ts";

/** A job that the emulator has accepted. Its `status`, `output` and `error` are always those of the moment. */
export interface EmulatedJob {
  /** The job's id. */
  readonly id: string;
  /** The id of the endpoint that it was submitted to. */
  readonly endpoint: string;
  /** The operation that made it. */
  readonly operation: "run" | "runsync" | "openai";
  /** The submitted `input`; for an OpenAI route, what the gateway makes of the request. */
  readonly input: Record<string, unknown>;
  /** The whole body of the submission, with `policy`, `webhook` and `s3Config`. */
  readonly request: Record<string, unknown>;
  /** When it was submitted, in milliseconds since 1970. */
  readonly submittedAt: number;
  /** Its status, also after its result has expired. */
  readonly status: string;
  /** Its output: the result, or the progress of an unfinished job. */
  readonly output: unknown;
  /** Its error. */
  readonly error: unknown;
}

/** Shows a job to the user of the emulator. */
export function emulatedJob(job: Job): EmulatedJob {
  return {
    id: job.id,
    endpoint: job.endpoint.id,
    operation: job.operation,
    input: job.input,
    request: job.request,
    submittedAt: job.submittedAt,
    get status() {
      return String(envelope(job, Date.now()).status);
    },
    get output() {
      return envelope(job, Date.now()).output;
    },
    get error() {
      return envelope(job, Date.now()).error;
    },
  };
}
