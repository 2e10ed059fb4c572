import type { EmulatedBehavior } from "./behavior.ts";
import type { Call, Submit } from "./call.ts";
import { uuid } from "./common/hash.ts";
import { plainJson, serviceError } from "./common/response.ts";
import { createEventHub } from "./events.ts";
import { listedEndpoint } from "./listed_endpoint.ts";
import { answerOpenai } from "./openai/answer.ts";
import { publicEndpoints } from "./public_endpoints/all.ts";
import { type EmulatedJob, emulatedJob } from "./queue/emulated_job.ts";
import { addJob, createEndpoint, type Endpoint } from "./queue/endpoint.ts";
import type { Job } from "./queue/job.ts";
import { endOf } from "./queue/job_state.ts";
import { answerQueue } from "./queue/operations.ts";
import { callWebhook } from "./queue/webhook.ts";
import { limitRates } from "./rate_limits.ts";
import { type EmulatedRequest, logEntry } from "./request_log.ts";
import { type Route, routeOf } from "./route.ts";
import type { RunpodEmulator, RunpodEmulatorOptions } from "./runpod_emulator.ts";
import { passDeadlines } from "./worker_side/deadlines.ts";
import { workerEnvironment } from "./worker_side/environment.ts";
import { dropIfEnded } from "./worker_side/leases.ts";
import type { WorkerPool } from "./worker_side/pool.ts";
import { answerSdkServer } from "./sdk_server.ts";
import { answerWorker } from "./worker_side/routes.ts";
import { announceWorker, endWorker, listWorkers, workersWanted } from "./worker_side/workers.ts";
import type { ReadFile } from "./workers/audio/recording.ts";
import type { EmulatedHandler } from "./workers/handler.ts";
import type { Product } from "./workers/media/product.ts";
import { resultFile } from "./workers/media/result_file.ts";
import { workerOf } from "./workers/worker.ts";
import { isUrl } from "./common/url.ts";

/**
 * Creates an emulated Runpod. It shares its endpoints, jobs and log with no other.
 *
 * @example
 * ```ts
 * const emulator = createRunpodEmulator({ timing: { coldStartMillis: 20 } });
 * const response = await emulator.fetch("https://api.runpod.ai/v2/qwen-image-t2i/runsync", {
 *   method: "POST",
 *   headers: { authorization: "Bearer any" },
 *   body: JSON.stringify({ input: { prompt: "A lighthouse at dusk" } }),
 * });
 * const { output } = await response.json();
 * console.log(output.image_url, emulator.jobs[0].status);
 * ```
 */
export function createRunpodEmulator(options: RunpodEmulatorOptions = {}): RunpodEmulator {
  let count = 0;
  const { behavior = {}, history = Infinity, createId = () => uuid(`job ${++count}`) } = options;
  const requests: EmulatedRequest[] = [];
  const jobs: EmulatedJob[] = [];
  const jobsById = new Map<string, Job>();
  const admit = options.rateLimits ? limitRates() : () => () => {};
  const events = createEventHub();

  const endpoints = new Map<string, Endpoint>();
  for (const [id, config] of Object.entries({ ...publicEndpoints, ...options.endpoints })) {
    endpoints.set(id, createEndpoint(id, config, options.timing, behavior, events));
  }
  const local = endpoints.get("local");
  const server = local === undefined || local.pool !== undefined
    ? createEndpoint("local", { worker: "chat" }, options.timing, behavior, events)
    : local;

  /** Stands in for the downloads of workers: reads the result files of this emulator's jobs. */
  function fileReader(origin: string): ReadFile {
    return (address) => {
      if (!isUrl(address)) return undefined;
      const url = new URL(address);
      const route = routeOf(url);
      if (route.operation !== "file") return undefined;
      const isOwn = url.origin === origin || url.hostname.endsWith(".runpod.ai");
      return fileAt(route)?.bytes() ?? (isOwn ? null : undefined);
    };
  }

  function fileAt({ jobId = "", file = "" }: Route): Product | undefined {
    const job = jobsById.get(jobId);
    return job && endOf(job, Date.now())?.status === "COMPLETED" ? resultFile(job, file) : undefined;
  }

  function handlerOf(endpoint: Endpoint, { origin }: URL, hasWorker: boolean): EmulatedHandler | undefined {
    return workerOf(endpoint, { origin, hasWorker, readFile: fileReader(origin) });
  }

  function submitTo(
    endpoint: Endpoint,
    url: URL,
    isQueued: boolean,
    work = handlerOf(endpoint, url, isQueued),
  ): Submit {
    return (operation, input, request) => {
      const id = `${operation === "runsync" ? "sync-" : ""}${createId()}-u1`;
      const onChange = isQueued ? (job: Job) => jobChanged(endpoint, job) : undefined;
      const job = addJob(endpoint, { id, operation, input, request, work, onChange }, Date.now());
      if (!isQueued) return job;
      endpoint.jobs.set(id, job);
      jobsById.set(id, job);
      forgetExpiredJobs();
      jobs.push(emulatedJob(job));
      job.announce = () => {
        void callWebhook(job, options.webhookFetch ?? ((url, init) => globalThis.fetch(url, init)));
        if (endpoint.pool === undefined) events.follow(job);
      };
      job.announce();
      return job;
    };
  }

  /** Makes room for another job in the history. */
  function forgetExpiredJobs(): void {
    while (jobs.length >= history) {
      const index = jobs.findIndex(({ hasExpired }) => hasExpired);
      if (index === -1) return;
      const [{ id, endpoint }] = jobs.splice(index, 1);
      jobsById.delete(id);
      endpoints.get(endpoint)?.jobs.delete(id);
    }
  }

  function jobChanged({ pool }: Endpoint, job: Job): void {
    if (pool !== undefined) dropIfEnded(pool, job, Date.now());
    events.jobChanged(job);
  }

  function poolOf(id: string): WorkerPool {
    const pool = endpoints.get(id)?.pool;
    if (pool === undefined) throw new Error(`Endpoint "${id}" has no external workers: give it worker: "external"`);
    passDeadlines(pool, Date.now());
    return pool;
  }

  async function answer(call: Call, authorization: string | null): Promise<Response> {
    const { route } = call;
    if (route.operation === "file") return download(fileAt(route), call.method);
    // A server by itself does not check Runpod's keys.
    if (route.host === "server") return await answerServer(call, server);
    if (route.host === "worker") {
      const endpoint = endpoints.get(route.endpoint ?? "");
      return endpoint?.pool === undefined
        ? serviceError(404, "endpoint not found")
        : await answerWorker(call, authorization, endpoint.pool, endpoint.jobs);
    }
    const endpoint = endpoints.get(route.endpoint ?? "");
    if (route.host === "balancer" && endpoint?.config.sdkServer) return await answerServer(call, endpoint);
    if (!isAuthorized(authorization, options.apiKey)) {
      return behavior.unauthorizedBody === "empty"
        ? new Response(null, { status: 401 })
        : serviceError(401, "unauthorized");
    }
    if (endpoint === undefined) return serviceError(404, "endpoint not found");
    if (endpoint.pool !== undefined) {
      if (route.host === "balancer") return serviceError(400, "not allowed for QB API");
      passDeadlines(endpoint.pool, Date.now());
    }
    return route.host === "balancer" ? await answerServer(call, endpoint) : await answerGateway(call, endpoint);
  }

  /** Answers as a server does, behind a load balancer or by itself. */
  async function answerServer(call: Call, endpoint: Endpoint): Promise<Response> {
    const handler = endpoint.config.sdkServer ? handlerOf(endpoint, call.url, true) : undefined;
    if (handler !== undefined) {
      const submit = submitTo(endpoint, call.url, false, handler);
      return await answerSdkServer(call, endpoint, { handler, createId, submit });
    }
    return await answerOpenai(call, endpoint, submitTo(endpoint, call.url, false));
  }

  /** Answers as the gateway of the queue does. */
  async function answerGateway(call: Call, endpoint: Endpoint): Promise<Response> {
    const { operation } = call.route;
    if (operation === "unknown") return serviceError(404, "not found");
    const leave = admit(endpoint.id, operation, Date.now());
    if (leave === undefined) return tooManyRequests(behavior);
    const submit = submitTo(endpoint, call.url, true);
    let response: Response | undefined;
    try {
      const admitted = { ...call, leave };
      response = operation === "openai"
        ? await answerOpenai(admitted, endpoint, submit)
        : await answerQueue(admitted, endpoint, submit);
      return response;
    } finally {
      // A stream leaves when it ends.
      if (!response?.headers.get("content-type")?.startsWith("text/event-stream")) leave();
    }
  }

  async function receive(request: Request, signal: AbortSignal): Promise<Response> {
    const url = new URL(request.url);
    const route = routeOf(url);
    const { text, form } = await readBody(request);
    const logged = logEntry(request, route, text, form);
    requests.push(logged);
    if (requests.length > history) requests.shift();
    const call: Call = { method: request.method, url, route, text, form, signal, leave: () => {} };
    const next = () => answer(call, request.headers.get("authorization"));
    return await (options.intercept ? options.intercept(logged, next) : next());
  }

  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const signal = init?.signal ?? request.signal ?? new AbortController().signal;
      signal.throwIfAborted();
      return await untilAborted(receive(request, signal), signal);
    },
    requests,
    jobs,
    endpoints: [...endpoints].map(([id, { config }]) => listedEndpoint(id, config)),
    get workers() {
      const pools = [...endpoints.values()].flatMap(({ pool }) => pool ?? []);
      return pools.flatMap(({ endpoint: { id } }) => listWorkers(poolOf(id), Date.now()));
    },
    workerEnvironment: (endpoint, environment) => workerEnvironment(poolOf(endpoint), environment),
    workerStarted: (endpoint, workerId) => announceWorker(poolOf(endpoint), workerId, Date.now()),
    workerEnded: (endpoint, workerId) => {
      const pool = poolOf(endpoint);
      endWorker(pool, workerId, Date.now());
      passDeadlines(pool, Date.now());
    },
    workersWanted: (endpoint) => workersWanted(poolOf(endpoint), Date.now()),
    subscribe: events.subscribe,
  };
}

/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Whether a request has a key: any one, or the only accepted one. */
function isAuthorized(authorization: string | null, apiKey: string | undefined): boolean {
  const key = authorization?.replace(/^Bearer(\s+|$)/i, "").trim() ?? "";
  return key !== "" && (apiKey === undefined || key === apiKey);
}

function tooManyRequests({ retryAfterSeconds }: EmulatedBehavior): Response {
  const headers: Record<string, string> = retryAfterSeconds === undefined
    ? {}
    : { "retry-after": String(retryAfterSeconds) };
  return plainJson(429, { error: "too many requests" }, headers);
}

function download(file: Product | undefined, method: string): Response {
  if (method !== "GET" && method !== "HEAD") return serviceError(405, "method not allowed");
  if (file === undefined) return new Response("Not Found", { status: 404 });
  const bytes = file.bytes();
  const headers = { "content-type": file.mediaType, "content-length": String(bytes.length) };
  return new Response(method === "HEAD" ? null : bytes, { headers });
}

async function readBody(request: Request): Promise<{ text: string; form?: FormData }> {
  if (request.body === null) return { text: "" };
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) return { text: await request.text() };
  try {
    return { text: "", form: await request.formData() };
  } catch {
    // The content type says form, but the body is not one.
    return { text: "" };
  }
}
