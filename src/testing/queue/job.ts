import type { ResolvedEndpoint } from "../resolved_endpoint.ts";
import type { EmulatedHandler, Outcome } from "../workers/handler.ts";

/** A status that begins at a time. */
export interface Step {
  status: string;
  at: number;
  /** Progress that the worker reports. */
  output?: unknown;
}

/** The end of a job. */
export interface JobEnd extends Outcome {
  at: number;
  retries?: number;
}

/** What a job is made from. */
export interface JobRequest {
  readonly id: string;
  readonly operation: "run" | "runsync" | "openai";
  readonly input: Record<string, unknown>;
  /** The whole body of the submission, with `policy`, `webhook` and `s3Config`. */
  readonly request: Record<string, unknown>;
  /** What runs the job. */
  readonly work: EmulatedHandler;
}

/**
 * A job and its timeline.
 *
 * Steps, yields and the end may lie in the future. What a client sees at a given time is computed from them, see
 * `job_state.ts`, so that an endpoint with delays needs no timers of its own.
 */
export interface Job extends JobRequest {
  readonly endpoint: ResolvedEndpoint;
  readonly submittedAt: number;
  ttlMillis: number;
  /** 1 at first, one more after each `/retry`. */
  attempt: number;
  steps: Step[];
  /** When the output or the first yield is there. */
  outputAt: number;
  yields: Array<{ at: number; output: unknown }>;
  /** How many yields `/stream` has handed out. */
  drained: number;
  end?: JobEnd;
  /** Identifies the current run. Whatever an earlier run reports after a cancel or a retry is ignored. */
  run?: object;
  /** Calls the job's webhook when the current attempt ends. */
  announce?: () => void;
  /** Callbacks of the requests that wait for a change of this job. */
  readonly waiting: Set<() => void>;
}

/** The status of a job that waits for a worker. */
export const IN_QUEUE = "IN_QUEUE";

/** One minute, in milliseconds. */
export const MINUTE = 60_000;

/** Creates a job that has not been put into a queue yet. */
export function createJob(endpoint: ResolvedEndpoint, request: JobRequest, now: number): Job {
  const { ttl } = policyOf(request.request);
  return {
    ...request,
    endpoint,
    submittedAt: now,
    ttlMillis: typeof ttl === "number" ? ttl : 24 * 60 * MINUTE,
    attempt: 0,
    steps: [],
    outputAt: now,
    yields: [],
    drained: 0,
    waiting: new Set(),
  };
}

/** Starts the job's timeline afresh. */
export function startAttempt(job: Job, steps: Step[], outputAt: number): void {
  Object.assign(job, { attempt: job.attempt + 1, steps, outputAt, yields: [], drained: 0 });
  job.end = undefined;
  job.run = undefined;
  wakeWaiting(job);
}

/** Tells every waiting request that the job has changed. */
export function wakeWaiting(job: Job): void {
  for (const wake of [...job.waiting]) wake();
}

/** A stay in the queue, and the run that followed it. A job has several if the platform dispatched it again. */
export interface Dispatch {
  queuedAt: number;
  startedAt?: number;
}

/** Groups the steps of a timeline into dispatches. */
export function dispatchesOf(steps: Step[]): Dispatch[] {
  const dispatches: Dispatch[] = [];
  for (const { status, at } of steps) {
    const last = dispatches.at(-1);
    if (status !== IN_QUEUE && last !== undefined) last.startedAt ??= at;
    else if (status !== IN_QUEUE) dispatches.push({ queuedAt: at, startedAt: at });
    else if (last === undefined || last.startedAt !== undefined) dispatches.push({ queuedAt: at });
  }
  return dispatches;
}

/** When the last dispatch starts to run. */
export function startTime(job: Job): number {
  return dispatchesOf(job.steps).at(-1)?.startedAt ?? Infinity;
}

/** When the last run is over its execution timeout. */
export function executionDeadline(job: Job): number {
  const { executionTimeout } = policyOf(job.request);
  return startTime(job) + (typeof executionTimeout === "number" ? executionTimeout : 10 * MINUTE);
}

function policyOf({ policy }: Record<string, unknown>): Record<string, unknown> {
  return policy !== null && typeof policy === "object" ? policy as Record<string, unknown> : {};
}
