import { leasesOf, tellState } from "./worker_state.ts";
import type { WorkerPool } from "./pool.ts";
import { see, seePing } from "./workers.ts";

/**
 * Notes what a worker's ping says.
 *
 * A ping names the jobs that the worker has. A job that its pings do not name is lost after a while: the process may
 * have been restarted, or it could not send the result. A named job that is no longer the worker's has to be stopped.
 */
export function ping(pool: WorkerPool, workerId: string, parameters: URLSearchParams, now: number): void {
  const isUnhealthy = parameters.get("status") === "unhealthy";
  // A worker whose checks fail at its start says so, and ends without any other request.
  const worker = isUnhealthy ? see(pool, workerId, now) : seePing(pool, workerId, now);
  if (worker === undefined) return;
  const named = new Set((parameters.get("job_id") ?? "").split(",").filter((id) => id !== ""));
  for (const lease of leasesOf(pool, worker)) {
    if (named.delete(lease.job.id)) lease.unnamedSince = undefined;
    else lease.unnamedSince ??= now;
  }
  for (const id of named) worker.stops.add(id);
  if (named.size > 0) { for (const wake of [...worker.waiting]) wake(); }

  worker.version = parameters.get("runpod_version") ?? worker.version;
  worker.problem = isUnhealthy
    ? `${parameters.get("check") ?? "check"}: ${parameters.get("reason") ?? "failed"}`
    : undefined;
  tellState(pool, worker, now);
}
