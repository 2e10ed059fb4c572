/**
 * What a caller may set for a whole provider.
 *
 * @module
 */
import type { FetchFunction } from "@ai-sdk/provider-utils";

/** Settings of {@link createRunpod}: how to reach Runpod and as whom. */
export interface RunpodProviderSettings {
  /**
   * The Runpod API key, or a function that returns it (or a promise of it) for each request.
   *
   * Default: the `RUNPOD_API_KEY` environment variable, read when a request is made and sent only to Runpod and to
   * `baseURL`. A key given here goes to every endpoint you name.
   */
  apiKey?: string | (() => string | Promise<string>);
  /**
   * Where the endpoints are. Default `https://api.runpod.ai/v2`.
   *
   * A URL whose path ends in `/v1` is an OpenAI-compatible server (vLLM, SGLang) and the model id is the name it
   * serves; one that ends in `/v2/{id}` is that endpoint; any other is a prefix that endpoint ids follow (a proxy).
   */
  baseURL?: string;
  /** Headers to send with every request. They win over the provider's own. */
  headers?: Record<string, string | undefined>;
  /** The `fetch` to use, to intercept requests or to test without a network. Default: the global one. */
  fetch?: FetchFunction;
  /**
   * Called when a job is known and whenever its state or progress changes, so that its id can be stored before its result
   * exists. Jobs are then submitted through `/run`, which tells the id at once. What it throws, at once or later, is
   * ignored.
   */
  onJobUpdate?: (update: RunpodJobUpdate) => void;
  /**
   * Keeps a runtime alive for work that goes on after the caller has left: the cancelling of a job. On Workers, where such
   * work dies with the response otherwise: `waitUntil: (work) => context.waitUntil(work)`.
   */
  waitUntil?: (work: Promise<unknown>) => void;
}

/** A change of a job. */
export interface RunpodJobUpdate {
  /** The endpoint id (or slug) that has the job. */
  endpoint: string;
  /** The job's id. */
  jobId: string;
  /** Its status, in upper case. */
  status: string;
  /** How long it has waited for a worker, in milliseconds, once it has one. */
  delayTimeMillis?: number;
  /** How long it ran, in milliseconds, once it has ended. */
  executionTimeMillis?: number;
  /** The worker that has it. */
  workerId?: string;
  /** How often the platform has started it again. */
  retries?: number;
  /** What the worker last reported of its progress; any JSON. */
  progress?: unknown;
}
