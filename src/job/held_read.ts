/**
 * Status reads that the service holds until the job has ended, so that its result arrives one network trip later.
 *
 * Runpod's own JavaScript and Go SDKs use `/status-sync`, but the documentation no longer has it. So an endpoint without it is
 * remembered, and read with plain status reads.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { RunpodProviderSettings } from "../settings.ts";
import { isFinal } from "./envelope.ts";
import { CONCURRENCY_LIMITS, HOLD_MILLIS, READ_TIMEOUT_MILLIS } from "./limits.ts";
import { isPostOnly } from "./post_only.ts";
import { type JobAnswer, type Queue, requestHeldStatus } from "./queue.ts";
import { waitForSlot } from "./rate_limit.ts";
import { isTransientError } from "./retry.ts";
import { readStatusWithTimeout } from "./status_read.ts";
import { withTimeout } from "./timeout.ts";

/** What is known of the held reads of one endpoint. */
interface Holds {
  /** How many are open. */
  open: number;
  /** When one was last not possible because too many were open, in milliseconds since 1970. */
  refusedAt: number;
  /** How many in a row were refused although the job exists. */
  misses: number;
  /** The longest hold that no proxy has cut, in milliseconds. */
  longestMillis: number;
}

/** What is known, by provider and endpoint. */
const holdsOf = new WeakMap<RunpodProviderSettings, Map<string | undefined, Holds>>();

/** A single miss may also be a job that the service did not know yet. */
const MISSES_OF_A_MISSING_ROUTE = 2;
/** Leaves some of the endpoint's places for plain reads and for other clients. */
const MAX_OPEN = CONCURRENCY_LIMITS.status * 3 / 4;
/** For how long a wait that has had a place leaves it to others, after one found none. */
const TURN_MILLIS = 10_000;
/** A read that fails sooner was not cut because it was held. */
const SHORTEST_CUT_MILLIS = 5000;
/** The share of the time of a cut hold that the next one asks for. */
const AFTER_CUT = 0.75;

function known({ settings, endpoint: { root } }: Queue): Holds {
  const endpoints = holdsOf.get(settings) ?? new Map<string | undefined, Holds>();
  holdsOf.set(settings, endpoints);
  const holds = endpoints.get(root) ?? { open: 0, refusedAt: 0, misses: 0, longestMillis: HOLD_MILLIS.default };
  endpoints.set(root, holds);
  return holds;
}

/**
 * The longest time that the next read may be held, in milliseconds; `undefined` if it has to be a plain read.
 *
 * @param hadTurn Whether the last read of this job was held.
 */
export function longestHold(queue: Queue, hadTurn: boolean): number | undefined {
  const holds = known(queue);
  if (isPostOnly(queue) || holds.misses >= MISSES_OF_A_MISSING_ROUTE) return undefined;
  const now = Date.now();
  if (holds.open >= MAX_OPEN) holds.refusedAt = now;
  else if (!hadTurn || now - holds.refusedAt > TURN_MILLIS) return holds.longestMillis;
  return undefined;
}

/** The answer to a held read. */
export interface HeldAnswer extends JobAnswer {
  /** Whether the job goes on although the hold was not over. The next read has to pause first. */
  isEarly: boolean;
}

/**
 * Reads the status of a job, held for a time in milliseconds. Where that fails for the hold's sake, reads it plainly.
 *
 * @throws {APICallError} when the read fails. One that timed out is retryable, like any other without an answer.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function readHeldStatus(
  queue: Queue,
  jobId: string,
  holdMillis: number,
  signal: AbortSignal | undefined,
): Promise<HeldAnswer> {
  await waitForSlot(queue, "status", signal);
  const holds = known(queue);
  holds.open++;
  const startedAt = Date.now();
  const elapsed = () => Date.now() - startedAt;
  try {
    const timeoutMillis = holdMillis + READ_TIMEOUT_MILLIS.status;
    const held = await withTimeout(
      queue,
      timeoutMillis,
      signal,
      (abortSignal) => requestHeldStatus(queue, jobId, holdMillis, abortSignal),
    );
    holds.misses = 0;
    return { ...held, isEarly: !isFinal(held.job) && elapsed() < holdMillis / 2 };
  } catch (error) {
    signal?.throwIfAborted();
    const isCut = elapsed() >= SHORTEST_CUT_MILLIS && isTransientError(error);
    if (isCut) holds.longestMillis = Math.max(HOLD_MILLIS.min, Math.round(elapsed() * AFTER_CUT));
    else if (!isRouteRefused(error)) throw error;
    // Throws if it is the job that the service does not know.
    const plain = await readStatusWithTimeout(queue, jobId, signal);
    if (!isCut) holds.misses++;
    return { ...plain, isEarly: !isCut };
  } finally {
    holds.open--;
  }
}

/** Statuses that say nothing of the route. */
const OTHER_REFUSALS = [401, 403, 408, 409, 425, 429];

/** Whether an answer may mean that there is no such route: an error of the client's, or a page in the place of a job. */
function isRouteRefused(error: unknown): boolean {
  if (!APICallError.isInstance(error)) return false;
  const { statusCode = 0 } = error;
  return (statusCode >= 200 && statusCode < 500 && !OTHER_REFUSALS.includes(statusCode)) || statusCode === 501;
}
