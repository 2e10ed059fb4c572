/**
 * Keeps the status reads of many jobs on one endpoint under the service's rate limit.
 *
 * @module
 */
import { pause } from "./retry.ts";
import { type Queue, rootOf } from "./queue.ts";

/** 2,000 status reads in 10 seconds are allowed for an endpoint; some of them are left to others. */
const SPACING_MILLIS = 5.5;

/** The turns of one endpoint. */
interface Turns {
  /** When somebody last asked for one. */
  askedAt: number;
  /** When the next read may be made. */
  nextAt: number;
}

/** The turns by provider and endpoint. */
const turnsOf = new WeakMap<Queue["settings"], Map<string, Turns>>();

/** Holds a status read back until its turn has come. */
export async function takeTurn(queue: Queue, signal: AbortSignal | undefined): Promise<void> {
  const endpoints = turnsOf.get(queue.settings) ?? new Map<string, Turns>();
  turnsOf.set(queue.settings, endpoints);
  const root = rootOf(queue);
  const now = Date.now();
  const turns = endpoints.get(root);
  // By a clock that was set back since, the next turn may be hours away.
  const at = turns && now >= turns.askedAt ? Math.max(now, turns.nextAt) : now;
  endpoints.set(root, { askedAt: now, nextAt: at + SPACING_MILLIS });
  if (at > now) await pause(at - now, signal);
}
