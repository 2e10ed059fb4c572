/**
 * What callers may set for a reranking model and for one call of it.
 *
 * @module
 */
import type { JSONValue } from "@ai-sdk/provider";
import type { RunpodJobOptions } from "../job/options.ts";

/** Settings of one reranking model. */
export type RunpodRerankingModelSettings = {
  /** The name that the endpoint serves the model under. Default: the first that its `/models` route lists. */
  model?: string;
  /**
   * How to reach the model: over vLLM's route `/rerank` or `/score`, or by a job on the endpoint's queue, as Runpod's worker
   * for Infinity takes it. Default `rerank`: that worker answers only with Infinity 0.0.53, of 2024; the job of a newer
   * one never ends.
   */
  transport?: "queue" | "rerank" | "score";
  /** The worker of Runpod's that the endpoint runs: `infinity` is reached by jobs. */
  worker?: "infinity";
};

/** Options of reranking models, under `providerOptions.runpod`. Every other key goes to the server as it is. */
export type RunpodRerankingModelOptions = RunpodJobOptions & {
  /** Any other field of the request. */
  [serverOption: string]: JSONValue | undefined;
};
