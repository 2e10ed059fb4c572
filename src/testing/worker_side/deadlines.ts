import { endJob, executionDeadline } from "../queue/job.ts";
import { endOf, removalTime } from "../queue/job_state.ts";
import { lose, stop } from "./leases.ts";
import type { WorkerPool } from "./pool.ts";
import { loseWorker } from "./workers.ts";

interface Deadline {
  at: number;
  pass: (at: number) => void;
}

/**
 * Does everything that has become due: jobs over their execution timeout or time to live, and lost jobs and workers.
 * Then sets a timer for the next deadline.
 */
export function passDeadlines(pool: WorkerPool, now: number): void {
  let next = nextDeadline(pool);
  for (; next !== undefined && next.at <= now; next = nextDeadline(pool)) next.pass(next.at);
  setTimer(pool, next?.at);
}

function nextDeadline(pool: WorkerPool): Deadline | undefined {
  let first: Deadline | undefined;
  const consider = (at: number, pass: Deadline["pass"]) => {
    if (first === undefined || at < first.at) first = { at, pass };
  };
  for (const worker of pool.workers.values()) {
    const lastSign = Math.min(worker.pingedAt ?? worker.seenAt, worker.brokeOffAt ?? Infinity);
    consider(lastSign + pool.lostAfterMillis, (at) => loseWorker(pool, worker, at));
  }
  for (const lease of pool.leases.values()) {
    const { job, unnamedSince } = lease;
    consider(executionDeadline(job), (at) => {
      const end = endOf(job, at);
      stop(pool, lease, at);
      if (end !== undefined) endJob(job, end);
    });
    consider(removalTime(job), (at) => stop(pool, lease, at));
    if (unnamedSince !== undefined) consider(unnamedSince + pool.lostAfterMillis, (at) => lose(pool, lease, at));
  }
  return first;
}

/** Keeps one timer. A timer that fires early, because its deadline was moved, only sets the next one. */
function setTimer(pool: WorkerPool, at: number | undefined): void {
  if (pool.timer !== undefined && at !== undefined && pool.timer.at <= at) return;
  clearTimeout(pool.timer?.id);
  pool.timer = undefined;
  if (at === undefined) return;
  const id = setTimeout(() => {
    pool.timer = undefined;
    passDeadlines(pool, Date.now());
  }, Math.max(0, at - Date.now()));
  pool.timer = { at, id };
}
