import { type Endpoint, isWarm } from "./endpoint.ts";
import { endOf, envelope, isKept } from "./job_state.ts";

/** The body of `/health`: how many jobs and workers are in which state. */
export interface Health {
  jobs: Record<"completed" | "failed" | "inProgress" | "inQueue" | "retried", number>;
  workers: Record<"idle" | "initializing" | "ready" | "running" | "throttled" | "unhealthy", number>;
}

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
  const isStarting = endpoint.readyAt > now;
  const idle = !isStarting && jobs.inProgress === 0 && isWarm(endpoint, now) ? 1 : 0;
  const workers = {
    idle,
    initializing: isStarting ? 1 : 0,
    ready: idle,
    running: jobs.inProgress,
    throttled: 0,
    unhealthy: 0,
  };
  return { jobs, workers };
}
