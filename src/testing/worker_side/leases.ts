import { backToQueue, endJob, type Job, startOn } from "../queue/job.ts";
import { envelope, isKept } from "../queue/job_state.ts";
import type { Outcome } from "../workers/handler.ts";
import type { ExternalWorker, Lease, WorkerPool } from "./pool.ts";
import { wakeWorker, wakeWorkers } from "./wake.ts";
import { mayTakeJobs, tellState } from "./worker_state.ts";

/** Lets a job wait for a worker. */
export function offer(pool: WorkerPool, job: Job): void {
  pool.queue.add(job);
  wakeWorkers(pool);
}

/** Gives a worker up to `count` jobs. Jobs whose time to live is over are dropped. */
export function takeJobs(pool: WorkerPool, worker: ExternalWorker, count: number, now: number): Job[] {
  if (!mayTakeJobs(pool, worker, now)) return [];
  const taken: Job[] = [];
  for (const job of pool.queue) {
    if (taken.length >= count) break;
    pool.queue.delete(job);
    if (!isKept(job, now)) continue;
    taken.push(job);
    pool.leases.set(job.id, { job, worker });
    // A stop signal for an earlier run must not stop this one.
    worker.stops.delete(job.id);
    worker.told.delete(job.id);
    startOn(job, worker.id, now);
  }
  tellState(pool, worker, now);
  return taken;
}

/** The lease of a job, if this worker still has it. */
export function leaseOf(pool: WorkerPool, worker: ExternalWorker, jobId: string): Lease | undefined {
  const lease = pool.leases.get(jobId);
  return lease?.worker === worker ? lease : undefined;
}

/** Ends a job with what its worker reported. */
export function finish(pool: WorkerPool, lease: Lease, outcome: Outcome, now: number): void {
  if (outcome.status === "COMPLETED") lease.worker.completed++;
  else lease.worker.failed++;
  release(pool, lease, now);
  endJob(lease.job, { ...outcome, at: now });
  tellState(pool, lease.worker, now);
}

/** Takes a job from its worker and tells the worker to stop it. */
export function stop(pool: WorkerPool, lease: Lease, now: number): void {
  release(pool, lease, now);
  lease.worker.stops.add(lease.job.id);
  wakeWorker(lease.worker);
  tellState(pool, lease.worker, now);
}

/** Puts a job whose worker was lost back into the queue, before all others, or fails it if it was lost too often. */
export function lose(pool: WorkerPool, lease: Lease, now: number): void {
  const { job, worker } = lease;
  const { lostWorkerRetries = 1, lostWorkerStatus = "FAILED" } = pool.endpoint.behavior;
  release(pool, lease, now);
  const retries = Number(envelope(job, now).retries ?? 0);
  if (retries >= lostWorkerRetries) {
    endJob(job, { status: lostWorkerStatus, error: `job timed out after ${retries} retries`, retries, at: now });
  } else {
    const others = [...pool.queue];
    pool.queue.clear();
    for (const waiting of [job, ...others]) pool.queue.add(waiting);
    backToQueue(job, now);
    wakeWorkers(pool);
  }
  tellState(pool, worker, now);
}

/** Follows a change that came from a client: a job that was cancelled leaves the queue, or its worker stops it. */
export function dropIfEnded(pool: WorkerPool, job: Job, now: number): void {
  if (job.end === undefined) return;
  pool.queue.delete(job);
  const lease = pool.leases.get(job.id);
  if (lease !== undefined) stop(pool, lease, now);
}

function release(pool: WorkerPool, { job, worker }: Lease, now: number): void {
  pool.leases.delete(job.id);
  worker.idleSince = now;
}
