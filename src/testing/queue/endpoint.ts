import type { EmulatedBehavior } from "../behavior.ts";
import type { EmulatedEndpoint, EmulatedState, EmulatedTiming } from "../endpoint_options.ts";
import { createJob, IN_QUEUE, type Job, type JobRequest, startAttempt, type Step } from "./job.ts";
import { endOf } from "./job_state.ts";
import { runIfDue } from "./run.ts";
import { type ResolvedEndpoint, resolveEndpoint } from "../resolved_endpoint.ts";
import { offer } from "../worker_side/leases.ts";
import { createPool, type PoolListener, type WorkerPool } from "../worker_side/pool.ts";

/** An endpoint with its jobs and the state of its worker. One warm worker takes any number of jobs at once. */
export interface Endpoint extends ResolvedEndpoint {
  /** The jobs of its queue by id, oldest first. */
  readonly jobs: Map<string, Job>;
  /** The jobs that are not yet known to have ended; those of external workers are in the pool. */
  readonly open: Set<Job>;
  /** When the current worker is or was ready. */
  readyAt: number;
  /** When the last job ended. */
  lastEnd: number;
  /** How many jobs `/retry` has started again. */
  retried: number;
  /** The external workers that run its jobs; undefined if the emulator runs them. */
  readonly pool?: WorkerPool;
}

/** Creates an endpoint without jobs. */
export function createEndpoint(
  id: string,
  config: EmulatedEndpoint,
  timing: EmulatedTiming | undefined,
  behavior: EmulatedBehavior,
  listener: PoolListener,
): Endpoint {
  const endpoint = resolveEndpoint(id, config, timing, behavior);
  return {
    ...endpoint,
    pool: config.worker === "external" ? createPool(endpoint, listener) : undefined,
    jobs: new Map(),
    open: new Set(),
    readyAt: -Infinity,
    lastEnd: -Infinity,
    retried: 0,
  };
}

/** Creates a job and starts its first attempt. */
export function addJob(endpoint: Endpoint, request: JobRequest, now: number): Job {
  const job = createJob(endpoint, request, now);
  enqueue(endpoint, job, now);
  return job;
}

/** Starts an attempt of a job: the first one, or another one after `/retry`. */
export function enqueue(endpoint: Endpoint, job: Job, now: number): void {
  const { pool, config: { states } } = endpoint;
  if (pool !== undefined) {
    offer(pool, job);
    startAttempt(job, [{ status: IN_QUEUE, at: now }], now);
    return;
  }
  if (states === undefined) {
    const startAt = workerReadyTime(endpoint, now);
    const steps = [{ status: IN_QUEUE, at: now }, { status: "IN_PROGRESS", at: startAt }];
    startAttempt(job, steps, startAt + endpoint.timing.runMillis);
  } else {
    const { steps, endsAt } = scriptedSteps(states, now);
    startAttempt(job, steps, endsAt);
  }
  endpoint.open.add(job);
  runIfDue(job, now);
}

/** Whether the worker is up, or starting because of an earlier job. */
export function isWarm(endpoint: Endpoint, now: number): boolean {
  for (const job of endpoint.open) {
    const end = endOf(job, now);
    if (end === undefined) continue;
    endpoint.lastEnd = Math.max(endpoint.lastEnd, end.at);
    endpoint.open.delete(job);
  }
  if (endpoint.readyAt === -Infinity) return false;
  const idleSince = Math.max(endpoint.lastEnd, endpoint.readyAt);
  return endpoint.open.size > 0 || now < idleSince + endpoint.timing.idleTimeoutMillis;
}

/** When a worker is ready for a job that arrives now; starts one if none is warm. */
function workerReadyTime(endpoint: Endpoint, now: number): number {
  if (!isWarm(endpoint, now)) endpoint.readyAt = now + endpoint.timing.coldStartMillis;
  return Math.max(now, endpoint.readyAt);
}

function scriptedSteps(states: EmulatedState[], now: number): { steps: Step[]; endsAt: number } {
  const steps: Step[] = [];
  let at = now;
  for (const { status, millis, output } of states) {
    steps.push({ status, at, output });
    at += millis;
  }
  // A job cannot end without having run.
  if (steps.length === 0 || steps[steps.length - 1].status === IN_QUEUE) steps.push({ status: "IN_PROGRESS", at });
  return { steps, endsAt: at };
}
