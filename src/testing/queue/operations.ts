import type { Call, Submit } from "../call.ts";
import { serviceError, serviceJson } from "../common/response.ts";
import { type Endpoint, enqueue } from "./endpoint.ts";
import { health } from "./health.ts";
import type { Job } from "./job.ts";
import { cancel, endOf, envelope, isKept } from "./job_state.ts";
import { stream } from "./stream.ts";
import { readSubmission } from "./submission.ts";
import { waitFor } from "./wait.ts";
import { waitMillis } from "./wait_parameter.ts";

/** Answers the operations of a queue endpoint. */
export async function answerQueue(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  const { route, url, signal } = call;
  if (!methodsOf(route.operation).includes(call.method)) return serviceError(405, "method not allowed");

  switch (route.operation) {
    case "run":
    case "runsync": {
      const request = readSubmission(call, endpoint);
      if (request instanceof Response) return request;
      const job = submit(route.operation, request.input, request);
      if (route.operation === "run") return serviceJson(200, { id: job.id, status: "IN_QUEUE" });
      if (!await hold(job, waitMillis(url, 1_000, 300_000, 90_000), signal)) {
        return serviceError(504, "gateway timeout");
      }
      const shown = envelope(job, Date.now());
      return serviceJson(shown.status === "FAILED" ? endpoint.behavior.failedRunsyncStatus ?? 200 : 200, shown);
    }
    case "purge-queue":
      return purgeQueue(endpoint, Date.now());
    case "health":
      return serviceJson(200, health(endpoint, Date.now()));
  }

  const { statusSync = "held", unknownMillis = 0 } = endpoint.behavior;
  if (route.operation === "status-sync" && statusSync === "missing") {
    return new Response("404 page not found", { status: 404 });
  }
  const job = endpoint.jobs.get(route.jobId ?? "");
  if (job === undefined || !isKept(job, Date.now()) || Date.now() < job.submittedAt + unknownMillis) {
    return serviceError(404, "job not found");
  }
  switch (route.operation) {
    case "status": {
      const ttl = Number(url.searchParams.get("ttl"));
      if (ttl > 0) job.ttlMillis = ttl;
      return serviceJson(200, envelope(job, Date.now()));
    }
    case "status-sync":
      if (statusSync === "held" && !await hold(job, waitMillis(url, 1_000, 90_000, 90_000), signal)) {
        return serviceError(504, "gateway timeout");
      }
      return serviceJson(200, envelope(job, Date.now()));
    case "stream":
      return await stream(job, url, signal);
    case "cancel":
      return cancelJob(job, Date.now());
    case "retry":
      return retryJob(endpoint, job, Date.now());
    default:
      return serviceError(404, "not found");
  }
}

/** Waits until a job has ended, for at most the given milliseconds. Returns false if a proxy ends the wait sooner. */
async function hold(job: Job, millis: number, signal: AbortSignal): Promise<boolean> {
  const { proxyTimeoutMillis = Infinity } = job.endpoint.behavior;
  const hasEnded = (now: number) => endOf(job, now) !== undefined;
  await waitFor(job, hasEnded, Math.min(millis, proxyTimeoutMillis), signal);
  return hasEnded(Date.now()) || millis < proxyTimeoutMillis;
}

function methodsOf(operation: Call["route"]["operation"]): string[] {
  switch (operation) {
    case "health":
      return ["GET"];
    case "status":
    case "status-sync":
    case "stream":
      // POST is not documented here, but the service accepts it.
      return ["GET", "POST"];
    default:
      return ["POST"];
  }
}

function purgeQueue(endpoint: Endpoint, now: number): Response {
  const open = endpoint.pool?.queue ?? endpoint.open;
  const queued = [...open].filter((job) => isKept(job, now) && envelope(job, now).status === "IN_QUEUE");
  for (const job of queued) cancel(job, now);
  return serviceJson(200, { removed: queued.length, status: "completed" });
}

function cancelJob(job: Job, now: number): Response {
  const { cancelFinishedStatus = 200 } = job.endpoint.behavior;
  if (endOf(job, now) !== undefined && cancelFinishedStatus !== 200) {
    return serviceError(cancelFinishedStatus, "job has already finished");
  }
  cancel(job, now);
  return serviceJson(200, { id: job.id, status: envelope(job, now).status });
}

function retryJob(endpoint: Endpoint, job: Job, now: number): Response {
  const { status } = envelope(job, now);
  if (status !== "FAILED" && status !== "TIMED_OUT") {
    return serviceError(400, `job is ${status}: only FAILED and TIMED_OUT jobs can be retried`);
  }
  endpoint.retried++;
  enqueue(endpoint, job, now);
  job.announce?.();
  return serviceJson(200, { id: job.id, status: "IN_QUEUE" });
}
