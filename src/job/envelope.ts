/**
 * A job as the service describes it.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";

/** The states of a job. The service may add to them, so any other string is possible. */
export type RunpodJobStatus =
  | "IN_QUEUE"
  | "IN_PROGRESS"
  | "RUNNING"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "TIMED_OUT"
  | (string & Record<never, never>);

/** A job: its state, and its result once it has one. */
export interface RunpodJob<Output = unknown> {
  /** The job's id. */
  id: string;
  /** Its state, in upper case. */
  status: RunpodJobStatus;
  /** The result of a completed job, or the progress of a running one. */
  output?: Output;
  /** Why the job failed, as the worker sent it; any JSON. */
  error?: unknown;
  /** How long the last attempt waited for a worker, in milliseconds. */
  delayTimeMillis?: number;
  /** How long a finished job ran, in milliseconds. */
  executionTimeMillis?: number;
  /** The worker that has or had the job. */
  workerId?: string;
  /** How often the platform has started the job again after losing a worker. */
  retries?: number;
  /** What it cost in USD, where the endpoint tells it. */
  cost?: number;
}

const FINAL_STATES = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];
const STATES = [...FINAL_STATES, "IN_QUEUE", "IN_PROGRESS", "RUNNING"];

/** Whether a job has ended. An unknown state has not: only a deadline may end that wait. */
export function isFinal(job: RunpodJob): boolean {
  return FINAL_STATES.includes(job.status);
}

/** Whether a job's state is one that the service documents. */
export function isKnown(job: RunpodJob): boolean {
  return STATES.includes(job.status);
}

/** Reads a job from an answer; `undefined` when it is none. `knownId` stands in for an id that the answer lacks. */
export function readJob(json: unknown, knownId?: string): RunpodJob | undefined {
  if (!isRecord(json) || typeof json.status !== "string") return undefined;
  const id = typeof json.id === "string" ? json.id : knownId;
  if (id === undefined) return undefined;
  const job: RunpodJob = {
    id,
    status: json.status.toUpperCase(),
    output: json.output,
    error: json.error,
    delayTimeMillis: number(json.delayTime),
    executionTimeMillis: number(json.executionTime),
    workerId: typeof json.workerId === "string" ? json.workerId : undefined,
    retries: number(json.retries),
    cost: readCost(json.output),
  };
  // Without the keys that are not told, so that a job prints and compares as what is known of it.
  return Object.fromEntries(Object.entries(job).filter(([, value]) => value !== undefined)) as unknown as RunpodJob;
}

/** The gateway may leave on what a job's output is wrapped in: the job, a list, JSON as text. */
export function unwrap(json: unknown): unknown {
  if (Array.isArray(json)) return unwrap(json[0]);
  if (typeof json === "string") {
    try {
      return unwrap(JSON.parse(json));
    } catch {
      return json;
    }
  }
  const job = readJob(json);
  return job?.status === "COMPLETED" && job.output !== undefined ? unwrap(job.output) : json;
}

function readCost(output: unknown): number | undefined {
  const result = Array.isArray(output) ? output[0] : output;
  return isRecord(result) ? number(result.cost) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
