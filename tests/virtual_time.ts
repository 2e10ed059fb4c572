/**
 * A virtual clock: `Date.now` and `setTimeout` of everything that runs inside, with no real waiting.
 *
 * @module
 */

interface Timer {
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
  const timers = new Map<number, Timer>();
  let now = start;
  let lastId = 0;

  Date.now = () => now;
  // Ids are numbers on every runtime here, which is what browsers and Workers have.
  Object.assign(globalThis, {
    setTimeout: (callback: (...args: unknown[]) => void, millis = 0, ...args: unknown[]) => {
      timers.set(++lastId, { at: now + Math.max(0, millis), run: () => callback(...args) });
      return lastId;
    },
    clearTimeout: (id: unknown) => {
      if (typeof id === "number" && timers.delete(id)) return;
      real.clearTimeout(id as number);
    },
  });

  // Two turns of the real event loop: promises and streams in process need no more to come to rest.
  const rest = async () => {
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => real.setTimeout(resolve, 0));
  };

  try {
    let isSettled = false;
    const result = run({ elapsed: () => now - start, pending: () => timers.size });
    const settled = result.then(() => {}, () => {}).then(() => isSettled = true);
    for (let idleTurns = 0; !isSettled;) {
      await rest();
      if (isSettled) break;
      const next = [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined) {
        if (++idleTurns > 1000) throw new Error("Stuck: the test waits for something that no timer will bring");
        continue;
      }
      idleTurns = 0;
      const [id, timer] = next;
      timers.delete(id);
      now = Math.max(now, timer.at);
      timer.run();
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
