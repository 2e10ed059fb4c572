/**
 * A virtual clock: `Date.now` and `setTimeout` of everything that runs inside, with no real waiting.
 *
 * @module
 */

interface Timer {
  id: number;
  at: number;
  run: () => void;
}

/** What a test may ask the clock. */
export interface VirtualClock {
  /** Virtual milliseconds since the start. */
  elapsed(): number;
  /** Timers that are set and have neither fired nor been cleared. */
  pending(): number;
}

/** Runs a function on a virtual clock that jumps to the next timer whenever nothing else is left to do. */
export async function withVirtualTime<T>(run: (clock: VirtualClock) => Promise<T>): Promise<T> {
  const real = { now: Date.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const start = real.now();
  const timers = timerQueue();
  let now = start;
  let lastId = 0;

  Date.now = () => now;
  // Ids are numbers on every runtime here, which is what browsers and Workers have.
  Object.assign(globalThis, {
    setTimeout: (callback: (...args: unknown[]) => void, millis = 0, ...args: unknown[]) => {
      timers.add({ id: ++lastId, at: now + Math.max(0, millis), run: () => callback(...args) });
      return lastId;
    },
    clearTimeout: (id: unknown) => {
      if (typeof id === "number" && timers.remove(id)) return;
      real.clearTimeout(id as number);
    },
  });

  try {
    let isSettled = false;
    const result = run({ elapsed: () => now - start, pending: () => timers.size() });
    const settled = result.then(() => {}, () => {}).then(() => isSettled = true);
    for (let idleTurns = 0; !isSettled;) {
      await shortRest();
      if (!isSettled && timers.nextAt() - now > LONG_JUMP_MILLIS) await longRest(real.setTimeout);
      if (isSettled) break;
      const next = timers.takeFirst();
      if (next === undefined) {
        if (++idleTurns > 1000) throw new Error("Stuck: the test waits for something that no timer will bring");
        continue;
      }
      idleTurns = 0;
      now = Math.max(now, next.at);
      next.run();
    }
    await settled;
    return await result;
  } finally {
    Date.now = real.now;
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
  }
}

/** Lets virtual time pass, so that what goes on in the background can come to its end. */
export function settled(millis = 1000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** A jump that is longer than this is worth a real wait of milliseconds before it. */
const LONG_JUMP_MILLIS = 1000;

/** Two turns of the real event loop: promises and streams in process need no more to come to rest. */
async function longRest(setTimeout: typeof globalThis.setTimeout): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

/**
 * The same in microseconds, for tests with very many timers: enough for promises and small bodies. On Workers, where
 * `setImmediate` takes as long as `setTimeout`, a turn is a body that is read, and one call reads several.
 */
async function shortRest(): Promise<void> {
  const { setImmediate, navigator } = globalThis as {
    setImmediate?: (run: () => void) => unknown;
    navigator?: { userAgent?: string };
  };
  if (setImmediate === undefined || navigator?.userAgent === "Cloudflare-Workers") {
    for (let turn = 0; turn < 12; turn++) await new Response(" ").text();
  } else {
    for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Timers, the next to fire first: a binary heap, out of which removed timers fall when they come to its top. */
function timerQueue() {
  const heap: Timer[] = [];
  const live = new Set<number>();
  const isBefore = (a: Timer, b: Timer) => a.at === b.at ? a.id < b.id : a.at < b.at;
  const pop = (): Timer | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  };
  return {
    size: () => live.size,
    /** When the next timer fires; never, where there is none. */
    nextAt(): number {
      while (heap.length > 0 && !live.has(heap[0].id)) pop();
      return heap[0]?.at ?? Infinity;
    },
    remove: (id: number) => live.delete(id),
    add(timer: Timer) {
      live.add(timer.id);
      let index = heap.push(timer) - 1;
      for (let parent = (index - 1) >> 1; index > 0 && isBefore(timer, heap[parent]); parent = (index - 1) >> 1) {
        heap[index] = heap[parent];
        index = parent;
      }
      heap[index] = timer;
    },
    takeFirst(): Timer | undefined {
      for (let timer = pop(); timer !== undefined; timer = pop()) {
        if (live.delete(timer.id)) return timer;
      }
    },
  };
}
