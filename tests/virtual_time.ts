/**
 * A virtual clock that jumps to the next timer whenever the test has nothing else to do. No test waits in real time.
 *
 * @module
 */
import { FakeTime } from "@std/testing/time";

/** The clock of a test. */
export interface VirtualClock {
  /** Virtual milliseconds since the start. */
  elapsed(): number;
  /** Advances the clock, and runs the timers that are due by then. */
  move(millis: number): void;
  /** Whether a timer is set. To find out, the next timer fires, so call this at the end of a test. */
  hasTimers(): boolean;
}

/** After this many rests without a timer, the test is stuck. */
const MAX_IDLE_RESTS = 1000;

interface Options {
  /** Where the clock starts, in milliseconds since 1970. Default: now. */
  startAt?: number;
  /** Whether the test sets tens of thousands of timers. Such a test must not read large bodies. */
  hasManyTimers?: boolean;
}

/** Runs a function on the virtual clock. */
export async function withVirtualTime<T>(
  run: (clock: VirtualClock) => Promise<T>,
  { startAt, hasManyTimers = false }: Options = {},
): Promise<T> {
  const time = new FakeTime(startAt);
  try {
    let isRunning = true;
    const result = run({
      elapsed: () => time.now - time.start,
      move: (millis) => time.tick(millis),
      hasTimers: () => time.next(),
    });
    const ended = () => isRunning = false;
    result.then(ended, ended);
    for (let idleRests = 0; isRunning;) {
      await rest(time, hasManyTimers);
      if (!isRunning) break;
      idleRests = time.next() ? 0 : idleRests + 1;
      if (idleRests > MAX_IDLE_RESTS) throw new Error("Stuck: the test waits for something that no timer will bring");
    }
    return await result;
  } finally {
    time.restore();
  }
}

/** A signal that aborts after virtual time, and its reason. */
export function abortAfter(millis: number): { abortSignal: AbortSignal; reason: Error } {
  const abort = new AbortController();
  const reason = new Error("the caller left");
  setTimeout(() => abort.abort(reason), millis);
  return { abortSignal: abort.signal, reason };
}

/** Lets virtual time pass, so that background work can end. */
export function settled(millis = 1000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/**
 * Waits until promises and streams in this process have done all they can without a timer.
 *
 * With `setImmediate`, one turn of the event loop is enough; four are safe. Workers have a slow `setImmediate`, or none.
 * There a real timer fires when everything else is done, but takes a millisecond. Reading ten small bodies is enough too;
 * twenty are safe.
 */
async function rest(time: FakeTime, hasManyTimers: boolean): Promise<void> {
  const { setImmediate, untilQuiet, navigator } = globalThis as {
    untilQuiet?: () => Promise<void>;
    setImmediate?: (run: () => void) => unknown;
    navigator?: { userAgent?: string };
  };
  if (untilQuiet !== undefined) {
    await untilQuiet();
  } else if (setImmediate !== undefined && navigator?.userAgent !== "Cloudflare-Workers") {
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  } else if (hasManyTimers) {
    for (let turn = 0; turn < 20; turn++) await new Response(" ").text();
  } else {
    await time.runMicrotasks();
  }
}
