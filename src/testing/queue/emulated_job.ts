import type { Job } from "./job.ts";
import { endOf, envelope, hasYielded, isKept } from "./job_state.ts";

/** A status of a job and when it began. */
export interface EmulatedJobStep {
  /** The status, such as `IN_PROGRESS`. */
  readonly status: string;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** The external worker that started to run the job. */
  readonly workerId?: string;
}

/** A job that the emulator has accepted. What may change, such as its `status`, is always that of the moment. */
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
  /** Milliseconds in the queue before its last run; undefined before it. */
  readonly delayTime: number | undefined;
  /** Milliseconds of its last run; undefined before its end. */
  readonly executionTime: number | undefined;
  /** The worker of its last run. */
  readonly workerId: string | undefined;
  /** How often it went back to the queue because its worker was lost. */
  readonly retries: number;
  /** Everything that it has yielded so far. */
  readonly yields: unknown[];
  /** Its statuses so far, oldest first. */
  readonly timeline: EmulatedJobStep[];
  /** Whether it has ended. */
  readonly hasEnded: boolean;
  /** Whether the service no longer knows it: its result or its time to live has expired. */
  readonly hasExpired: boolean;
}

/** Shows a job to the user of the emulator. */
export function emulatedJob(job: Job): EmulatedJob {
  const shown = () => envelope(job, Date.now());
  return {
    id: job.id,
    endpoint: job.endpoint.id,
    operation: job.operation,
    input: job.input,
    request: job.request,
    submittedAt: job.submittedAt,
    get status() {
      return String(shown().status);
    },
    get output() {
      return shown().output;
    },
    get error() {
      return shown().error;
    },
    get delayTime() {
      return shown().delayTime as number | undefined;
    },
    get executionTime() {
      return shown().executionTime as number | undefined;
    },
    get workerId() {
      return shown().workerId as string | undefined;
    },
    get retries() {
      return Number(shown().retries ?? 0);
    },
    get yields() {
      return job.yields.filter((_, index) => hasYielded(job, index, Date.now())).map(({ output }) => output);
    },
    get timeline() {
      return timeline(job, Date.now());
    },
    get hasEnded() {
      return endOf(job, Date.now()) !== undefined;
    },
    get hasExpired() {
      return !isKept(job, Date.now());
    },
  };
}

function timeline(job: Job, now: number): EmulatedJobStep[] {
  const end = endOf(job, now);
  const until = end?.at ?? now;
  const steps: EmulatedJobStep[] = job.steps.filter(({ at }) => at <= until).map(({ status, at, workerId }) =>
    workerId === undefined ? { status, at } : { status, at, workerId }
  );
  return end === undefined ? steps : [...steps, { status: end.status, at: end.at }];
}
