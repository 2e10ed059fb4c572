/**
 * Runs a job to its end: one submission, then status reads until a final state, an abort or a limit.
 *
 * @module
 */
import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import { delay, DownloadError } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { untilAborted } from "../abort.ts";
import { networkError } from "../error.ts";
import { once } from "../options.ts";
import { cancelInBackground } from "./cancel.ts";
import { isFinal, type RunpodJob } from "./envelope.ts";
import { describeEnd, kindOf, RunpodJobError, type RunpodJobErrorKind } from "./error.ts";
import { check, type JobAnswer, LIMITS, type Queue, rootOf, segment, type Submission, submit } from "./queue.ts";
import { growingPause, readRetryAfter } from "./schedule.ts";

/** How to wait for a job. */
export interface RunpodWaitOptions {
  /**
   * How long the service holds the submission, in milliseconds: a job that ends within it costs one request. Default
   * 90,000, at most 300,000. 0 submits through `/run`, which tells the job's id at once, so that it can be cancelled at
   * once; the default with `onJobUpdate` or a webhook.
   */
  waitMillis?: number;
  /** How long all of it may take, in milliseconds. Default 600,000, unless `maxPollAttempts` or `pollIntervalMillis` bounds the wait. */
  timeoutMillis?: number;
  /** How often the status is read before the wait ends. Default: as often as `timeoutMillis` allows; 60 with `pollIntervalMillis`. */
  maxPollAttempts?: number;
  /** The pause before each status read, in milliseconds. Default: growing from 250 to 5000; 5000 with `maxPollAttempts`. */
  pollIntervalMillis?: number;
  /** The most requests that the call may make, for runtimes that limit them (50 on the Workers free plan); the pauses adapt. */
  maxRequests?: number;
  /** Whether an abort cancels the job. Default true. */
  cancelOnAbort?: boolean;
  /** Whether a wait that ends before the job does cancels it. Default true; false leaves it to be continued by its id. */
  cancelOnTimeout?: boolean;
}

const MILLIS = "a number of milliseconds, 0 or more";
const COUNT = "a whole number above 0";
const BOOLEAN = "true or false";

/** The checks of {@link RunpodWaitOptions} and of the id of a job to continue, for the schemas of all modalities. */
export const waitOptions = () => ({
  waitMillis: z.optional(
    z.number(MILLIS).check(z.minimum(0, MILLIS), z.maximum(LIMITS.maxWaitMillis, `at most ${LIMITS.maxWaitMillis}`)),
  ),
  timeoutMillis: z.optional(z.number(MILLIS).check(z.positive("a number of milliseconds above 0"))),
  maxPollAttempts: z.optional(z.int(COUNT).check(z.minimum(1, COUNT))),
  pollIntervalMillis: z.optional(z.number(MILLIS).check(z.minimum(0, MILLIS))),
  maxRequests: z.optional(z.int(COUNT).check(z.minimum(MIN_REQUESTS, `at least ${MIN_REQUESTS}`))),
  cancelOnAbort: z.optional(z.boolean(BOOLEAN)),
  cancelOnTimeout: z.optional(z.boolean(BOOLEAN)),
  jobId: z.optional(z.string("a job's id").check(z.minLength(1, "a job's id"))),
});

/**
 * Checks options that come from the caller's code, where no schema has seen them.
 *
 * @throws {InvalidArgumentError} that names the option, its value and what is allowed.
 */
export function checkWaitOptions(options: RunpodWaitOptions): void {
  const result = z.safeParse(clientOptions(), options);
  if (result.success) return;
  const [{ path: [option], message }] = result.error.issues;
  const value = options[option as keyof RunpodWaitOptions];
  throw new InvalidArgumentError({
    argument: String(option),
    message: `Cannot wait for a job: ${String(option)} ${
      typeof value === "string" ? `"${value}"` : value
    } is not ${message}`,
  });
}

const clientOptions = once(() => z.object(waitOptions()));

const DEFAULT_WAIT_MILLIS = 90_000;
const DEFAULT_TIMEOUT_MILLIS = 600_000;
const SEED_POLL_ATTEMPTS = 60;
const SEED_POLL_MILLIS = 5000;
/** No pause may outlast a result: they live one minute after `/runsync`, and half an hour after `/run`. */
const LONGEST_PAUSE_MILLIS = { held: 45_000, queued: 600_000 };
/** What is set aside of the time for the answer to a held submission. */
const ANSWER_MILLIS = 5000;
/** Status reads are answered at once, so one that is not has gone astray. */
const READ_TIMEOUT_MILLIS = 40_000;
/** One submission, one download and one cancel are set aside from a request budget. */
const RESERVED_REQUESTS = 3;
const MIN_REQUESTS = RESERVED_REQUESTS + 1;
const MAX_DOWNLOAD_TRIES = 5;
// What timers take.
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** A job that is new, or one that was submitted before. */
export type Work = { submission: Submission } | { jobId: string };

/** What may be done with a result before the wait is over. */
export interface ResultTools {
  /** Aborts with the caller and at the deadline. */
  signal: AbortSignal;
  /** Does something again that failed for a passing reason, such as a download. */
  again: <T>(run: () => Promise<T>) => Promise<T>;
}

/**
 * Runs a job, or continues one, and reads its result.
 *
 * @throws {RunpodJobError} when the job ends without a result or the wait ends first. Never retryable.
 * @throws the abort signal's reason.
 */
export async function runJob<T>(
  queue: Queue,
  work: Work,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
  read: (result: JobAnswer, tools: ResultTools) => T | Promise<T>,
): Promise<T> {
  const run = start(queue, options, abortSignal);
  try {
    await begin(run, work);
    const result = await untilFinal(run);
    if (result.job.status !== "COMPLETED") throw endedWithoutResult(queue, result);
    return await read(result, { signal: run.stop.signal, again: (again) => tryAgain(run, again) });
  } catch (error) {
    throw whyStopped(run, error);
  } finally {
    run.dispose();
  }
}

/** Makes the error for a job that gave no result; `kind` and `reason` where its status does not tell. */
export function endedWithoutResult(
  queue: Queue,
  { job, answer }: SeenJob,
  { kind = kindOf(job), reason, cause }: { kind?: RunpodJobErrorKind; reason?: string; cause?: unknown } = {},
): RunpodJobError {
  return new RunpodJobError({
    message: `Cannot ${queue.attempt}: job "${job.id}" ${reason ?? describeEnd(kind, job)}`,
    kind,
    endpoint: queue.endpoint.name,
    job,
    url: `${rootOf(queue)}/status/${segment(job.id)}`,
    answer,
    cause,
  });
}

interface SeenJob {
  job: RunpodJob;
  answer?: JobAnswer["answer"];
}

interface Run {
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
  /** How many submissions were over the rate limit. */
  refusals: number;
  /** How many downloads were tried. */
  downloads: number;
  /** Whether the job was submitted through `/runsync`, whose results live one minute. */
  isHeld: boolean;
  /** A submission on its way. */
  submitting?: Promise<JobAnswer>;
  /** The job as it was last seen; without an answer where only its id is known. */
  latest?: SeenJob;
  lastFailure?: unknown;
  isResumed: boolean;
  /** The last update that the caller was told. */
  told?: string;
  dispose: () => void;
}

const DEADLINE = Symbol("deadline");
const STALLED = Symbol("stalled");

function start(queue: Queue, options: RunpodWaitOptions, abortSignal: AbortSignal | undefined): Run {
  const { maxPollAttempts, pollIntervalMillis, maxRequests } = options;
  const isPaced = maxPollAttempts !== undefined || pollIntervalMillis !== undefined;
  const timeoutMillis = options.timeoutMillis ?? (isPaced ? Infinity : DEFAULT_TIMEOUT_MILLIS);
  const maxReads = Math.min(
    maxPollAttempts ?? (isPaced ? SEED_POLL_ATTEMPTS : Infinity),
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
    refusals: 0,
    downloads: 0,
    isHeld: false,
    isResumed: false,
    dispose: () => {
      clearTimeout(timer);
      abortSignal?.removeEventListener("abort", onAbort);
    },
  };
}

async function begin(run: Run, work: Work): Promise<void> {
  const { stop } = run;
  stop.signal.throwIfAborted();
  if ("jobId" in work) {
    run.isResumed = true;
    run.latest = { job: { id: work.jobId, status: "IN_QUEUE" } };
    return;
  }
  run.latest = await submitUntilTaken(run, work.submission);
  tell(run);
}

/** A submission over the rate limit was not taken, so it may be made again, as long as there is time. */
async function submitUntilTaken(run: Run, submission: Submission): Promise<JobAnswer> {
  const { queue, options, stop } = run;
  // The request outlives an abort, because its answer has the id to cancel the job with.
  const outlivesAbort = (options.cancelOnAbort ?? true) || (options.cancelOnTimeout ?? true);
  let waitMillis = heldMillis(run, submission);
  for (;; run.refusals++) {
    try {
      run.submitting = submit(queue, submission, { waitMillis, abortSignal: stop.signal, outlivesAbort });
      run.isHeld = waitMillis !== undefined;
      // Whoever waits for it may be gone before it fails.
      run.submitting.catch(() => {});
      const taken = await untilAborted(run.submitting, stop.signal);
      run.lastFailure = undefined;
      return taken;
    } catch (error) {
      stop.signal.throwIfAborted();
      if (!APICallError.isInstance(error) || error.statusCode !== 429 || run.refusals >= run.maxReads) throw error;
      run.submitting = undefined;
      run.lastFailure = error;
      // Held submissions are the scarcest: few may be open at once.
      if (JSON.stringify(submission).length < LIMITS.runBytes) waitMillis = undefined;
      await pause(Math.max(growingPause(run.refusals), readRetryAfter(error.responseHeaders)), stop.signal);
    }
  }
}

/** How long the service is to hold the submission; `undefined` for not at all. */
function heldMillis({ queue, options, deadlineAt }: Run, { webhook }: Submission): number | undefined {
  const { waitMillis, pollIntervalMillis = 0 } = options;
  const wantsId = queue.settings.onJobUpdate !== undefined || webhook !== undefined ||
    pollIntervalMillis > LONGEST_PAUSE_MILLIS.held;
  const wanted = waitMillis ?? (wantsId ? 0 : DEFAULT_WAIT_MILLIS);
  // Answered before the deadline, because the answer has the job's id.
  const left = deadlineAt - Date.now();
  const held = Math.min(wanted, LIMITS.maxWaitMillis, left - Math.min(ANSWER_MILLIS, left / 4));
  return held < LIMITS.minWaitMillis ? undefined : Math.round(held);
}

async function untilFinal(run: Run): Promise<JobAnswer> {
  while (!isFinal(run.latest!.job)) {
    const isFirstLook = run.isResumed && run.reads === 0;
    if (!isFirstLook) {
      if (run.reads + run.refusals >= run.maxReads) run.stop.abort(DEADLINE);
      run.stop.signal.throwIfAborted();
      await pause(nextPause(run), run.stop.signal);
    }
    try {
      run.latest = await readStatus(run, run.latest!.job.id);
      run.lastFailure = undefined;
      tell(run);
    } catch (error) {
      run.stop.signal.throwIfAborted();
      run.lastFailure = error;
      if (!isPassing(run, error)) throw cannotBeRead(run, error);
    }
    run.reads++;
  }
  return run.latest as JobAnswer;
}

/** One status read, which may not hang: the next one does as well. */
async function readStatus({ queue, stop }: Run, jobId: string): Promise<JobAnswer> {
  const read = new AbortController();
  const onStop = () => read.abort(stop.signal.reason);
  stop.signal.addEventListener("abort", onStop, { once: true });
  const timer = setTimeout(() => read.abort(STALLED), READ_TIMEOUT_MILLIS);
  try {
    return await check(queue, jobId, read.signal);
  } catch (error) {
    if (error !== STALLED) throw error;
    const cause = new Error(`nothing within ${READ_TIMEOUT_MILLIS / 1000} s`);
    const url = `${rootOf(queue)}/status/${segment(jobId)}`;
    throw networkError({ attempt: queue.attempt, url, requestBody: undefined, cause, repeat: "free" });
  } finally {
    clearTimeout(timer);
    stop.signal.removeEventListener("abort", onStop);
  }
}

function nextPause({ options, reads, refusals, maxReads, deadlineAt, lastFailure, isHeld }: Run): number {
  const { pollIntervalMillis, maxPollAttempts, maxRequests } = options;
  const fixed = pollIntervalMillis ?? (maxPollAttempts === undefined ? undefined : SEED_POLL_MILLIS);
  if (fixed !== undefined) return fixed;
  // A budget of requests is spread over the time that is left.
  const spread = maxRequests === undefined ? 0 : (deadlineAt - Date.now()) / Math.max(1, maxReads - reads - refusals);
  const asked = APICallError.isInstance(lastFailure) ? readRetryAfter(lastFailure.responseHeaders) : 0;
  const longest = isHeld ? LONGEST_PAUSE_MILLIS.held : LONGEST_PAUSE_MILLIS.queued;
  return Math.min(longest, Math.max(growingPause(reads), spread, asked));
}

/** Whether the next status read may well succeed. */
function isPassing({ reads, isResumed }: Run, error: unknown): boolean {
  if (!APICallError.isInstance(error)) return false;
  // Right after the submission a job that is not found may only not be found yet.
  if (error.statusCode === 404) return reads === 0 && !isResumed;
  // What is no JSON with HTTP 200 comes from something in between.
  return error.isRetryable || error.statusCode === 200;
}

function cannotBeRead({ queue, latest }: Run, cause: unknown, then = howToGoOn(latest!.job)): RunpodJobError {
  if (APICallError.isInstance(cause) && cause.statusCode === 404) {
    return endedWithoutResult(queue, latest!, { kind: "expired", cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  const reason = `was submitted, but its status cannot be read: ${why}; ${then}`;
  return endedWithoutResult(queue, latest!, { kind: "deadline", reason, cause });
}

/** What to throw for an error that may only be the sign that the wait was stopped. */
function whyStopped(run: Run, error: unknown): unknown {
  const { queue, options, abortSignal, stop, latest, submitting } = run;
  if (!stop.signal.aborted) return error;
  const isDeadline = stop.signal.reason === DEADLINE;
  const isOver = latest !== undefined && isFinal(latest.job);
  const isCancelled = !isOver && ((isDeadline ? options.cancelOnTimeout : options.cancelOnAbort) ?? true);
  if (isCancelled && latest) cancelInBackground(queue, latest.job);
  else if (isCancelled && submitting) cancelInBackground(queue, submitting);
  if (!isDeadline) return abortSignal!.reason;

  const seconds = Math.round((Date.now() - run.startedAt) / 1000);
  if (latest === undefined) {
    return new APICallError({
      message: `Cannot ${queue.attempt}: ${
        run.lastFailure === undefined
          ? `the submission was not answered within ${seconds} s, so a job may or may not exist`
          : `no submission was taken within ${seconds} s, for the rate limit`
      }`,
      url: rootOf(queue),
      requestBodyValues: undefined,
      cause: run.lastFailure,
      isRetryable: false,
    });
  }
  const then = isCancelled ? "it is being cancelled (cancelOnTimeout: false lets it go on)" : howToGoOn(latest.job);
  if (run.lastFailure !== undefined) return cannotBeRead(run, run.lastFailure, then);
  const what = isOver ? "completed, but its result could not be read" : describeEnd("deadline", latest.job);
  const isSpent = run.reads + run.refusals >= run.maxReads;
  const spent = isSpent
    ? ` and ${run.reads} status reads, which is all that maxPollAttempts or maxRequests allows`
    : "";
  return endedWithoutResult(queue, latest, {
    kind: "deadline",
    reason: `${what} after ${seconds} s${spent}; ${then}`,
    cause: error,
  });
}

function howToGoOn({ id }: RunpodJob): string {
  return `to go on with it, pass jobId: "${id}" or call endpoint(…).wait("${id}")`;
}

async function tryAgain<T>(run: Run, again: () => Promise<T>): Promise<T> {
  const { stop, options: { maxRequests = Infinity } } = run;
  for (let tries = 1;; tries++) {
    run.downloads++;
    try {
      return await untilAborted(again(), stop.signal);
    } catch (error) {
      stop.signal.throwIfAborted();
      // Without a status it is a network failure, or a download that is not allowed.
      const isPassingStatus = DownloadError.isInstance(error)
        ? error.statusCode !== undefined && (error.statusCode >= 500 || [408, 425, 429].includes(error.statusCode))
        : true;
      const isSpent = 1 + run.refusals + run.reads + run.downloads >= maxRequests;
      if (!isPassingStatus || isSpent || tries === MAX_DOWNLOAD_TRIES) throw error;
      await pause(growingPause(tries), stop.signal);
    }
  }
}

/** Tells the caller what changed. */
function tell(run: Run): void {
  const { onJobUpdate } = run.queue.settings;
  if (!onJobUpdate) return;
  const { id: jobId, output, error: _, cost: __, ...job } = run.latest!.job;
  const update = {
    endpoint: run.queue.endpoint.name,
    jobId,
    ...job,
    ...(isFinal(run.latest!.job) || output === undefined ? {} : { progress: output }),
  };
  const text = JSON.stringify(update);
  if (text === run.told) return;
  run.told = text;
  try {
    onJobUpdate(update);
  } catch {
    // The caller's bookkeeping must not cost the caller a paid job.
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(millis, { abortSignal: signal });
  } catch {
    // The stop's own reason, not the delay's.
    signal.throwIfAborted();
  }
}
