/**
 * Runs a job to its end: one submission, then status reads until a final state, an abort or a limit.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { networkError } from "../http/error.ts";
import { errorToThrow, jobError, unreadableStatus } from "./failure.ts";
import { isFinal } from "./envelope.ts";
import type { RunpodWaitOptions } from "./options.ts";
import { takeTurn } from "./pace.ts";
import { isTransientError, pause, pauseAfter, retryReads } from "./retry.ts";
import { encodeJobId, type JobAnswer, type Queue, readStatus, rootOf, type Submission } from "./queue.ts";
import { DEADLINE, isSpent, type JobWait, observe, startWait } from "./job_wait.ts";
import { LONGEST_PAUSE_MILLIS, statusPause } from "./schedule.ts";
import { submitUntilTaken } from "./submission.ts";

/** The pause where the caller has fixed the number of reads alone. */
const DEFAULT_POLL_MILLIS = 5000;
/** Status reads are answered at once, so one that is not has gone astray. */
const READ_TIMEOUT_MILLIS = 40_000;
/** So long before the deadline a last look is taken, because the job may have ended during a long pause. */
const LAST_LOOK_MILLIS = 1000;
const MAX_DOWNLOAD_TRIES = 5;

/** A job that is new, or one that was submitted before. */
export type JobRef = { submission: Submission } | { jobId: string };

/** What may be done with a result before the wait is over. */
export interface ResultTools {
  /** Aborts with the caller and at the deadline. */
  signal: AbortSignal;
  /** Does something again that failed for a passing reason, such as a download. */
  retry: <T>(run: () => Promise<T>) => Promise<T>;
}

/**
 * Runs a job, or continues one, and reads its result.
 *
 * @throws {RunpodJobError} when the job ends without a result or the wait ends first. Never retryable.
 * @throws the abort signal's reason.
 */
export async function runJob<T>(
  queue: Queue,
  work: JobRef,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
  read: (result: JobAnswer, tools: ResultTools) => T | Promise<T>,
): Promise<T> {
  const run = startWait(queue, options, abortSignal);
  try {
    await begin(run, work);
    const result = await untilFinal(run);
    if (result.job.status !== "COMPLETED") throw jobError(queue, result);
    return await read(result, { signal: run.stop.signal, retry: (read) => downloadAgain(run, read) });
  } catch (error) {
    throw errorToThrow(run, error);
  } finally {
    run.dispose();
  }
}

/**
 * Submits a job, and leaves it to be looked at, maybe by another process: its result lives half an hour.
 *
 * @throws the abort signal's reason.
 */
export async function startJob(
  queue: Queue,
  submission: Submission,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
): Promise<JobAnswer> {
  const run = startWait(queue, options, abortSignal);
  try {
    run.stop.signal.throwIfAborted();
    return await submitUntilTaken(run, submission, false);
  } catch (error) {
    throw errorToThrow(run, error);
  } finally {
    run.dispose();
  }
}

/**
 * Looks at a job once.
 *
 * @throws {APICallError} for which {@link isTransientError} holds, when the next look may well succeed.
 * @throws {RunpodJobError} when none will.
 * @throws the abort signal's reason.
 */
export async function readStatusOnce(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  try {
    abortSignal?.throwIfAborted();
    await takeTurn(queue, abortSignal);
    return await readStatusInTime(queue, jobId, abortSignal);
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (isTransientError(error)) throw error;
    throw unreadableStatus({ queue, latest: { job: { id: jobId, status: "IN_QUEUE" } } }, error);
  }
}

async function begin(run: JobWait, work: JobRef): Promise<void> {
  run.stop.signal.throwIfAborted();
  if ("submission" in work) return observe(run, await submitUntilTaken(run, work.submission));
  run.isResumed = true;
  run.isHeld = HELD_JOB_ID.test(work.jobId);
  run.latest = { job: { id: work.jobId, status: "IN_QUEUE" } };
}

/** The ids that `/runsync` gives. */
const HELD_JOB_ID = /^sync-/;

async function untilFinal(run: JobWait): Promise<JobAnswer> {
  const { signal } = run.stop;
  while (!isFinal(run.latest!.job)) {
    const isFirstLook = run.isResumed && run.reads === 0;
    if (!isFirstLook) {
      if (isSpent(run)) run.stop.abort(DEADLINE);
      signal.throwIfAborted();
      await pause(nextPause(run), signal);
    }
    await takeTurn(run.queue, signal);
    try {
      observe(run, await readStatusInTime(run.queue, run.latest!.job.id, signal));
    } catch (error) {
      signal.throwIfAborted();
      run.lastFailure = error;
      if (!isTransientError(error) && !isTooSoon(run, error)) throw unreadableStatus(run, error);
      run.failures++;
    }
    run.reads++;
  }
  return run.latest as JobAnswer;
}

/** One status read, which may not hang: the next one does as well. */
async function readStatusInTime(queue: Queue, jobId: string, signal: AbortSignal | undefined): Promise<JobAnswer> {
  const read = new AbortController();
  const onStop = () => read.abort(signal!.reason);
  signal?.addEventListener("abort", onStop, { once: true });
  const timer = setTimeout(() => read.abort(STALLED), READ_TIMEOUT_MILLIS);
  try {
    return await readStatus(queue, jobId, read.signal);
  } catch (error) {
    if (error !== STALLED) throw error;
    const cause = new Error(`nothing within ${READ_TIMEOUT_MILLIS / 1000} s`);
    const url = `${rootOf(queue)}/status/${encodeJobId(jobId)}`;
    throw networkError({ attempt: queue.attempt, url, requestBody: undefined, cause, retryCost: "free" });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onStop);
  }
}

const STALLED = Symbol("stalled");

function nextPause(run: JobWait): number {
  const { queue, options, failures, lastFailure, isHeld } = run;
  const fixed = options.pollIntervalMillis ??
    (options.maxPollAttempts === undefined ? undefined : DEFAULT_POLL_MILLIS);
  if (fixed !== undefined) return fixed;
  const now = Date.now();
  const left = run.deadlineAt - now;
  const pause = statusPause({
    sinceChange: now - run.changedAt,
    isWatched: queue.settings.onJobUpdate !== undefined,
    budget: options.maxRequests === undefined ? undefined : {
      reads: run.maxReads - run.reads - run.refusals,
      elapsed: now - run.startedAt,
      left,
    },
  });
  const asked = failures > 0 ? pauseAfter(lastFailure, failures) : 0;
  return Math.min(
    isHeld ? LONGEST_PAUSE_MILLIS.held : LONGEST_PAUSE_MILLIS.queued,
    left > LAST_LOOK_MILLIS ? left - LAST_LOOK_MILLIS : Infinity,
    Math.max(pause, asked),
  );
}

/** Right after the submission a job that is not found may only not be found yet. */
function isTooSoon({ reads, isResumed }: JobWait, error: unknown): boolean {
  return APICallError.isInstance(error) && error.statusCode === 404 && reads === 0 && !isResumed;
}

async function downloadAgain<T>(run: JobWait, download: () => Promise<T>): Promise<T> {
  const { maxRequests = Infinity } = run.options;
  return await retryReads(
    () => {
      run.downloads++;
      return download();
    },
    run.stop.signal,
    (failures) => failures < MAX_DOWNLOAD_TRIES && 1 + run.refusals + run.reads + run.downloads < maxRequests,
  );
}
