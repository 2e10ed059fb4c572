import { type Endpoint, isWarm } from "./endpoint.ts";
import type { EmulatedWorkerState } from "../worker_side/emulated_worker.ts";
import type { WorkerPool } from "../worker_side/pool.ts";
import { listWorkers } from "../worker_side/workers.ts";
import { endOf, envelope, isKept } from "./job_state.ts";

/** The body of `/health`: how many jobs and workers are in which state. */
export interface Health {
  jobs: Record<"completed" | "failed" | "inProgress" | "inQueue" | "retried", number>;
  workers: Record<"idle" | "initializing" | "ready" | "running" | "throttled" | "unhealthy", number>;
}

const NO_WORKERS: Health["workers"] = {
  idle: 0,
  initializing: 0,
  ready: 0,
  running: 0,
  throttled: 0,
  unhealthy: 0,
};

/** Counts an endpoint's jobs and workers. */
export function health(endpoint: Endpoint, now: number): Health {
  const jobs = { completed: 0, failed: 0, inProgress: 0, inQueue: 0, retried: endpoint.retried };
  for (const job of endpoint.jobs.values()) {
    const end = endOf(job, now);
    if (end === undefined && !isKept(job, now)) continue;
    const { status } = envelope(job, now);
    if (status === "COMPLETED") jobs.completed++;
    else if (status === "IN_QUEUE") jobs.inQueue++;
    else if (end === undefined) jobs.inProgress++;
    else if (status !== "CANCELLED") jobs.failed++;
  }
  return { jobs, workers: endpoint.pool ? externalWorkers(endpoint.pool, now) : emulatedWorkers(endpoint, jobs, now) };
}

function emulatedWorkers(endpoint: Endpoint, jobs: Health["jobs"], now: number): Health["workers"] {
  const isStarting = endpoint.readyAt > now;
  const idle = !isStarting && jobs.inProgress === 0 && isWarm(endpoint, now) ? 1 : 0;
  return { ...NO_WORKERS, idle, initializing: isStarting ? 1 : 0, ready: idle, running: jobs.inProgress };
}

function externalWorkers(pool: WorkerPool, now: number): Health["workers"] {
  const workers = listWorkers(pool, now);
  const count = (wanted: EmulatedWorkerState) => workers.filter(({ state }) => state === wanted).length;
  return {
    idle: count("idle"),
    initializing: count("starting"),
    ready: count("idle"),
    running: workers.filter(({ jobs }) => jobs.length > 0).length,
    throttled: count("throttled"),
    unhealthy: count("unhealthy"),
  };
}
