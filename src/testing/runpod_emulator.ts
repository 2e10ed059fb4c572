import type { EmulatedBehavior } from "./behavior.ts";
import type { EmulatedEndpoint, EmulatedTiming } from "./endpoint_options.ts";
import type { EmulatedEvent } from "./events.ts";
import type { ListedEndpoint } from "./listed_endpoint.ts";
import type { EmulatedJob } from "./queue/emulated_job.ts";
import type { EmulatedRequest } from "./request_log.ts";
import type { EmulatedWorker } from "./worker_side/emulated_worker.ts";
import type { WorkerEnvironmentOptions } from "./worker_side/environment.ts";

/** Settings of `createRunpodEmulator`. */
export interface RunpodEmulatorOptions {
  /** The only accepted API key, with or without `Bearer`. Default: any key. */
  apiKey?: string;
  /**
   * Endpoints by id, besides the public ones or in place of them. The endpoint `local` is also the plain model server,
   * which answers `/v1/…` on hosts that are not Runpod's; by default it is a `"chat"` endpoint.
   */
  endpoints?: Record<string, EmulatedEndpoint>;
  /** How long things take on endpoints that do not say so themselves. Default: everything is instant. */
  timing?: EmulatedTiming;
  /** Called for every request after it was logged: answer it, pass it on with `next`, or throw as a network would. */
  intercept?: (request: EmulatedRequest, next: () => Promise<Response>) => Response | Promise<Response>;
  /** Whether operations have their documented rate limits, over which they answer 429. @default false */
  rateLimits?: boolean;
  /** Sends the requests to webhooks. @default globalThis.fetch */
  webhookFetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Switches for what Runpod's documentation leaves open. */
  behavior?: EmulatedBehavior;
  /**
   * How many requests and jobs are kept in `requests` and `jobs`, for an emulator that runs for long. A job whose result
   * can still be read is always kept.
   *
   * @default Infinity
   */
  history?: number;
  /**
   * Makes the id of a job, of which `sync-…-u1` or `…-u1` becomes the whole one. It must be unique and fit into a URL.
   * An emulator that is started again and again needs random ids: an app may still know a job of the last start, and
   * the URLs of result files need no key because nobody can guess the ids. `crypto.randomUUID()` is right for that.
   *
   * Default: the same ids in every emulator, so that a failing test reads the same on every run.
   */
  createId?: () => string;
}

/** Runpod as a fetch handler. */
export interface RunpodEmulator {
  /**
   * Answers a request as Runpod would. Use it as the `fetch` of `createRunpod`, or serve it on a port:
   * `Deno.serve((request) => emulator.fetch(request))`, and likewise with `Bun.serve` or in a Worker.
   */
  fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Every request received, oldest first. */
  readonly requests: EmulatedRequest[];
  /** Every job of a queue endpoint, oldest first, with those that OpenAI routes made. */
  readonly jobs: EmulatedJob[];
  /** All endpoints: the public ones first, then those of `endpoints` that replace none. */
  readonly endpoints: readonly ListedEndpoint[];
  /** The external workers of all endpoints, as they are now. */
  readonly workers: EmulatedWorker[];
  /**
   * Returns the environment variables with which a worker process takes the jobs of an endpoint.
   *
   * @throws Error if the endpoint has no external workers
   */
  workerEnvironment: (endpoint: string, options: WorkerEnvironmentOptions) => Record<string, string>;
  /**
   * Announces that a worker process was started: until its first request it counts as starting.
   *
   * @throws Error if the endpoint has no external workers
   */
  workerStarted: (endpoint: string, workerId: string) => void;
  /**
   * Reports that a worker process has ended, or is about to be ended: its jobs go back to the queue at once, and it gets
   * no more jobs. Without this, its jobs go back after `lostAfterMillis`.
   *
   * @throws Error if the endpoint has no external workers
   */
  workerEnded: (endpoint: string, workerId: string) => void;
  /**
   * Returns how many workers the jobs of an endpoint need now, from 0 to its `maxWorkers`.
   *
   * @throws Error if the endpoint has no external workers
   */
  workersWanted: (endpoint: string) => number;
  /** Calls the listener, which must not throw, for each event from now on. Returns a function that ends this. */
  subscribe: (listener: (event: EmulatedEvent) => void) => () => void;
}
