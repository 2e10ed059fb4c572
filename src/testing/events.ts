import { type EmulatedJob, emulatedJob } from "./queue/emulated_job.ts";
import { dispatchesOf, type Job } from "./queue/job.ts";
import { endOf } from "./queue/job_state.ts";
import { waitFor } from "./queue/wait.ts";
import type { EmulatedWorker } from "./worker_side/emulated_worker.ts";
import type { PoolListener } from "./worker_side/pool.ts";

/** Something that has happened to a job, to an external worker, or to a request of one. */
export type EmulatedEvent =
  | {
    /** A job has changed. */
    type: "job";
    /** What has happened. `requeued` means that the job's worker was lost. */
    change: "queued" | "started" | "progress" | "yield" | "requeued" | "ended";
    /** The job. */
    job: EmulatedJob;
  }
  | {
    /** The state of an external worker has changed. */
    type: "worker";
    /** The worker, as it was then. */
    worker: EmulatedWorker;
  }
  | {
    /** A request of a worker was refused or ignored, such as the late result of a cancelled job. */
    type: "refused";
    /** The id of the endpoint. */
    endpoint: string;
    /** The id of the worker. */
    workerId: string;
    /** The id of the job, if the request was about one. */
    jobId?: string;
    /** Why, in a few words. */
    reason: string;
  };

type JobChange = Extract<EmulatedEvent, { type: "job" }>["change"];

/** What a listener knows of a job. */
interface Known {
  attempt: number;
  dispatches: number;
  hasStarted: boolean;
  progress: unknown;
  yields: number;
  hasEnded: boolean;
}

/** Collects what happens and tells the listeners. */
export interface EventHub extends PoolListener {
  /** Adds a listener and returns a function that removes it. */
  subscribe(listener: (event: EmulatedEvent) => void): () => void;
  /** Follows a job of the emulator's own workers, whose changes come from the clock. */
  follow(job: Job): void;
  /** Tells what has changed since the last time. */
  jobChanged(job: Job): void;
}

/** Creates a hub without listeners. */
export function createEventHub(): EventHub {
  const listeners = new Set<(event: EmulatedEvent) => void>();
  const knownJobs = new WeakMap<Job, Known>();
  const emit = (event: EmulatedEvent) => {
    for (const listener of [...listeners]) listener(event);
  };

  function jobChanged(job: Job): void {
    if (listeners.size === 0) return;
    // Looking at a job may run its handler, whose changes are told first.
    const known = knownAt(job, Date.now());
    const before = knownJobs.get(job);
    knownJobs.set(job, known);
    for (const change of changesBetween(before, known)) emit({ type: "job", change, job: emulatedJob(job) });
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    jobChanged,
    follow(job) {
      if (listeners.size > 0) void followUntilEnd(job, jobChanged, knownJobs);
    },
    workerChanged: (worker) => emit({ type: "worker", worker }),
    refused: (refusal) => emit({ type: "refused", ...refusal }),
  };
}

async function followUntilEnd(
  job: Job,
  tell: (job: Job) => void,
  knownJobs: WeakMap<Job, Known>,
): Promise<void> {
  const { attempt } = job;
  const never = new AbortController().signal;
  const isOver = (now: number) => job.attempt !== attempt || endOf(job, now) !== undefined;
  tell(job);
  while (!isOver(Date.now())) {
    const hasNews = (now: number) => isOver(now) || changesBetween(knownJobs.get(job), knownAt(job, now)).length > 0;
    await waitFor(job, hasNews, Infinity, never);
    tell(job);
  }
}

function knownAt(job: Job, now: number): Known {
  const end = endOf(job, now);
  const until = end?.at ?? now;
  const steps = job.steps.filter(({ at }) => at <= until);
  const dispatches = dispatchesOf(steps);
  return {
    attempt: job.attempt,
    dispatches: dispatches.length,
    hasStarted: dispatches.at(-1)?.startedAt !== undefined,
    progress: steps.at(-1)?.output,
    yields: job.yields.filter(({ at }) => at <= until).length,
    hasEnded: end !== undefined,
  };
}

function changesBetween(before: Known | undefined, after: Known): JobChange[] {
  const isNew = before === undefined || before.attempt !== after.attempt;
  const old: Known = isNew
    ? { ...after, dispatches: 1, hasStarted: false, progress: undefined, yields: 0, hasEnded: false }
    : before;
  const changes: JobChange[] = isNew ? ["queued"] : [];
  if (after.dispatches > old.dispatches) changes.push("requeued");
  if (after.hasStarted && (!old.hasStarted || after.dispatches > old.dispatches)) changes.push("started");
  if (after.progress !== undefined && after.progress !== old.progress) changes.push("progress");
  if (after.yields > old.yields) changes.push("yield");
  if (after.hasEnded && !old.hasEnded) changes.push("ended");
  return changes;
}
