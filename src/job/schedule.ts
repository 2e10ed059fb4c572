/**
 * When to look at a job again. Pure, but for the jitter.
 *
 * @module
 */

/** A read comes at most this much of the time that the job has taken too late. */
const SHARE = 0.06;
/** The shortest and the longest pause between two status reads, and the longest while somebody watches. */
const SHORTEST_MILLIS = 250;
const LONGEST_MILLIS = 12_500;
const LONGEST_WATCHED_MILLIS = 5000;
/** No pause may outlast a result: they live one minute after `/runsync`, and half an hour after `/run`. */
export const LONGEST_PAUSE_MILLIS = { held: 45_000, queued: 600_000 };
/** What timers take: they fire at once for more. */
export const MAX_TIMER_MILLIS = 2 ** 31 - 1;
/** The pauses after failures: the first, the longest, and what each is longer than the one before. */
const FAILURE_MILLIS = { first: 250, longest: 5000, growth: 1.5 };
// So that many jobs that were submitted at once do not ask at once.
const JITTER = 0.2;

/** What the next pause depends on; times are in milliseconds. */
export interface Progress {
  /** Since the job's state was last seen to change. */
  sinceChange: number;
  /** Whether somebody is told of every change. */
  isWatched: boolean;
  /** A budget of reads, if there is one: how many are left, for which time, after which time. */
  budget?: { reads: number; elapsed: number; left: number };
}

/** The pause before the next status read: in proportion to the time that the job has taken. */
export function statusPause({ sinceChange, isWatched, budget }: Progress): number {
  const longest = isWatched ? LONGEST_WATCHED_MILLIS : LONGEST_MILLIS;
  const pause = Math.min(longest, Math.max(SHORTEST_MILLIS, sinceChange * SHARE));
  return Math.max(jitter(pause), budget ? spread(budget) : 0);
}

/** The pause after some failures in a row. */
export function failurePause(failures: number): number {
  const { first, longest, growth } = FAILURE_MILLIS;
  return jitter(Math.min(longest, first * growth ** failures));
}

/** What a `Retry-After` header asks for, in milliseconds; 0 when it asks for nothing. */
export function readRetryAfter(headers: Record<string, string> | undefined): number {
  const value = headers?.["retry-after"];
  if (value === undefined) return 0;
  const seconds = Number(value);
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return millis > 0 ? millis : 0;
}

/** The same proportion for each of the reads that are left, so that short jobs are seen soon and long ones are seen. */
function spread({ reads, elapsed, left }: NonNullable<Progress["budget"]>): number {
  const passed = Math.max(elapsed, SHORTEST_MILLIS / SHARE);
  return passed * ((1 + left / passed) ** (1 / Math.max(1, reads)) - 1);
}

function jitter(millis: number): number {
  return millis * (1 - JITTER + 2 * JITTER * Math.random());
}
