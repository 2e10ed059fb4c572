/**
 * Keeps the status reads of many jobs on one endpoint under the service's rate limit.
 *
 * @module
 */
import { RATE_LIMITS, RATE_WINDOW_MILLIS } from "./limits.ts";
import { type Queue, rootOf } from "./queue.ts";
import { pause } from "./retry.ts";

/** The time between two reads, in milliseconds: 10 % more than the limit asks for, which leaves some for other clients. */
const SPACING_MILLIS = 1.1 * RATE_WINDOW_MILLIS / RATE_LIMITS.status;

/** The schedule of the reads of one endpoint. Times are in milliseconds since 1970. */
interface ReadSlots {
  /** When a slot was last asked for. */
  askedAt: number;
  /** When the next read may start. */
  nextAt: number;
}

/** The schedules, by provider and endpoint. */
const slotsOf = new WeakMap<Queue["settings"], Map<string, ReadSlots>>();

/**
 * Waits until the next status read may start.
 *
 * @throws the signal's reason, as soon as it aborts.
 */
export async function waitForReadSlot(queue: Queue, signal: AbortSignal | undefined): Promise<void> {
  const endpoints = slotsOf.get(queue.settings) ?? new Map<string, ReadSlots>();
  slotsOf.set(queue.settings, endpoints);
  const root = rootOf(queue);
  const slots = endpoints.get(root);
  const now = Date.now();
  // If the clock was set back meanwhile, the next slot may be hours away, so the schedule starts anew.
  const isValid = slots !== undefined && now >= slots.askedAt;
  const startAt = isValid ? Math.max(now, slots.nextAt) : now;
  endpoints.set(root, { askedAt: now, nextAt: startAt + SPACING_MILLIS });
  if (startAt > now) await pause(startAt - now, signal);
}
