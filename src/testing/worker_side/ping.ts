import { leaseOf } from "./leases.ts";
import type { ExternalWorker, WorkerPool } from "./pool.ts";
import { wakeWorker } from "./wake.ts";
import { leasesOf, tellState } from "./worker_state.ts";
import { see, seePing } from "./workers.ts";

/** Notes what a worker's ping says. */
export function ping(pool: WorkerPool, workerId: string, parameters: URLSearchParams, now: number): void {
  const isUnhealthy = parameters.get("status") === "unhealthy";
  // A worker whose checks fail at its start says so, and ends without any other request.
  const worker = isUnhealthy ? see(pool, workerId, now) : seePing(pool, workerId, now);
  if (worker === undefined) return;
  compareJobs(pool, worker, new Set((parameters.get("job_id") ?? "").split(",")), now);
  worker.version = parameters.get("runpod_version") ?? worker.version;
  worker.problem = isUnhealthy
    ? `${parameters.get("check") ?? "check"}: ${parameters.get("reason") ?? "failed"}`
    : undefined;
  tellState(pool, worker, now);
}

/**
 * Compares the jobs that a ping names, which are those that the process has, with those that it should have.
 *
 * A job that its pings do not name is lost after a while: the process may have been restarted, or it could not send the
 * result. A named job that is no longer the worker's has to be stopped.
 */
function compareJobs(pool: WorkerPool, worker: ExternalWorker, named: Set<string>, now: number): void {
  for (const lease of leasesOf(pool, worker)) {
    if (named.has(lease.job.id)) lease.unnamedSince = undefined;
    else lease.unnamedSince ??= now;
  }
  for (const id of worker.told) if (!named.has(id)) worker.told.delete(id);
  for (const id of named) {
    // Told once: a second signal would interrupt a handler that cleans up after the first.
    const isKnown = id === "" || worker.told.has(id) || leaseOf(pool, worker, id) !== undefined;
    if (!isKnown) worker.stops.add(id);
  }
  if (worker.stops.size > 0) wakeWorker(worker);
}
