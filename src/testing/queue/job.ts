import type { ResolvedEndpoint } from "../resolved_endpoint.ts";
import type { EmulatedHandler, Outcome } from "../workers/handler.ts";

/** A status that begins at a time. */
export interface Step {
  status: string;
  at: number;
  /** Progress that the worker reports. */
  output?: unknown;
  /** The external worker that started to run the job. */
  workerId?: string;
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
  /** What runs the job; undefined if an external worker does. */
  readonly work?: EmulatedHandler;
  /** Called after each change that does not come from the clock alone. */
  readonly onChange?: (job: Job) => void;
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
  changed(job);
}

/** Puts a job back into the queue after its worker was lost. */
export function backToQueue(job: Job, now: number): void {
  job.steps.push({ status: IN_QUEUE, at: now });
  changed(job);
}

/** Starts a job on an external worker. */
export function startOn(job: Job, workerId: string, now: number): void {
  job.steps.push({ status: "IN_PROGRESS", at: now, workerId });
  changed(job);
}

/** Replaces the progress of a running job. */
export function setProgress(job: Job, output: unknown): void {
  job.steps[job.steps.length - 1].output = output;
  changed(job);
}

/** Adds a yield that is there now. */
export function addYield(job: Job, output: unknown, now: number): void {
  job.yields.push({ at: now, output });
  changed(job);
}

/** Ends a job. */
export function endJob(job: Job, end: JobEnd): void {
  job.end = end;
  // A handler that still runs belongs to no current run, so its result is ignored.
  job.run = {};
  changed(job);
}

/** Tells every waiting request, and the listener, that the job has changed. */
export function changed(job: Job): void {
  for (const wake of [...job.waiting]) wake();
  job.onChange?.(job);
}

/** A stay in the queue, and the run that followed it. A job has several if the platform dispatched it again. */
export interface Dispatch {
  queuedAt: number;
  startedAt?: number;
  workerId?: string;
}

/** Groups the steps of a timeline into dispatches. */
export function dispatchesOf(steps: Step[]): Dispatch[] {
  const dispatches: Dispatch[] = [];
  for (const { status, at, workerId } of steps) {
    const last = dispatches.at(-1);
    if (status === IN_QUEUE) {
      if (last === undefined || last.startedAt !== undefined) dispatches.push({ queuedAt: at });
    } else if (last === undefined) dispatches.push({ queuedAt: at, startedAt: at, workerId });
    else if (last.startedAt === undefined) Object.assign(last, { startedAt: at, workerId });
  }
  return dispatches;
}

/** When the last dispatch starts to run; `Infinity` if it waits for an external worker. */
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
