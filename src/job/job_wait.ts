/**
 * One wait for one job: what was asked, what was seen, and what ends it.
 *
 * @module
 */
import type { JobAnswer, Queue } from "./queue.ts";
import { isFinal, type RunpodJob } from "./envelope.ts";
import { RESERVED_REQUESTS, type RunpodWaitOptions } from "./options.ts";
import { MAX_TIMER_MILLIS } from "./schedule.ts";

/** A job as it was last seen; without an answer where only its id is known. */
export interface SeenJob {
  job: RunpodJob;
  answer?: JobAnswer["answer"];
}

/** The state of one wait. Times are in milliseconds. */
export interface JobWait {
  queue: Queue;
  options: RunpodWaitOptions;
  abortSignal: AbortSignal | undefined;
  /** Aborts with the caller, with the caller's reason, and at the deadline. */
  stop: AbortController;
  startedAt: number;
  deadlineAt: number;
  /** How many status reads there may be. */
  maxReads: number;
  reads: number;
  /** How many status reads in a row have failed. */
  failures: number;
  /** How many submissions were over the rate limit. */
  refusals: number;
  /** How many downloads were tried. */
  downloads: number;
  /** Whether the job was submitted through `/runsync`, whose results live one minute. */
  isHeld: boolean;
  /** A submission on its way. */
  submitting?: Promise<JobAnswer>;
  latest?: SeenJob;
  /** When the job's status was last seen to change. */
  changedAt: number;
  lastFailure?: unknown;
  isResumed: boolean;
  /** The last update that the caller was told. */
  lastUpdate?: string;
  dispose: () => void;
}

/** Why a wait was stopped that neither the job nor the caller ended. */
export const DEADLINE = Symbol("deadline");
const OVER = Symbol("over");

const DEFAULT_TIMEOUT_MILLIS = 600_000;
/** How often the status is read where the caller has fixed the pauses alone. */
const DEFAULT_POLL_ATTEMPTS = 60;

/** Begins a wait; `dispose` leaves nothing of it behind. */
export function startWait(queue: Queue, options: RunpodWaitOptions, abortSignal: AbortSignal | undefined): JobWait {
  const { maxPollAttempts, pollIntervalMillis, maxRequests } = options;
  const isPaced = maxPollAttempts !== undefined || pollIntervalMillis !== undefined;
  const timeoutMillis = options.timeoutMillis ?? (isPaced ? Infinity : DEFAULT_TIMEOUT_MILLIS);
  const maxReads = Math.min(
    maxPollAttempts ?? (isPaced ? DEFAULT_POLL_ATTEMPTS : Infinity),
    maxRequests === undefined ? Infinity : maxRequests - RESERVED_REQUESTS,
  );

  const stop = new AbortController();
  const onAbort = () => stop.abort(abortSignal!.reason);
  if (abortSignal?.aborted) onAbort();
  abortSignal?.addEventListener("abort", onAbort, { once: true });
  const timer = timeoutMillis === Infinity
    ? undefined
    : setTimeout(() => stop.abort(DEADLINE), Math.min(timeoutMillis, MAX_TIMER_MILLIS));
  const startedAt = Date.now();
  return {
    queue,
    options,
    abortSignal,
    stop,
    startedAt,
    deadlineAt: startedAt + timeoutMillis,
    maxReads,
    reads: 0,
    failures: 0,
    refusals: 0,
    downloads: 0,
    isHeld: false,
    changedAt: startedAt,
    isResumed: false,
    dispose: () => {
      clearTimeout(timer);
      abortSignal?.removeEventListener("abort", onAbort);
      // Whatever still goes on, such as a download beside one that has failed.
      stop.abort(OVER);
    },
  };
}

/** Whether another request to the service would be one too many. */
export function isSpent({ reads, refusals, maxReads }: JobWait): boolean {
  return reads + refusals >= maxReads;
}

/** Takes note of what was learned of the job, and tells the caller what has changed. */
export function observe(run: JobWait, seen: SeenJob): void {
  if (seen.job.status !== run.latest?.job.status && run.latest) run.changedAt = Date.now();
  run.latest = seen;
  run.lastFailure = undefined;
  run.failures = 0;
  notify(run, seen.job);
}

/** Tells the caller of a job, if that is news. */
export function notify(
  run: Pick<JobWait, "queue" | "lastUpdate">,
  { id: jobId, output, error: _, cost: __, ...job }: RunpodJob,
): void {
  const { settings: { onJobUpdate }, endpoint } = run.queue;
  if (!onJobUpdate) return;
  const isProgress = output !== undefined && !isFinal({ id: jobId, ...job });
  const update = { endpoint: endpoint.name, jobId, ...job, ...(isProgress ? { progress: output } : {}) };
  const text = JSON.stringify(update);
  if (text === run.lastUpdate) return;
  run.lastUpdate = text;
  try {
    // One that is asynchronous fails later.
    Promise.resolve(onJobUpdate(update)).catch(() => {});
  } catch {
    // The caller's bookkeeping must not cost the caller a paid job.
  }
}
