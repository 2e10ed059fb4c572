/**
 * How long and how often to wait for a job, and what else a submission takes: the options of callers, and their checks.
 *
 * @module
 */
import * as z from "zod/v4-mini";
import { flag, nonEmptyText, number, positive, text, whole } from "../checks.ts";
import { once } from "../once.ts";
import { HOLD_MILLIS } from "./limits.ts";
import type { RunpodJobPolicy } from "./submission.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** How to wait for a job. */
export type RunpodWaitOptions = {
  /**
   * How long the service holds the submission until the job has ended, in milliseconds, from 0 to 300,000. A job that ends
   * within that time costs one request. 0 submits through `/run`, which tells the job's id at once, so that the job can be
   * stored or cancelled.
   *
   * @default 90_000, or 1_000 with an abort signal that cancels the job, or 0 with `onJobUpdate` or a webhook
   */
  waitMillis?: number | undefined;
  /**
   * How long the whole call may take, in milliseconds, above 0.
   *
   * @default 600_000, or no limit if `maxPollAttempts` or `pollIntervalMillis` is set
   */
  timeoutMillis?: number | undefined;
  /**
   * The most status reads before the wait ends, from 1.
   *
   * @default no limit but `timeoutMillis`, or 60 if `pollIntervalMillis` is set
   */
  maxPollAttempts?: number | undefined;
  /**
   * The pause before each status read, in milliseconds, from 0. With it, or with `maxPollAttempts`, the service does not hold
   * the status reads until the job has ended.
   *
   * @default none where the service holds the reads; otherwise 6 % of the time since the status last changed, plus or minus a
   * fifth, from 250 to 4,000, or 5,000 if `maxPollAttempts` is set
   */
  pollIntervalMillis?: number | undefined;
  /**
   * The most requests that the call may make, from 4, for runtimes that limit them (50 on the Workers free plan). The pauses
   * between status reads grow so that the requests last until the deadline.
   *
   * @default no limit
   */
  maxRequests?: number | undefined;
  /**
   * Whether an abort of the call cancels the job.
   *
   * @default true
   */
  cancelOnAbort?: boolean | undefined;
  /**
   * Whether the job is cancelled when the wait ends before the job does. With `false` the job goes on and can be continued
   * by its id.
   *
   * @default true
   */
  cancelOnTimeout?: boolean | undefined;
};

/** The wait options that only count where the status is polled. */
export const POLLING = ["waitMillis", "maxPollAttempts", "pollIntervalMillis", "maxRequests"] as const;

/** Options about the job of a call, under `providerOptions.runpod`. Every kind of model has them. */
export type RunpodJobOptions = RunpodWaitOptions & {
  /** The id of a job to continue, instead of submitting a new one. */
  jobId?: string | undefined;
  /** Limits of the job. */
  policy?: RunpodJobPolicy | undefined;
  /** A URL that Runpod calls with the job when it has ended. Calls are not signed, so put a secret into the URL. */
  webhook?: string | undefined;
};

/** The requests of `maxRequests` that are not status reads: one submission, one download and one cancel. */
export const RESERVED_REQUESTS = 3;
const MIN_REQUESTS = RESERVED_REQUESTS + 1;

const MILLIS = "a number of milliseconds, 0 or more";
const POSITIVE_MILLIS = "a number of milliseconds above 0";
const COUNT = "a whole number above 0";

/** Makes the checks of {@link RunpodWaitOptions} and of the id of a job to continue, for the schemas of all modalities. */
export const waitOptions = () => ({
  waitMillis: number(`a number of milliseconds from 0 to ${HOLD_MILLIS.max}`, 0, HOLD_MILLIS.max),
  timeoutMillis: positive(POSITIVE_MILLIS),
  maxPollAttempts: whole(COUNT, 1),
  pollIntervalMillis: number(MILLIS, 0),
  maxRequests: whole(`a whole number of at least ${MIN_REQUESTS}`, MIN_REQUESTS),
  cancelOnAbort: flag(),
  cancelOnTimeout: flag(),
  jobId: nonEmptyText("a job's id"),
});

const LIMIT = "a number of milliseconds";

/** Makes the checks of what a submission takes beside its input. */
export const submissionOptions = () => ({
  webhook: text("a URL as text"),
  policy: z.optional(z.looseObject(
    { executionTimeout: number(LIMIT), ttl: number(LIMIT), lowPriority: flag() },
    "{ executionTimeout, ttl, lowPriority }",
  )),
});

/**
 * Checks wait options that come from the caller's code and not through `providerOptions`.
 *
 * @throws {InvalidArgumentError} that names the option, its value and what is allowed.
 */
export function checkWaitOptions(options: RunpodWaitOptions): void {
  const result = z.safeParse(schema(), options);
  if (result.success) return;
  const [{ path: [option], message }] = result.error.issues;
  const value = options[option as keyof RunpodWaitOptions];
  const shown = typeof value === "string" ? `"${value}"` : value;
  throw invalidArgument("wait for a job", String(option), `${String(option)} ${shown} is not ${message}`);
}

const schema = once(() => z.object(waitOptions()));
