import type { EmulatedOperation } from "./route.ts";

/** The documented limits: requests in ten seconds, and requests at the same time. Other operations have none. */
const limits: Partial<Record<EmulatedOperation, [perWindow: number, atOnce: number]>> = {
  "run": [1000, 200],
  "runsync": [2000, 400],
  "status": [2000, 400],
  "status-sync": [2000, 400],
  "stream": [2000, 400],
  "cancel": [100, 20],
  "purge-queue": [2, Infinity],
  "openai": [2000, 400],
};

const WINDOW_MILLIS = 10_000;

/** Admits a request and returns a function to call when it is over; undefined if the request is over the limit. */
export type Admit = (endpoint: string, operation: EmulatedOperation, now: number) => (() => void) | undefined;

/** Creates a rate limit for each operation of each endpoint. A new window opens with the first request after the last one. */
export function limitRates(): Admit {
  const counts = new Map<string, { since: number; inWindow: number; atOnce: number }>();
  return (endpoint, operation, now) => {
    const [perWindow, atOnce] = limits[operation] ?? [Infinity, Infinity];
    const key = `${operation} ${endpoint}`;
    const count = counts.get(key) ?? { since: now, inWindow: 0, atOnce: 0 };
    counts.set(key, count);
    if (now >= count.since + WINDOW_MILLIS) Object.assign(count, { since: now, inWindow: 0 });
    if (count.inWindow >= perWindow || count.atOnce >= atOnce) return undefined;
    count.inWindow++;
    count.atOnce++;
    let isOver = false;
    return () => {
      if (!isOver) count.atOnce--;
      isOver = true;
    };
  };
}
