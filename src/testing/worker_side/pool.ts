import type { ResolvedEndpoint } from "../resolved_endpoint.ts";
import type { Job } from "../queue/job.ts";
import type { EmulatedWorker, EmulatedWorkerState } from "./emulated_worker.ts";

/** A job in the hands of a worker. */
export interface Lease {
  readonly job: Job;
  readonly worker: ExternalWorker;
  /** Since when the worker's pings have not named the job. */
  unnamedSince?: number;
}

/** A worker process that takes jobs over HTTP. */
export interface ExternalWorker {
  readonly id: string;
  readonly joinedAt: number;
  /** When it last sent a request. */
  seenAt: number;
  /** When it last sent a ping. A worker that has sent one must go on. */
  pingedAt?: number;
  /**
   * When it broke off a request that waited, unless it has sent another one since. Pings do not count: the worker SDK
   * sends them from a process of their own, which can outlive the worker.
   */
  brokeOffAt?: number;
  /** Since when it has had no job. */
  idleSince: number;
  /** Until when it gets no jobs, because it is being stopped. */
  noJobsUntil: number;
  /** Ids of jobs that it has to stop and has not been told yet. */
  readonly stops: Set<string>;
  /** Ids of jobs that it was told to stop. */
  readonly told: Set<string>;
  /** Callbacks of its requests that wait. */
  readonly waiting: Set<() => void>;
  completed: number;
  failed: number;
  version?: string;
  /** Why it is unhealthy. */
  problem?: string;
  /** The state that listeners know. */
  toldState?: EmulatedWorkerState;
}

/** Receives what happens to the workers of a pool. */
export interface PoolListener {
  workerChanged(worker: EmulatedWorker): void;
  /** A worker's request was refused or ignored. */
  refused(refusal: { endpoint: string; workerId: string; jobId?: string; reason: string }): void;
}

/** The external workers of one endpoint, the jobs that they have, and the jobs that wait for them. */
export interface WorkerPool {
  readonly endpoint: ResolvedEndpoint;
  readonly listener: PoolListener;
  readonly maxWorkers: number;
  /** Milliseconds without a sign of life after which a worker or a job is lost. */
  readonly lostAfterMillis: number;
  /** Milliseconds between two pings that workers are told to send. */
  readonly pingMillis: number;
  /** The secret that workers send. It is made on first use: some runtimes have no randomness before the first request. */
  token?: string;
  /** Jobs that wait for a worker, in their order. */
  readonly queue: Set<Job>;
  /** Jobs that workers have, by id. */
  readonly leases: Map<string, Lease>;
  /** Workers that send requests, by id, in the order in which they joined. */
  readonly workers: Map<string, ExternalWorker>;
  /** Workers whose start was announced, by id, with the time of the announcement. */
  readonly starting: Map<string, number>;
  /** Workers that were reported to have ended, by id, with the time until which they cannot join again. */
  readonly ended: Map<string, number>;
  /** The timer for the next deadline. */
  timer?: { at: number; id: ReturnType<typeof setTimeout> };
}

/** Runpod's default. */
const DEFAULT_MAX_WORKERS = 3;

/** Three missed pings. The real number is not documented. */
const DEFAULT_LOST_AFTER_MILLIS = 30_000;

/** Runpod's default, and the shortest interval that the worker SDK can keep: it counts in whole seconds. */
const MAX_PING_MILLIS = 10_000;
const MIN_PING_MILLIS = 1_000;

/** Creates the pool of an endpoint whose jobs external workers take. */
export function createPool(endpoint: ResolvedEndpoint, listener: PoolListener): WorkerPool {
  const { maxWorkers = DEFAULT_MAX_WORKERS, lostAfterMillis = DEFAULT_LOST_AFTER_MILLIS } = endpoint.config;
  return {
    endpoint,
    listener,
    maxWorkers,
    lostAfterMillis,
    pingMillis: Math.min(Math.max(Math.floor(lostAfterMillis / 3), MIN_PING_MILLIS), MAX_PING_MILLIS),
    queue: new Set(),
    leases: new Map(),
    workers: new Map(),
    starting: new Map(),
    ended: new Map(),
  };
}
