/**
 * What an external worker is doing.
 *
 * - `"starting"`: its process has been started, and has not sent a request yet.
 * - `"idle"`, `"running"`: it waits for a job, or has some.
 * - `"throttled"`: the endpoint has its maximum of workers without it, so it gets no jobs.
 * - `"stopping"`: it asked to be restarted (`refresh_worker`), so it gets no new jobs.
 * - `"unhealthy"`: a check at its start failed, so it gets no jobs.
 * - `"lost"`: it sent no request for too long. Its jobs went back to the queue.
 * - `"ended"`: its process was reported to have ended. Its jobs went back to the queue.
 */
export type EmulatedWorkerState =
  | "starting"
  | "idle"
  | "running"
  | "throttled"
  | "stopping"
  | "unhealthy"
  | "lost"
  | "ended";

/** An external worker at one moment. Times are in milliseconds since 1970. */
export interface EmulatedWorker {
  /** The worker's id. */
  readonly id: string;
  /** The id of its endpoint. */
  readonly endpoint: string;
  /** What it is doing. */
  readonly state: EmulatedWorkerState;
  /** The ids of the jobs that it has. */
  readonly jobs: readonly string[];
  /** When it sent its first request, or when its start was announced. */
  readonly since: number;
  /** When it sent its last request; undefined before the first one. */
  readonly seenAt?: number;
  /** Since when it has had no job; undefined while it has one. */
  readonly idleSince?: number;
  /** How many jobs it has completed. */
  readonly completed: number;
  /** How many of its jobs have failed. */
  readonly failed: number;
  /** The version of its `runpod` package, once it has sent a ping. */
  readonly version?: string;
  /** Why it is unhealthy. */
  readonly problem?: string;
}
