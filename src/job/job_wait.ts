/**
 * The state of one wait for one job. Only the functions of this file change it.
 *
 * @module
 */
import { isFinal, type RunpodJob, unseenJob } from "./envelope.ts";
import { RESERVED_REQUESTS, type RunpodWaitOptions } from "./options.ts";
import type { JobAnswer, Queue } from "./queue.ts";
import { MAX_TIMER_MILLIS } from "./schedule.ts";
import { secretsOf, type Submission } from "./submission.ts";

/** A job as it was last seen, with the answer it was read from. Without an answer only its id is known. */
export interface SeenJob {
  job: RunpodJob;
  answer?: JobAnswer["answer"];
}

/** The state as the functions of this file change it. Times are in milliseconds since 1970. */
interface WaitState {
  readonly queue: Queue;
  readonly options: RunpodWaitOptions;
  /** Whether the caller can abort the wait. */
  readonly isAbortable: boolean;
  /** Aborts with the caller, with the caller's reason, and at the deadline, with {@link DEADLINE}. */
  readonly signal: AbortSignal;
  /** Ends the wait: aborts `signal` with a reason. */
  readonly stop: (reason: unknown) => void;
  /** Clears the timer and the listener of the wait, and aborts `signal`. To be called at the end. */
  readonly dispose: () => void;
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** The most status reads and refused submissions together. */
  readonly maxReads: number;

  /** The latest time that was seen, and how far the clock was set back during the wait, in milliseconds. */
  seenAt: number;
  setBack: number;
  /** Status reads so far, also those that failed. */
  reads: number;
  /** Submissions so far that the rate limit refused. */
  refusals: number;
  /** Downloads so far, also those that failed. */
  downloads: number;

  /** The submission that was sent last, unless the rate limit refused it. */
  submission?: Promise<JobAnswer>;
  /** Whether the job was submitted through `/runsync`, whose results expire sooner. */
  isRunSync: boolean;
  /** Whether the wait continues a job that was submitted before. */
  isResumed: boolean;
  /** The job, once its id is known. */
  latest?: SeenJob;
  /** When the submission was answered; 0 if that is not known. */
  submittedAt: number;
  /** When the status of the job was last seen to change. */
  changedAt: number;
  /** Status reads in a row that have failed. */
  failures: number;
  /** When the first of them failed. */
  failingSince: number;
  /** Whether the last status read was held until its time was over, or was answered before. */
  lastHold?: "whole" | "early";
  /** The last failure since the job was last seen. */
  lastFailure?: unknown;
  /** The last update that was passed to `onJobUpdate`, as JSON. */
  lastUpdate?: string;
}

/** The state of one wait. Other files only read it, and change it through the functions below. */
export type JobWait = Readonly<WaitState>;

/** Why a wait was stopped at its deadline, or when it had made all requests that it may. */
export const DEADLINE = Symbol("deadline");
/** The reason to abort what still runs after the wait, such as a second download when the first has failed. */
const OVER = Symbol("over");

const DEFAULT_TIMEOUT_MILLIS = 600_000;
/** The most status reads where the caller sets only the pause between them. */
const DEFAULT_POLL_ATTEMPTS = 60;

/** Starts a wait. Its `dispose` must be called at the end. */
export function startWait(
  queue: Queue,
  options: RunpodWaitOptions,
  abortSignal: AbortSignal | undefined,
  submission: Partial<Submission> = {},
): JobWait {
  const timeoutMillis = timeoutOf(options, queue);
  const stop = new AbortController();
  const onAbort = () => stop.abort(abortSignal!.reason);
  if (abortSignal?.aborted) onAbort();
  abortSignal?.addEventListener("abort", onAbort, { once: true });
  const leave = () => abortSignal?.removeEventListener("abort", onAbort);
  const timer = timeoutMillis === Infinity ? undefined : setTimeout(() => {
    leave();
    stop.abort(DEADLINE);
  }, Math.min(timeoutMillis, MAX_TIMER_MILLIS));
  const startedAt = Date.now();
  return {
    queue: { ...queue, secrets: secretsOf(submission) },
    options,
    isAbortable: abortSignal !== undefined,
    signal: stop.signal,
    stop: (reason) => stop.abort(reason),
    dispose: () => {
      clearTimeout(timer);
      leave();
      stop.abort(OVER);
    },
    startedAt,
    deadlineAt: startedAt + timeoutMillis,
    maxReads: maxReadsOf(options),
    seenAt: startedAt,
    setBack: 0,
    reads: 0,
    refusals: 0,
    downloads: 0,
    isRunSync: false,
    isResumed: false,
    submittedAt: 0,
    changedAt: startedAt,
    failures: 0,
    failingSince: 0,
  };
}

/**
 * How long a wait may take, in milliseconds.
 *
 * @param otherwise How long where neither the call nor the provider says.
 */
export function timeoutOf(
  options: RunpodWaitOptions,
  { settings }: Pick<Queue, "settings">,
  otherwise: number = isPolling(options) ? Infinity : DEFAULT_TIMEOUT_MILLIS,
): number {
  return options.timeoutMillis ?? settings.timeoutMillis ?? otherwise;
}

/** The same wait after a part of its time has passed. */
export function remaining<Wait extends RunpodWaitOptions>(
  wait: Wait,
  queue: Pick<Queue, "settings">,
  startedAt: number,
  otherwise?: number,
): Wait {
  const timeoutMillis = timeoutOf(wait, queue, otherwise);
  if (timeoutMillis === Infinity) return wait;
  return { ...wait, timeoutMillis: Math.max(1, timeoutMillis - (Date.now() - startedAt)) };
}

function maxReadsOf(options: RunpodWaitOptions): number {
  const { maxPollAttempts = isPolling(options) ? DEFAULT_POLL_ATTEMPTS : Infinity, maxRequests = Infinity } = options;
  return Math.min(maxPollAttempts, maxRequests - RESERVED_REQUESTS);
}

/** Whether the caller bounds the wait by reads and pauses. Then there is no default timeout. */
export function isPolling({ maxPollAttempts, pollIntervalMillis }: RunpodWaitOptions): boolean {
  return maxPollAttempts !== undefined || pollIntervalMillis !== undefined;
}

/** How many more status reads or submissions may be made. One download and one cancel are reserved. */
export function requestsLeft({ maxReads, reads, refusals }: JobWait): number {
  return maxReads - reads - refusals;
}

/** How many requests the wait has made, with one for the submission, also of a job that was submitted before. */
export function requestsMade({ reads, refusals, downloads }: JobWait): number {
  return 1 + refusals + reads + downloads;
}

/** Counts a status read or a download. */
export function countRequest(wait: WaitState, kind: "reads" | "downloads"): void {
  wait[kind]++;
}

/** Notes that the wait is for a job that was submitted before. */
export function resumeJob(wait: WaitState, { jobId, submittedAt = 0 }: { jobId: string; submittedAt?: number }): void {
  wait.isResumed = true;
  wait.submittedAt = submittedAt;
  // The ids that /runsync gives start so.
  wait.isRunSync = jobId.startsWith("sync-");
  wait.latest = { job: unseenJob(jobId) };
}

/** Notes a submission that was just sent. Its answer may be needed after the wait, to cancel the job. */
export function submissionSent(wait: WaitState, submission: Promise<JobAnswer>, isRunSync: boolean): void {
  wait.submission = submission;
  wait.lastFailure = undefined;
  wait.isRunSync = isRunSync;
  // Nobody may be left to handle a later rejection.
  submission.catch(() => {});
}

/** Notes that the rate limit refused the submission, so that no job exists. */
export function submissionRefused(wait: WaitState, error: unknown): void {
  wait.submission = undefined;
  wait.refusals++;
  wait.lastFailure = error;
}

/** Notes how the last status read was held, if it was. */
export function noteHold(wait: WaitState, hold: WaitState["lastHold"]): void {
  wait.lastHold = hold;
}

/** Notes a status read that failed. */
export function readFailed(wait: WaitState, error: unknown): void {
  if (wait.failures++ === 0) wait.failingSince = Date.now();
  wait.lastFailure = error;
}

/** The time on a clock that stands still while the system's is set back: or pauses would be as short as at the start. */
export function timeOf(wait: WaitState): number {
  const now = Date.now() + wait.setBack;
  if (now < wait.seenAt) wait.setBack += wait.seenAt - now;
  return wait.seenAt = Math.max(now, wait.seenAt);
}

/** Notes what was learned of the job, and tells the caller if something has changed. */
export function observe(wait: WaitState, seen: SeenJob): void {
  const now = timeOf(wait);
  if (wait.latest === undefined) wait.submittedAt = Date.now();
  else if (wait.latest.job.status !== seen.job.status) wait.changedAt = now;
  wait.latest = seen;
  wait.lastFailure = undefined;
  wait.failures = 0;
  notify(wait, seen.job);
}

/** Calls `onJobUpdate` with a job, unless the last update was the same. */
export function notify(
  wait: Pick<WaitState, "queue" | "lastUpdate">,
  { id: jobId, output, error: _, cost: __, ...job }: RunpodJob,
): void {
  const { settings: { onJobUpdate }, endpoint } = wait.queue;
  if (!onJobUpdate) return;
  const hasProgress = output !== undefined && !isFinal(job);
  const update = { endpoint: endpoint.name, jobId, ...job, ...(hasProgress && { progress: output }) };
  try {
    const text = JSON.stringify(update);
    if (text === wait.lastUpdate) return;
    wait.lastUpdate = text;
    // An asynchronous function fails later. Either way its error must not cost the caller a paid job.
    Promise.resolve(onJobUpdate(update)).catch(() => {});
  } catch {
    // See above. A progress may also be nested too deep to be written.
  }
}
