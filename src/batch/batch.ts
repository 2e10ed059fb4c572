/**
 * Batches of text and image requests: one job each, submitted together and read together.
 *
 * @module
 */
import type { Experimental_BatchV4 as BatchV4 } from "@ai-sdk/provider";
import { callOptions, sortOptions } from "../call/options.ts";
import { SUPPORTED_URLS } from "../language/supported_urls.ts";
import { once } from "../once.ts";
import { cancelJobs } from "./cancel.ts";
import { openBatch } from "./open_batch.ts";
import type { ConfigOf } from "./request.ts";
import { batchResults } from "./results.ts";
import { startBatch } from "./start.ts";
import { batchStatus } from "./status.ts";

/** Makes the batches of a provider. */
export function createBatch(configOf: ConfigOf): BatchV4 {
  return {
    specificationVersion: "v4",
    provider: "runpod.batch",
    supportedUrls: SUPPORTED_URLS,
    doStartBatch: async ({ requests, webhookUrl, ...call }) => await startBatch(configOf, requests, webhookUrl, call),
    doGetBatchStatus: async ({ batchId, ...call }) => await batchStatus(openBatch(configOf, batchId, call), call),
    // deno-lint-ignore require-await
    doGetBatchResults: async ({ batchId, ...call }) => {
      const { job: { wait } } = sortOptions(call.providerOptions, jobOptions());
      return batchResults(openBatch(configOf, batchId, call), call, wait);
    },
    doCancelBatch: async ({ batchId, ...call }) =>
      await cancelJobs(openBatch(configOf, batchId, call).items, call.abortSignal),
  };
}

const jobOptions = once(callOptions);
