import type { Job } from "./job.ts";
import { nextChange } from "./job_state.ts";
import { runIfDue } from "./run.ts";

/** The longest delay that the timers of every runtime can hold. */
const MAX_TIMER_MILLIS = 0x7fffffff;

/**
 * Waits until `isReady` is true, for at most the given milliseconds. Sets no timer if there is nothing to wait for.
 *
 * @throws the signal's reason
 */
export async function waitFor(
  job: Job,
  isReady: (now: number) => boolean,
  millis: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + millis;
  while (true) {
    // An async handler that awaits nothing real ends within a few microtasks. A timer for it would only slow tests.
    for (let turn = 0; turn < 100 && isRunning(job, Date.now()); turn++) await undefined;
    const now = Date.now();
    if (isReady(now) || now >= deadline) return;
    await sleepUntilWoken(job.waiting, Math.min(deadline, nextChange(job, now)) - now, signal);
  }
}

/**
 * Waits until the callback that it puts into `waiting` is called, or for the given milliseconds.
 *
 * @throws the signal's reason
 */
export function sleepUntilWoken(waiting: Set<() => void>, millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    // A delay that was cut short wakes the caller early; it looks at the clock and sleeps again.
    const timer = millis === Infinity ? undefined : setTimeout(wake, Math.min(millis, MAX_TIMER_MILLIS));
    function stop() {
      clearTimeout(timer);
      waiting.delete(wake);
      signal.removeEventListener("abort", abort);
    }
    function wake() {
      stop();
      resolve();
    }
    function abort() {
      stop();
      reject(signal.reason);
    }
    waiting.add(wake);
    signal.addEventListener("abort", abort);
  });
}

function isRunning(job: Job, now: number): boolean {
  runIfDue(job, now);
  return job.work !== undefined && job.run !== undefined && job.end === undefined;
}
