/**
 * A job as the service describes it.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";

/** The state of a job, and its result once it has one. */
export interface Job {
  id: string;
  /** In upper case: `IN_QUEUE`, `IN_PROGRESS`, `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED`, `TIMED_OUT`, or a new one. */
  status: string;
  /** The result of a completed job, or the progress of a running one. */
  output?: unknown;
  /** Why a job failed, in one of many shapes. */
  error?: unknown;
  /** How long the last attempt waited for a worker. */
  delayTimeMillis?: number;
  /** How long a finished job ran. */
  executionTimeMillis?: number;
  workerId?: string;
}

const FINAL_STATES = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];
const STATES = [...FINAL_STATES, "IN_QUEUE", "IN_PROGRESS", "RUNNING"];

/** Whether a job has ended. An unknown state has not: only a deadline may end that wait. */
export function isFinal(job: Job): boolean {
  return FINAL_STATES.includes(job.status);
}

/** Whether a job's state is one that the service documents. */
export function isKnown(job: Job): boolean {
  return STATES.includes(job.status);
}

/** Reads a job from an answer; `undefined` when it is none. `knownId` stands in for an id that the answer lacks. */
export function readJob(json: unknown, knownId?: string): Job | undefined {
  if (!isRecord(json) || typeof json.status !== "string") return undefined;
  const id = typeof json.id === "string" ? json.id : knownId;
  if (id === undefined) return undefined;
  const millis = (value: unknown) => typeof value === "number" ? value : undefined;
  return {
    id,
    status: json.status.toUpperCase(),
    output: json.output,
    error: json.error,
    delayTimeMillis: millis(json.delayTime),
    executionTimeMillis: millis(json.executionTime),
    workerId: typeof json.workerId === "string" ? json.workerId : undefined,
  };
}
