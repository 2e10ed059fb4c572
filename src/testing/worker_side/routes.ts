import type { Call } from "../call.ts";
import { isRecord, parseJson } from "../common/json.ts";
import { plainJson, serviceError } from "../common/response.ts";
import { addYield, type Job, setProgress } from "../queue/job.ts";
import { passDeadlines } from "./deadlines.ts";
import { finish, leaseOf, takeJobs } from "./leases.ts";
import { longPoll } from "./long_poll.ts";
import { ping } from "./ping.ts";
import type { ExternalWorker, WorkerPool } from "./pool.ts";
import { readReport } from "./report.ts";
import { hasToken } from "./token.ts";
import { tellState } from "./worker_state.ts";
import { see, stopPolls } from "./workers.ts";
import { splitYield } from "./yields.ts";

/** Answers the requests of worker processes. */
export async function answerWorker(
  call: Call,
  authorization: string | null,
  pool: WorkerPool,
  jobs: ReadonlyMap<string, Job>,
): Promise<Response> {
  const { route, method, url } = call;
  const { workerId = "", jobId = "" } = route;
  if (!hasToken(pool, authorization, url)) {
    const reason = "the token is wrong; the worker SDK sends the key of ~/.runpod/config.toml if that file has one";
    pool.listener.refused({ endpoint: pool.endpoint.id, workerId, reason });
    return serviceError(401, "unauthorized");
  }
  const isReport = route.operation === "job-done" || route.operation === "job-stream";
  if (method !== (isReport ? "POST" : "GET")) return serviceError(405, "method not allowed");

  passDeadlines(pool, Date.now());
  try {
    if (route.operation === "ping") {
      ping(pool, workerId, url.searchParams, Date.now());
      return plainJson(200, {});
    }
    const worker = see(pool, workerId, Date.now());
    switch (route.operation) {
      case "job-take":
        return await jobTake(call, pool, worker);
      case "job-take-batch":
        return await jobTakeBatch(call, pool, worker);
      case "job-stop":
        return await jobStop(call, pool, worker);
    }
    const job = jobs.get(jobId);
    if (job === undefined) return serviceError(404, "job not found");
    return route.operation === "job-done" ? jobDone(call, pool, worker, job) : jobStream(call, pool, worker, job);
  } finally {
    passDeadlines(pool, Date.now());
  }
}

/** Waits for one job. */
async function jobTake({ signal }: Call, pool: WorkerPool, worker: ExternalWorker): Promise<Response> {
  const taken = await pollJobs(pool, worker, 1, signal);
  return taken === undefined ? new Response(null, { status: 204 }) : plainJson(200, taken[0]);
}

/** Waits for up to `batch_size` jobs. */
async function jobTakeBatch({ url, signal }: Call, pool: WorkerPool, worker: ExternalWorker): Promise<Response> {
  const size = Number(url.searchParams.get("batch_size") ?? 1);
  if (!Number.isInteger(size) || size < 1) return serviceError(400, "batch_size must be a whole number of jobs");
  const taken = await pollJobs(pool, worker, size, signal);
  return taken === undefined ? new Response(null, { status: 204 }) : plainJson(200, taken);
}

function pollJobs(pool: WorkerPool, worker: ExternalWorker, count: number, signal: AbortSignal) {
  return longPoll(worker, pool.lostAfterMillis, (now) => {
    const taken = takeJobs(pool, worker, count, now);
    return taken.length > 0 ? taken.map(forWorker) : undefined;
  }, signal);
}

/** A job as its worker gets it. */
function forWorker({ id, input, request }: Job): Record<string, unknown> {
  const job: Record<string, unknown> = { id };
  // The service drops an empty input, and the worker SDK then refuses the job.
  if (Object.keys(input).length > 0) job.input = input;
  for (const key of ["webhook", "s3Config"]) if (request[key] !== undefined) job[key] = request[key];
  return job;
}

/** Waits for jobs that the worker has to stop. */
async function jobStop({ signal }: Call, pool: WorkerPool, worker: ExternalWorker): Promise<Response> {
  const jobsToStop = await longPoll(worker, pool.lostAfterMillis, () => {
    if (worker.stops.size === 0) return undefined;
    const ids = [...worker.stops];
    worker.stops.clear();
    for (const id of ids) worker.told.add(id);
    return ids;
  }, signal);
  return jobsToStop === undefined ? new Response(null, { status: 204 }) : plainJson(200, { jobsToStop });
}

/** Takes a result or a progress note. One for a job that the worker no longer has changes nothing. */
function jobDone({ text }: Call, pool: WorkerPool, worker: ExternalWorker, job: Job): Response {
  const report = readReport(text, job);
  const lease = leaseOf(pool, worker, job.id);
  if (report.kind === "wrong") return refuse(pool, worker, job, report.reason, 400);
  if (report.kind === "progress") {
    if (lease === undefined) return refuse(pool, worker, job, "progress of a job that the worker no longer has");
    lease.unnamedSince = undefined;
    setProgress(job, report.output);
    return plainJson(200, {});
  }
  if (report.restart) stopPolls(worker, Date.now() + pool.lostAfterMillis);
  if (lease === undefined) return refuse(pool, worker, job, "result of a job that the worker no longer has");
  finish(pool, lease, report.outcome, Date.now());
  tellState(pool, worker, Date.now());
  return plainJson(200, {});
}

/** Takes one yield. */
function jobStream({ text }: Call, pool: WorkerPool, worker: ExternalWorker, job: Job): Response {
  const body = parseJson(text);
  if (!isRecord(body)) return refuse(pool, worker, job, "the yield is not a JSON object", 400);
  const lease = leaseOf(pool, worker, job.id);
  if (lease === undefined) return refuse(pool, worker, job, "yield of a job that the worker no longer has");
  lease.unnamedSince = undefined;
  for (const piece of splitYield(body.output)) addYield(job, piece, Date.now());
  return plainJson(200, {});
}

/** Tells the listener. What comes late is answered with 200, because the worker SDK would only send it again. */
function refuse(pool: WorkerPool, worker: ExternalWorker, job: Job, reason: string, status = 200): Response {
  pool.listener.refused({ endpoint: pool.endpoint.id, workerId: worker.id, jobId: job.id, reason });
  return status === 200 ? plainJson(200, {}) : serviceError(status, reason);
}
