/**
 * What callers may set for an embedding model and for one call of it.
 *
 * @module
 */
import type { JSONValue } from "@ai-sdk/provider";
import type { RunpodJobOptions } from "../job/options.ts";

/** Settings of one embedding model. */
export type RunpodEmbeddingModelSettings = {
  /** The name that the endpoint serves the model under. Default: the first that its `/models` route lists. */
  model?: string;
  /**
   * How to reach the model: over the endpoint's OpenAI-compatible route, or by a job on its queue, as Runpod's worker for
   * Infinity takes it. A job outlives any cold start.
   *
   * @default "openai"
   */
  transport?: "openai" | "queue";
  /** The worker of Runpod's that the endpoint runs: `infinity` is reached by jobs. */
  worker?: "infinity";
  /**
   * The most values in one request; `embedMany` splits longer lists. A whole number above 0.
   *
   * @default 2048
   */
  maxEmbeddingsPerCall?: number;
};

/** Options of embedding models, under `providerOptions.runpod`. Every other key goes to the server as it is. */
export type RunpodEmbeddingModelOptions = RunpodJobOptions & {
  /**
   * How the vectors are sent: `base64` takes a third of the bytes.
   *
   * @default the server's own, which is "float"
   */
  encodingFormat?: "float" | "base64";
  /** Any other field of the request. */
  [serverOption: string]: JSONValue | undefined;
};
