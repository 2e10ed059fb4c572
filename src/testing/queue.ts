import { type Endpoint, isWarm } from "./endpoint.ts";
import { cancel, endOf, enqueue, envelope, hasYielded, isKept, type Job, waitFor } from "./job.ts";
import { respond } from "./response.ts";
import type { Route } from "./route.ts";

/** A request on its way through the emulator, with its body read. */
export interface Call {
  method: string;
  url: URL;
  route: Route;
  text: string;
  /** The body, if it is a form with parts. */
  form?: FormData;
  signal: AbortSignal;
  /** To be called when an answer that is a stream has ended. */
  leave: () => void;
}

/** Makes a job of the endpoint. */
export type Submit = (
  operation: Job["operation"],
  input: Record<string, unknown>,
  request: Record<string, unknown>,
) => Job;

const mebibyte = 1024 * 1024;

/** Answers the operations of a queue endpoint. */
export async function answerQueue(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  const { method, url, route, signal } = call;
  // The service also answers POST where it documents GET for reading a job.
  const methods = route.operation === "health"
    ? ["GET"]
    : ["status", "status-sync", "stream"].includes(route.operation)
    ? ["GET", "POST"]
    : ["POST"];
  if (!methods.includes(method)) return failure(405, "method not allowed");

  switch (route.operation) {
    case "run":
    case "runsync": {
      const request = readRequest(call, endpoint);
      if (request instanceof Response) return request;
      const job = submit(route.operation, request.input as Record<string, unknown>, request);
      if (route.operation === "run") return respond(200, { id: job.id, status: "IN_QUEUE" });
      await waitFor(job, (now) => endOf(job, now) !== undefined, waitOf(url, 1_000, 300_000, 90_000), signal);
      const shown = envelope(job, Date.now());
      return respond(shown.status === "FAILED" ? endpoint.behavior.failedRunsyncStatus ?? 200 : 200, shown);
    }
    case "purge-queue": {
      const now = Date.now();
      const queued = [...endpoint.open].filter((job) => isKept(job, now) && envelope(job, now).status === "IN_QUEUE");
      for (const job of queued) cancel(job, now);
      return respond(200, { removed: queued.length, status: "completed" });
    }
    case "health":
      return respond(200, health(endpoint, Date.now()));
  }

  const job = endpoint.jobs.find((candidate) => candidate.id === route.jobId);
  if (job === undefined || !isKept(job, Date.now())) return failure(404, "job not found");
  switch (route.operation) {
    case "status": {
      const ttl = Number(url.searchParams.get("ttl"));
      if (ttl > 0) job.ttlMillis = ttl;
      return respond(200, envelope(job, Date.now()));
    }
    case "status-sync":
      await waitFor(job, (now) => endOf(job, now) !== undefined, waitOf(url, 1_000, 90_000, 90_000), signal);
      return respond(200, envelope(job, Date.now()));
    case "stream":
      return await stream(job, url, signal);
    case "cancel": {
      const now = Date.now();
      if (endOf(job, now) !== undefined) {
        const status = endpoint.behavior.cancelFinishedStatus ?? 200;
        if (status !== 200) return failure(status, "job has already finished");
      }
      cancel(job, now);
      return respond(200, { id: job.id, status: envelope(job, now).status });
    }
    case "retry": {
      const { status } = envelope(job, Date.now());
      if (status !== "FAILED" && status !== "TIMED_OUT") {
        return failure(400, `job is ${status}: only FAILED and TIMED_OUT jobs can be retried`);
      }
      endpoint.retried++;
      enqueue(job, Date.now());
      job.announce?.();
      return respond(200, { id: job.id, status: "IN_QUEUE" });
    }
    default:
      return failure(404, "not found");
  }
}

/** An error of the job plane. */
export function failure(status: number, error: string): Response {
  return respond(status, { error });
}

/** The yields since the last call, which are then gone. Held while the job runs and has nothing to give. */
async function stream(job: Job, url: URL, signal: AbortSignal): Promise<Response> {
  const explicit = url.searchParams.has("wait");
  const hasNews = (now: number) => {
    if (endOf(job, now) !== undefined || hasYielded(job, job.drained, now)) return true;
    return !explicit && envelope(job, now).status === "IN_QUEUE";
  };
  await waitFor(job, hasNews, waitOf(url, 0, 300_000, 10_000), signal);
  const now = Date.now();
  const chunks: Array<{ output: unknown }> = [];
  while (hasYielded(job, job.drained, now)) chunks.push({ output: job.yields[job.drained++].output });
  const { status } = envelope(job, now);
  const isLate = job.endpoint.behavior.streamEnd === "before" && chunks.length > 0 && endOf(job, now) !== undefined;
  return respond(200, { status: isLate ? "IN_PROGRESS" : status, stream: chunks });
}

/** The body of a submission, or its refusal. */
function readRequest({ text, route }: Call, endpoint: Endpoint): Record<string, unknown> | Response {
  const limit = (route.operation === "run" ? 10 : 20) * mebibyte;
  // A character is at most three bytes, so most bodies need no counting.
  if (text.length * 3 > limit && new TextEncoder().encode(text).length > limit) {
    return failure(endpoint.behavior.oversizeStatus ?? 413, `request body is larger than ${limit / mebibyte} MiB`);
  }
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return failure(400, "request body is not valid JSON");
  }
  if (!isRecord(request) || !isRecord(request.input)) return failure(400, 'request body must have an object "input"');
  return request;
}

function health(endpoint: Endpoint, now: number): Record<string, Record<string, number>> {
  const jobs = { completed: 0, failed: 0, inProgress: 0, inQueue: 0, retried: endpoint.retried };
  for (const job of endpoint.jobs) {
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

function waitOf(url: URL, least: number, most: number, usual: number): number {
  const given = url.searchParams.get("wait");
  const millis = given === null || given === "" ? usual : Number(given);
  return Number.isNaN(millis) ? usual : Math.min(Math.max(millis, least), most);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
