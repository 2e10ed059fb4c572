/**
 * Keeps the status reads and the cancels of many jobs on one endpoint under the service's rate limits.
 *
 * @module
 */
import { RATE_LIMITS, RATE_WINDOW_MILLIS } from "./limits.ts";
import { type Queue, rootOf } from "./queue.ts";
import { pause } from "./retry.ts";

/** The time between two requests is longer than the limit asks for, which leaves some for other clients. */
const MARGIN = 1.1;

/** The schedule of the requests of one kind to one endpoint. Times are in milliseconds since 1970. */
interface Slots {
  /** When a slot was last asked for. */
  askedAt: number;
  /** When the next request may start. */
  nextAt: number;
}

/** The schedules, by provider, kind and endpoint. */
const slotsOf = new WeakMap<Queue["settings"], Map<string, Slots>>();

/**
 * Waits until the next request of a kind may start.
 *
 * @throws the signal's reason, as soon as it aborts.
 */
export async function waitForSlot(
  queue: Queue,
  kind: "status" | "cancel",
  signal: AbortSignal | undefined,
): Promise<void> {
  const endpoints = slotsOf.get(queue.settings) ?? new Map<string, Slots>();
  slotsOf.set(queue.settings, endpoints);
  const key = kind + rootOf(queue);
  const slots = endpoints.get(key);
  const now = Date.now();
  // If the clock was set back meanwhile, the next slot may be hours away, so the schedule starts anew.
  const isValid = slots !== undefined && now >= slots.askedAt;
  const startAt = isValid ? Math.max(now, slots.nextAt) : now;
  const spacing = MARGIN * RATE_WINDOW_MILLIS / RATE_LIMITS[kind];
  endpoints.set(key, { askedAt: now, nextAt: startAt + spacing });
  if (startAt > now) await pause(startAt - now, signal);
}
