/**
 * A job as the service describes it, and how it is read from an answer.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { parseJson } from "../http/json.ts";

/** The statuses of a job. The service may add new ones, so any other string is possible. */
export type RunpodJobStatus =
  | "IN_QUEUE"
  | "IN_PROGRESS"
  | "RUNNING"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "TIMED_OUT"
  | (string & Record<never, never>);

/** A job: its status, and its result once there is one. */
export interface RunpodJob<Output = unknown> {
  /** The job's id. */
  id: string;
  /** Its status, in upper case. */
  status: RunpodJobStatus;
  /** The result of a completed job, or the last progress of a running one. */
  output?: Output;
  /** Why the job failed, as the worker sent it: any JSON. */
  error?: unknown;
  /** How long the last attempt waited for a worker, in milliseconds. */
  delayTimeMillis?: number;
  /** How long a finished job ran, in milliseconds. */
  executionTimeMillis?: number;
  /** The id of the worker that has or had the job. */
  workerId?: string;
  /** How often the service has started the job again after it lost the worker. */
  retries?: number;
  /** What the job cost, in USD, if the endpoint tells. */
  cost?: number;
}

const FINAL_STATUSES = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];
const KNOWN_STATUSES = [...FINAL_STATUSES, "IN_QUEUE", "IN_PROGRESS", "RUNNING"];

/** Whether a job has ended. A job with an unknown status has not, so it is waited for until the deadline. */
export function isFinal({ status }: { status?: string }): boolean {
  return status !== undefined && FINAL_STATUSES.includes(status);
}

/** Whether a job has a status that the service documents. */
export function isKnown({ status }: RunpodJob): boolean {
  return KNOWN_STATUSES.includes(status);
}

/** A job that was submitted, and whose status was not read yet. */
export function unseenJob(id: string): RunpodJob {
  return { id, status: "UNKNOWN" };
}

/** Whether an answer is an error that looks like a job: `{ status: "error", message: "…" }`. */
export function isErrorStatus(json: unknown): boolean {
  if (!isRecord(json) || typeof json.status !== "string") return false;
  return json.status.toUpperCase() === "ERROR" && typeof json.message === "string";
}

/**
 * Reads a job from the JSON of an answer; `undefined` if it is not a job.
 *
 * @param knownId The job's id, for an answer that leaves it out.
 */
export function readJob(json: unknown, knownId?: string): RunpodJob | undefined {
  if (!isRecord(json) || typeof json.status !== "string" || isErrorStatus(json)) return undefined;
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
  // Without the keys that have no value, so that a job prints and compares well.
  return Object.fromEntries(Object.entries(job).filter(([, value]) => value !== undefined)) as unknown as RunpodJob;
}

/**
 * Takes an output out of what the gateway and workers wrap it in: a completed job, a list, JSON as text. A loop, because
 * an answer may be nested deeper than the stack allows.
 */
export function unwrap(json: unknown): unknown {
  let value = json;
  while (true) {
    if (Array.isArray(value)) {
      value = value[0];
    } else if (typeof value === "string") {
      const parsed = parseJson(value);
      if (parsed === undefined) return value;
      value = parsed;
    } else {
      const job = readJob(value);
      if (job?.status !== "COMPLETED" || job.output === undefined) return value;
      value = job.output;
    }
  }
}

function readCost(output: unknown): number | undefined {
  const result = Array.isArray(output) ? output[0] : output;
  return isRecord(result) ? number(result.cost) : undefined;
}

/** Reads a time or a cost. A server may send numbers that no date can hold. */
function number(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) < 1e12 ? value : undefined;
}
