import type { EmulatedWorker, EmulatedWorkerState } from "./emulated_worker.ts";
import type { ExternalWorker, Lease, WorkerPool } from "./pool.ts";

/** The jobs that a worker has. */
export function leasesOf(pool: WorkerPool, worker: ExternalWorker): Lease[] {
  return [...pool.leases.values()].filter((lease) => lease.worker === worker);
}

/** What a worker is doing. */
export function stateOf(pool: WorkerPool, worker: ExternalWorker, now: number): EmulatedWorkerState {
  if (worker.problem !== undefined) return "unhealthy";
  if (now < worker.noJobsUntil) return "stopping";
  if (leasesOf(pool, worker).length > 0) return "running";
  return isWithinMaximum(pool, worker, now) ? "idle" : "throttled";
}

/** Whether a worker may get a job. */
export function mayTakeJobs(pool: WorkerPool, worker: ExternalWorker, now: number): boolean {
  return isFit(worker, now) && isWithinMaximum(pool, worker, now);
}

function isFit(worker: ExternalWorker, now: number): boolean {
  return worker.problem === undefined && now >= worker.noJobsUntil;
}

/** The first workers to join get the jobs, up to the endpoint's maximum. One that gets no jobs and has none is left out. */
function isWithinMaximum(pool: WorkerPool, worker: ExternalWorker, now: number): boolean {
  let place = 0;
  for (const other of pool.workers.values()) {
    if (other === worker) return place < pool.maxWorkers;
    if (isFit(other, now) || leasesOf(pool, other).length > 0) place++;
  }
  return false;
}

/** A worker as users of the emulator see it. */
export function emulatedWorker(
  pool: WorkerPool,
  worker: ExternalWorker,
  state: EmulatedWorkerState,
): EmulatedWorker {
  const jobs = leasesOf(pool, worker).map(({ job }) => job.id);
  return {
    id: worker.id,
    endpoint: pool.endpoint.id,
    state,
    jobs,
    since: worker.joinedAt,
    seenAt: worker.seenAt,
    idleSince: jobs.length > 0 ? undefined : worker.idleSince,
    completed: worker.completed,
    failed: worker.failed,
    version: worker.version,
    problem: worker.problem,
  };
}

/** A worker whose start was announced, as users of the emulator see it. */
export function startingWorker(pool: WorkerPool, id: string, since: number): EmulatedWorker {
  return { id, endpoint: pool.endpoint.id, state: "starting", jobs: [], since, completed: 0, failed: 0 };
}

/** Tells the listener if the state of a worker in the pool has changed. */
export function tellState(pool: WorkerPool, worker: ExternalWorker, now: number): void {
  const state = stateOf(pool, worker, now);
  if (state === worker.toldState || pool.workers.get(worker.id) !== worker) return;
  worker.toldState = state;
  pool.listener.workerChanged(emulatedWorker(pool, worker, state));
}
