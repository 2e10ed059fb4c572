/**
 * How long and how often to wait for a job, as the caller may set it.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { once } from "../once.ts";
import { LIMITS } from "./queue.ts";

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
  /**
   * The pause before each status read, in milliseconds. Default: 6 % of the time that the job has taken so far, from 250
   * to 12,500 (5000 with `onJobUpdate`); 5000 with `maxPollAttempts`.
   */
  pollIntervalMillis?: number;
  /** The most requests that the call may make, for runtimes that limit them (50 on the Workers free plan); the pauses adapt. */
  maxRequests?: number;
  /** Whether an abort cancels the job. Default true. */
  cancelOnAbort?: boolean;
  /** Whether a wait that ends before the job does cancels it. Default true; false leaves it to be continued by its id. */
  cancelOnTimeout?: boolean;
}

/** One submission, one download and one cancel are set aside from a request budget. */
export const RESERVED_REQUESTS = 3;
const MIN_REQUESTS = RESERVED_REQUESTS + 1;

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

const POLICY = "{ executionTimeout, ttl, lowPriority }";
const LIMIT = "a number of milliseconds";

/** The checks of what a submission has beside its input. */
export const submissionOptions = () => ({
  webhook: z.optional(z.string("a URL as text")),
  policy: z.optional(z.looseObject({
    executionTimeout: z.optional(z.number(LIMIT)),
    ttl: z.optional(z.number(LIMIT)),
    lowPriority: z.optional(z.boolean(BOOLEAN)),
  }, POLICY)),
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
