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
   * How to reach the model: by a job on the endpoint's queue, as Runpod's worker for Infinity takes it, or over vLLM's
   * route `/rerank` or `/score`. Default `queue`, or `rerank` where there is no queue.
   */
  transport?: "queue" | "rerank" | "score";
};

/** Options of reranking models, under `providerOptions.runpod`. Every other key goes to the server as it is. */
export type RunpodRerankingModelOptions = RunpodJobOptions & {
  /** Any other field of the request. */
  [serverOption: string]: JSONValue | undefined;
};
