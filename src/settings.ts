/**
 * The settings of a provider.
 *
 * @module
 */
import type { FetchFunction } from "@ai-sdk/provider-utils";

/** Settings of {@link createRunpod}: how to reach Runpod, and with which key. */
export interface RunpodProviderSettings {
  /**
   * The Runpod API key, or a function that returns it, or a promise of it, for each request.
   *
   * A key given here is sent to every endpoint that you name. The environment variable is read at each request, and sent
   * only to Runpod and to the origin of `baseURL`.
   *
   * @default the environment variable `RUNPOD_API_KEY`
   */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /**
   * The http(s) URL where the endpoints are, without a query.
   *
   * A URL whose path ends in `/v1` is an OpenAI-compatible server (vLLM, SGLang), and model ids are the names that it
   * serves. A URL that ends in `/v2/{id}` is that endpoint. Any other URL is a prefix that endpoint ids follow, such as a
   * proxy.
   *
   * @default "https://api.runpod.ai/v2"
   */
  baseURL?: string | undefined;
  /** Headers of every request. They win over the provider's own headers, and a call's headers win over them. */
  headers?: Record<string, string | undefined> | undefined;
  /**
   * The `fetch` to use, to intercept requests or to test without a network.
   *
   * @default the global `fetch`
   */
  fetch?: FetchFunction | undefined;
  /**
   * How long a call may take in all, in milliseconds, above 0, where its own `timeoutMillis` does not say. It holds for every
   * kind of model, for streams until their end, and for each request of an endpoint's client.
   *
   * @default 600_000 for jobs, no limit for calls over OpenAI routes
   */
  timeoutMillis?: number | undefined;
  /**
   * Called when a job is submitted, and whenever its status or its progress changes, so that you can store its id before
   * there is a result. Jobs are then submitted through `/run`, which tells the id at once. Errors of this function are
   * ignored, also if it is asynchronous.
   */
  onJobUpdate?: ((update: RunpodJobUpdate) => void) | undefined;
  /**
   * Keeps the runtime alive for work in the background: the cancellation of a job after the call has ended. Needed on
   * Workers, where such work otherwise ends with the response: `waitUntil: (work) => context.waitUntil(work)`.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** A change of a job's status or progress. */
export interface RunpodJobUpdate {
  /** The id (or slug) of the job's endpoint. */
  endpoint: string;
  /** The job's id. */
  jobId: string;
  /** The job's status, in upper case, such as `IN_QUEUE`. */
  status: string;
  /** How long the job has waited for a worker, in milliseconds, once it has one. */
  delayTimeMillis?: number;
  /** How long the job ran, in milliseconds, once it has ended. */
  executionTimeMillis?: number;
  /** The id of the worker that has or had the job. */
  workerId?: string;
  /** How often the service has started the job again after it lost the worker. */
  retries?: number;
  /** The progress that the worker last reported: any JSON. */
  progress?: unknown;
}
