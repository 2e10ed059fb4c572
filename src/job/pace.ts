/**
 * Keeps the status reads of many jobs on one endpoint under the service's rate limit.
 *
 * @module
 */
import { pause } from "./persist.ts";
import { type Queue, rootOf } from "./queue.ts";

/** 2,000 status reads in 10 seconds are allowed for an endpoint; some of them are left to others. */
const SPACING_MILLIS = 5.5;
/** One window of the limit: a longer hold is a clock that was set back. */
const MAX_HOLD_MILLIS = 10_000;

/** When the next read may be made, by provider and endpoint. */
const nextReads = new WeakMap<Queue["settings"], Map<string, number>>();

/** Holds a status read back until its turn has come. */
export async function takeTurn(queue: Queue, signal: AbortSignal): Promise<void> {
  const turns = nextReads.get(queue.settings) ?? new Map<string, number>();
  nextReads.set(queue.settings, turns);
  const root = rootOf(queue);
  const now = Date.now();
  const hold = Math.max(0, (turns.get(root) ?? now) - now);
  const held = hold > MAX_HOLD_MILLIS ? 0 : hold;
  turns.set(root, now + held + SPACING_MILLIS);
  if (held > 0) await pause(held, signal);
}
