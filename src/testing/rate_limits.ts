import type { EmulatedOperation } from "./route.ts";

/** Requests in ten seconds and at one time, as Runpod documents them; operations that it does not list have no limit. */
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

const windowMillis = 10_000;

/** Lets a request in, or not. What it returns is to be called, once or more, when the request is over. */
export type Admit = (endpoint: string, operation: EmulatedOperation, now: number) => (() => void) | undefined;

/** Counts requests by endpoint and operation. The window opens with the first request after the last one has closed. */
export function limitRates(): Admit {
  const counts = new Map<string, { since: number; inWindow: number; atOnce: number }>();
  return (endpoint, operation, now) => {
    const [perWindow, atOnce] = limits[operation] ?? [Infinity, Infinity];
    const key = `${operation} ${endpoint}`;
    const count = counts.get(key) ?? { since: now, inWindow: 0, atOnce: 0 };
    counts.set(key, count);
    if (now >= count.since + windowMillis) Object.assign(count, { since: now, inWindow: 0 });
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
