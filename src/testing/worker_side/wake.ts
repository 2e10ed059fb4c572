import type { ExternalWorker, WorkerPool } from "./pool.ts";

/** Lets the waiting requests of a worker look again. */
export function wakeWorker(worker: ExternalWorker): void {
  for (const wake of [...worker.waiting]) wake();
}

/** Lets the waiting requests of all workers look again. */
export function wakeWorkers(pool: WorkerPool): void {
  for (const worker of pool.workers.values()) wakeWorker(worker);
}
