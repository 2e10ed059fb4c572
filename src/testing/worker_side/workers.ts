import { isKept } from "../queue/job_state.ts";
import type { EmulatedWorker } from "./emulated_worker.ts";
import { lose } from "./leases.ts";
import type { ExternalWorker, WorkerPool } from "./pool.ts";
import { wakeWorker, wakeWorkers } from "./wake.ts";
import { emulatedWorker, leasesOf, startingWorker, stateOf, tellState } from "./worker_state.ts";

/** Notes a ping of a worker. It does not make a worker join: the process that sends it can outlive the worker. */
export function seePing(pool: WorkerPool, id: string, now: number): ExternalWorker | undefined {
  const worker = pool.workers.get(id);
  if (worker !== undefined) worker.seenAt = worker.pingedAt = now;
  return worker;
}

/**
 * Notes any other request of a worker, which joins the pool with its first one.
 *
 * One that was reported to have ended stays outside for a while, so that its process, which may still be about to end,
 * gets no jobs.
 */
export function see(pool: WorkerPool, id: string, now: number): ExternalWorker {
  let worker = pool.workers.get(id);
  if (worker === undefined) {
    worker = {
      id,
      joinedAt: now,
      seenAt: now,
      idleSince: now,
      noJobsUntil: -Infinity,
      stops: new Set(),
      told: new Set(),
      waiting: new Set(),
      completed: 0,
      failed: 0,
    };
    if (now < (pool.ended.get(id) ?? -Infinity)) return worker;
    pool.workers.set(id, worker);
    pool.starting.delete(id);
  }
  worker.seenAt = now;
  worker.brokeOffAt = undefined;
  tellState(pool, worker, now);
  return worker;
}

/** Notes that a worker process was started. */
export function announceWorker(pool: WorkerPool, id: string, now: number): void {
  if (pool.workers.has(id)) return;
  pool.starting.set(id, now);
  pool.listener.workerChanged(startingWorker(pool, id, now));
}

/** Removes a worker whose process has ended, or is about to be ended. Its jobs go back to the queue. */
export function endWorker(pool: WorkerPool, id: string, now: number): void {
  for (const [other, until] of pool.ended) if (until <= now) pool.ended.delete(other);
  const worker = pool.workers.get(id);
  if (worker !== undefined) {
    pool.ended.set(id, now + pool.lostAfterMillis);
    remove(pool, worker, "ended", now);
  } else if (pool.starting.has(id)) {
    const since = pool.starting.get(id)!;
    pool.starting.delete(id);
    pool.listener.workerChanged({ ...startingWorker(pool, id, since), state: "ended" });
  }
}

/** Removes a worker that sent no request for too long. Its jobs go back to the queue. */
export function loseWorker(pool: WorkerPool, worker: ExternalWorker, now: number): void {
  remove(pool, worker, "lost", now);
}

function remove(pool: WorkerPool, worker: ExternalWorker, state: "lost" | "ended", now: number): void {
  const leases = leasesOf(pool, worker);
  pool.workers.delete(worker.id);
  pool.listener.workerChanged(emulatedWorker(pool, worker, state));
  // Each job goes to the front of the queue, so the first one goes last.
  for (const lease of leases.reverse()) lose(pool, lease, now);
  stopPolls(worker, Infinity);
  // Another one may get jobs in its place.
  for (const other of pool.workers.values()) tellState(pool, other, now);
  wakeWorkers(pool);
}

/** Every worker of a pool. */
export function listWorkers(pool: WorkerPool, now: number): EmulatedWorker[] {
  return [
    ...[...pool.workers.values()].map((worker) => emulatedWorker(pool, worker, stateOf(pool, worker, now))),
    ...[...pool.starting].map(([id, since]) => startingWorker(pool, id, since)),
  ];
}

/** Gives a worker no jobs until then, and ends its waiting requests, so that its process can end too. */
export function stopPolls(worker: ExternalWorker, noJobsUntil: number): void {
  worker.noJobsUntil = noJobsUntil;
  wakeWorker(worker);
}

/** How many workers the jobs of a pool need, up to its maximum. */
export function workersWanted(pool: WorkerPool, now: number): number {
  const busy = new Set([...pool.leases.values()].map(({ worker }) => worker)).size;
  const waiting = [...pool.queue].filter((job) => isKept(job, now) && !isLowPriority(job.request)).length;
  return Math.min(busy + waiting, pool.maxWorkers);
}

/** Whether a job must not cause another worker to start. */
function isLowPriority({ policy }: Record<string, unknown>): boolean {
  return policy !== null && typeof policy === "object" && (policy as Record<string, unknown>).lowPriority === true;
}
