/**
 * Starts a batch: writes all requests, then submits each once.
 *
 * @module
 */
import {
  APICallError,
  type Experimental_BatchV4Request as BatchV4Request,
  type Experimental_BatchV4StartResult as BatchV4StartResult,
} from "@ai-sdk/provider";
import { invalidArgument } from "../invalid_argument.ts";
import { runInBackground } from "../job/cancel.ts";
import { notify } from "../job/job_wait.ts";
import { CONCURRENCY_LIMITS } from "../job/limits.ts";
import type { Queue } from "../job/queue.ts";
import { startJob } from "../job/run_job.ts";
import { type BatchItem, writeBatchId } from "./batch_id.ts";
import { cancelJobs } from "./cancel.ts";
import { forEachAtMost } from "../http/concurrency.ts";
import { describeError } from "./error.ts";
import { isOwnOrigin } from "./open_batch.ts";
import { type BatchCall, type ConfigOf, writeRequest, type WrittenRequest } from "./request.ts";

/** Submissions at once: a tenth of what the service accepts for one endpoint. */
const CONCURRENCY = CONCURRENCY_LIMITS.run / 10;

/**
 * Starts a batch.
 *
 * @throws {InvalidArgumentError} for a request that its model cannot do. Nothing is submitted then.
 * @throws what {@link submitAll} throws.
 */
export async function startBatch(
  configOf: ConfigOf,
  requests: readonly BatchV4Request[],
  webhookUrl: string | undefined,
  call: BatchCall,
): Promise<BatchV4StartResult> {
  const createdAt = Date.now();
  const written: WrittenRequest[] = [];
  for (const request of requests) {
    const config = configOf(request.modelId);
    if (!isOwnOrigin(configOf, config.endpoint.root)) throw foreignEndpoint(request.modelId);
    written.push(await writeRequest(config, request, call));
  }
  const items = await submitAll(written, call);
  const jobs = items.filter(({ jobId }) => jobId !== undefined).length;
  const warnings: Array<BatchV4StartResult["warnings"][number]> = written.flatMap(({ id, warnings }) =>
    warnings.map((warning) => ({ requestId: id, warning }))
  );
  if (webhookUrl !== undefined) {
    const details = "Runpod calls a webhook for each job; providerOptions.runpod.webhook sets it";
    warnings.push({ warning: { type: "unsupported", feature: "webhookUrl", details } });
  }
  return {
    batchId: writeBatchId({ createdAt, submittedAt: Date.now(), items }),
    status: "pending",
    requestCounts: { total: items.length, pending: jobs, completed: 0, failed: items.length - jobs },
    createdAt: new Date(createdAt).toISOString(),
    warnings,
  };
}

/**
 * Submits each request once. Where some are accepted, the batch starts, and a request that was not is a failed one.
 *
 * @throws where nothing was accepted: the first error that is not retryable, because a job may exist after it; else the
 *   first error.
 * @throws the abort signal's reason. The jobs that were accepted are then cancelled, unless `cancelOnAbort` is false.
 */
async function submitAll(written: WrittenRequest[], { abortSignal }: BatchCall): Promise<BatchItem[]> {
  const accepted: Array<{ queue: Queue; jobId: string; mayCancel: boolean }> = [];
  const errors: unknown[] = [];
  const items = await forEachAtMost(
    written,
    CONCURRENCY,
    async ({ id, group, queue, submission, wait }): Promise<BatchItem> => {
      try {
        abortSignal?.throwIfAborted();
        const { job } = await startJob(queue, submission, { ...wait, abortSignal });
        accepted.push({ queue, jobId: job.id, mayCancel: wait.cancelOnAbort ?? true });
        notify({ queue }, job);
        return { id, group, jobId: job.id };
      } catch (error) {
        errors.push(error);
        return { id, group, error: describeError(error) };
      }
    },
  );
  if (abortSignal?.aborted) {
    if (accepted.length > 0) {
      runInBackground(accepted[0].queue, cancelJobs(accepted.filter(({ mayCancel }) => mayCancel)));
    }
    throw abortSignal.reason;
  }
  // After a retryable error the SDK submits the whole batch again, so an error that is not retryable comes first.
  const isFinalError = (error: unknown) => !APICallError.isInstance(error) || !error.isRetryable;
  if (accepted.length === 0 && items.length > 0) throw errors.find(isFinalError) ?? errors[0];
  return items;
}

function foreignEndpoint(modelId: string): Error {
  const reason = "a batch stays at the provider's own address; set baseURL to use another";
  return invalidArgument(`start a batch with "${modelId}"`, "requests", reason);
}
