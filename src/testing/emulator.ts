import { answerAudio, isAudioRoute } from "./audio_server.ts";
import type { EmulatedBehavior } from "./behavior.ts";
import { uuid } from "./digest.ts";
import { type EmulatedEndpoint, type EmulatedTiming, type Endpoint, openEndpoint } from "./endpoint.ts";
import { createJob, type EmulatedJob, endOf, type Job, present } from "./job.ts";
import { fileOf, type Product } from "./media.ts";
import { answerOpenai } from "./openai.ts";
import { publicEndpoints } from "./public_endpoints.ts";
import { answerQueue, type Call, failure, type Submit } from "./queue.ts";
import { limitRates } from "./rate_limits.ts";
import { plainJson } from "./response.ts";
import { type EmulatedOperation, type Route, routeOf } from "./route.ts";
import { refusal } from "./vllm.ts";
import { callWebhook } from "./webhook.ts";
import { workerOf } from "./worker.ts";

/** Settings of {@linkcode createRunpodEmulator}. */
export interface RunpodEmulatorOptions {
  /** The only key that is accepted, with or without `Bearer`. Default: any key. */
  apiKey?: string;
  /**
   * Endpoints by id, added to the public ones or in place of them. The one with the id `local` is also the plain model
   * server, which answers `/v1/…` on hosts that are not Runpod's; by default it is a `"chat"` endpoint.
   */
  endpoints?: Record<string, EmulatedEndpoint>;
  /** How long things take on endpoints that do not say so themselves. Default: everything is instant. */
  timing?: EmulatedTiming;
  /** Stands before every request, once it is logged: answer it, pass it on with `next`, or throw as a network would. */
  intercept?: (request: EmulatedRequest, next: () => Promise<Response>) => Response | Promise<Response>;
  /** Whether each operation of an endpoint has its documented limit of requests, beyond which it answers 429. Default false. */
  rateLimits?: boolean;
  /** Calls the webhooks of jobs. Default: the global `fetch`. */
  webhookFetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Switches for what Runpod's documentation leaves open. */
  behavior?: EmulatedBehavior;
}

/** Runpod as a fetch handler. */
export interface RunpodEmulator {
  /**
   * Answers a request as Runpod would. It is a `fetch` for `createRunpod`; behind a real port it is
   * `Deno.serve((request) => emulator.fetch(request))`, and the same in `Bun.serve` or a Worker.
   */
  fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Every request seen, oldest first. */
  readonly requests: EmulatedRequest[];
  /** Every job of a queue endpoint, oldest first, also those that OpenAI routes made. */
  readonly jobs: EmulatedJob[];
}

/** A request that the emulator has seen. */
export interface EmulatedRequest {
  /** The HTTP method, in capitals. */
  method: string;
  /** The whole URL. */
  url: string;
  /** The headers, by name in lower case. */
  headers: Record<string, string>;
  /** What it asks for. */
  operation: EmulatedOperation;
  /** The id of the endpoint that it names; undefined on a plain model server. */
  endpoint?: string;
  /** The path after `/v1/` of an `openai` request, such as `chat/completions`. */
  route?: string;
  /** The job that it names. */
  jobId?: string;
  /** The body: parsed if it is JSON, `FormData` if it has parts, else as text; undefined if there is none. */
  body?: unknown;
}

/**
 * Makes a Runpod of its own: its endpoints, jobs and log are shared with no other.
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
  const behavior = options.behavior ?? {};
  const requests: EmulatedRequest[] = [];
  const jobs: EmulatedJob[] = [];
  const jobsById = new Map<string, Job>();
  const admit = options.rateLimits ? limitRates() : () => () => {};
  let count = 0;

  const endpoints = new Map<string, Endpoint>();
  for (const [id, config] of Object.entries({ ...publicEndpoints, ...options.endpoints })) {
    endpoints.set(id, openEndpoint(id, config, options.timing, behavior));
  }
  const server = endpoints.get("local") ?? openEndpoint("local", { worker: "chat" }, options.timing, behavior);

  /** What a worker would download, without a network: the files of this emulator's jobs. */
  function readFile(address: string): Uint8Array | undefined {
    const route = URL.canParse(address) ? routeOf(new URL(address)) : undefined;
    return route?.operation === "file" ? fileAt(route)?.bytes() : undefined;
  }

  function fileAt({ jobId = "", file = "" }: Route): Product | undefined {
    const job = jobsById.get(jobId);
    return job && endOf(job, Date.now())?.status === "COMPLETED" ? fileOf(job, file) : undefined;
  }

  function submitTo(endpoint: Endpoint, url: URL, isQueued: boolean): Submit {
    return (operation, input, request) => {
      const id = `${operation === "runsync" ? "sync-" : ""}${uuid(`job ${++count}`)}-u1`;
      const work = workerOf(endpoint, { origin: url.origin, isQueued, readFile });
      const job = createJob({ id, endpoint, operation, input, request, work }, Date.now());
      if (isQueued) {
        endpoint.jobs.push(job);
        jobsById.set(id, job);
        jobs.push(present(job));
        job.announce = () =>
          void callWebhook(job, options.webhookFetch ?? ((url, init) => globalThis.fetch(url, init)));
        job.announce();
      }
      return job;
    };
  }

  async function answer(call: Call, authorization: string | null): Promise<Response> {
    const { route, url } = call;
    if (route.operation === "file") return download(fileAt(route), call.method);
    if (route.host === "server") {
      // A model server by itself knows nothing of Runpod's keys.
      return route.operation === "openai"
        ? await answerServer(call, server, submitTo(server, url, false))
        : noSuchPath();
    }
    const key = authorization?.replace(/^Bearer\s+/i, "").trim() ?? "";
    if (key === "" || key === "Bearer" || (options.apiKey !== undefined && key !== options.apiKey)) {
      return behavior.unauthorizedBody === "empty" ? new Response(null, { status: 401 }) : failure(401, "unauthorized");
    }
    const endpoint = endpoints.get(route.endpoint ?? "");
    if (endpoint === undefined) return failure(404, "endpoint not found");
    if (route.host === "balancer") {
      return route.operation === "openai"
        ? await answerServer(call, endpoint, submitTo(endpoint, url, false))
        : noSuchPath();
    }
    if (route.operation === "unknown") return failure(404, "not found");
    const leave = admit(endpoint.id, route.operation, Date.now());
    if (leave === undefined) return tooManyRequests(behavior);
    const submit = submitTo(endpoint, url, true);
    let response: Response | undefined;
    try {
      response = await (route.operation === "openai" ? answerServer : answerQueue)(
        { ...call, leave },
        endpoint,
        submit,
      );
      return response;
    } finally {
      // A stream says itself when it is over.
      if (!response?.headers.get("content-type")?.startsWith("text/event-stream")) leave();
    }
  }

  async function receive(request: Request, signal: AbortSignal): Promise<Response> {
    const url = new URL(request.url);
    const { text, form } = await readBody(request);
    const route = routeOf(url);
    const { host: _, file: __, ...target } = route;
    const logged: EmulatedRequest = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      ...target,
      body: form ?? bodyOf(text),
    };
    requests.push(logged);
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
  };
}

/** The outcome of a promise, or the signal's reason if that comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}

/** Answers an OpenAI route of any kind. */
function answerServer(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  return (isAudioRoute(call.route.route) ? answerAudio : answerOpenai)(call, endpoint, submit);
}

/** A model server's answer to a path that it does not have. */
function noSuchPath(): Response {
  return plainJson(404, refusal(404, "Not Found", "Not Found").body);
}

function tooManyRequests({ retryAfterSeconds }: EmulatedBehavior): Response {
  const headers: Record<string, string> = retryAfterSeconds === undefined
    ? {}
    : { "retry-after": String(retryAfterSeconds) };
  return plainJson(429, { error: "too many requests" }, headers);
}

function download(file: Product | undefined, method: string): Response {
  if (method !== "GET" && method !== "HEAD") return failure(405, "method not allowed");
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
    // What calls itself a form and is none.
    return { text: "" };
  }
}

function bodyOf(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
