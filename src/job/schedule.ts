/**
 * How long to pause between two requests about a job.
 *
 * @module
 */
import { RESULT_LIFETIME_MILLIS } from "./limits.ts";

/** Each pause is this share of the time since the status last changed, so a change is noticed about 6 % late at most. */
const PAUSE_SHARE = 0.06;
const SHORTEST_PAUSE_MILLIS = 250;
/** With the jitter, no result comes later than with a pause of five seconds. */
const LONGEST_PAUSE_MILLIS = 4000;

/** No pause may be longer, or the result could expire during it. By the route that the job was submitted to. */
export const PAUSE_LIMIT_MILLIS = {
  run: RESULT_LIFETIME_MILLIS.run / 3,
  runSync: RESULT_LIFETIME_MILLIS.runSync * 3 / 4,
};

/** The longest delay that timers support. They fire at once for a longer one. */
export const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** Exponential backoff: the first pause, the longest, and the factor from one to the next. */
const BACKOFF = { firstMillis: 250, longestMillis: 5000, factor: 1.5 };

/** Pauses vary by this share, so that many jobs that were submitted together are not read together. */
const JITTER = 0.2;

/** What the next pause depends on. Times are in milliseconds. */
export interface Progress {
  /** Time since the job's status was last seen to change. */
  sinceChange: number;
  /** With `maxRequests`: status reads left, time elapsed, time left until the deadline. */
  budget?: { readsLeft: number; elapsed: number; left: number };
}

/** The pause before the next status read. */
export function statusPause({ sinceChange, budget }: Progress): number {
  const pause = Math.min(LONGEST_PAUSE_MILLIS, Math.max(SHORTEST_PAUSE_MILLIS, sinceChange * PAUSE_SHARE));
  return Math.max(jitter(pause), budget ? budgetPause(budget) : 0);
}

/** The pause after a number of failures in a row, from 0. */
export function backoffPause(failures: number): number {
  const { firstMillis, longestMillis, factor } = BACKOFF;
  return jitter(Math.min(longestMillis, firstMillis * factor ** failures));
}

/** The pause that a `Retry-After` header asks for (seconds or a date), in milliseconds; 0 if there is none. */
export function readRetryAfter(headers: Record<string, string> | undefined): number {
  const value = headers?.["retry-after"];
  if (value === undefined) return 0;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return millis > 0 ? millis : 0;
}

/** Spaces the remaining reads geometrically until the deadline: dense early for short jobs, sparse late for long ones. */
function budgetPause({ readsLeft, elapsed, left }: NonNullable<Progress["budget"]>): number {
  const passed = Math.max(elapsed, SHORTEST_PAUSE_MILLIS / PAUSE_SHARE);
  const growth = (1 + left / passed) ** (1 / Math.max(1, readsLeft));
  return passed * (growth - 1);
}

function jitter(millis: number): number {
  return millis * (1 - JITTER + 2 * JITTER * Math.random());
}
