/**
 * A virtual clock that jumps to the next timer whenever nothing else is left to do, so that no test really waits.
 *
 * @module
 */
import { FakeTime } from "@std/testing/time";

/** What a test may ask the clock. */
export interface VirtualClock {
  /** Virtual milliseconds since the start. */
  elapsed(): number;
  /** Whether a timer is set. It fires if so, which makes this a question for the end of a test. */
  hasTimers(): boolean;
}

/** After so many rests without a timer, nothing will happen any more. */
const MAX_IDLE_RESTS = 1000;

interface Options {
  /** Where the clock starts, in milliseconds since 1970. Default: now. */
  startAt?: number;
  /** Whether the test sets tens of thousands of timers. It must not read large bodies then. */
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
    const result = run({ elapsed: () => time.now - time.start, hasTimers: () => time.next() });
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

/** A signal that aborts after virtual time, and the reason it aborts with. */
export function abortAfter(millis: number): { abortSignal: AbortSignal; reason: Error } {
  const abort = new AbortController();
  const reason = new Error("the caller left");
  setTimeout(() => abort.abort(reason), millis);
  return { abortSignal: abort.signal, reason };
}

/** Lets virtual time pass, so that what goes on in the background can come to its end. */
export function settled(millis = 1000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/**
 * Waits until promises, and streams in this process, have done what they can without a timer. One turn of the event loop
 * was seen to be enough where there is `setImmediate`; that of Workers is as slow as a real timer, which takes a
 * millisecond and fires when all else is done. Ten small bodies were enough there too.
 */
async function rest(time: FakeTime, hasManyTimers: boolean): Promise<void> {
  const { setImmediate, navigator } = globalThis as {
    setImmediate?: (run: () => void) => unknown;
    navigator?: { userAgent?: string };
  };
  if (setImmediate !== undefined && navigator?.userAgent !== "Cloudflare-Workers") {
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  } else if (hasManyTimers) {
    for (let turn = 0; turn < 20; turn++) await new Response(" ").text();
  } else {
    await time.runMicrotasks();
  }
}
