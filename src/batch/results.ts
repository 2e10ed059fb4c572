/**
 * Reads the results of a batch.
 *
 * @module
 */
import {
  APICallError,
  type Experimental_BatchV4ItemResult as BatchV4ItemResult,
  type JSONValue,
} from "@ai-sdk/provider";
import { removeUndefinedEntries } from "@ai-sdk/provider-utils";
import { RunpodJobError } from "../job/error.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import { runJob } from "../job/run_job.ts";
import { describeJob } from "../output/job_output.ts";
import { limitConcurrency } from "../http/concurrency.ts";
import { describeError } from "./error.ts";
import type { OpenBatch } from "./open_batch.ts";
import { type BatchCall, readResult } from "./request.ts";
import { onAbort } from "../http/abort.ts";

/** How many results are downloaded at once. */
const DOWNLOADS = 10;

/**
 * Streams each result when it is there, and waits for those that are not. All jobs are polled at once, because a result
 * expires soon after its job has ended.
 */
export function batchResults(
  { items, submittedAt }: OpenBatch,
  { abortSignal }: BatchCall,
  wait: RunpodWaitOptions,
): ReadableStream<BatchV4ItemResult> {
  const stop = new AbortController();
  const unfollow = onAbort(abortSignal, (reason) => stop.abort(reason));
  let isOver = false;
  const download = limitConcurrency(DOWNLOADS);
  const options = { timeoutMillis: Infinity, ...wait, cancelOnAbort: false, cancelOnTimeout: false };
  const deadlineAt = Date.now() + options.timeoutMillis;
  const resultOf = async (item: OpenBatch["items"][number]): Promise<BatchV4ItemResult> => {
    const { id, group, queue, jobId, error } = item;
    if (jobId === undefined) return { type: group.type, id, status: "failed", error: error ?? { message: "No job" } };
    try {
      return await runJob(
        queue,
        { jobId, submittedAt },
        { ...options, abortSignal: stop.signal },
        async (result, tools) => {
          const retry: typeof tools.retry = (run) => download(() => tools.retry(run));
          return await readResult(queue, item, result, { ...tools, retry });
        },
      );
    } catch (error) {
      if (!RunpodJobError.isInstance(error)) throw error;
      // A job that has not ended has no result yet, not even a failed one, unless its status cannot be read.
      const isUnreadable = APICallError.isInstance(error.cause) && Date.now() < deadlineAt;
      if (error.kind === "deadline" && !isUnreadable) throw error;
      const { kind, job } = error;
      const status = kind === "cancelled" || kind === "expired" ? kind : "failed";
      const providerMetadata = { runpod: removeUndefinedEntries<JSONValue>(describeJob(queue, job)) };
      return { type: group.type, id, status, error: describeError(error), providerMetadata };
    }
  };
  return new ReadableStream<BatchV4ItemResult>({
    start(controller) {
      // Not returned, because nothing is read from a stream until its start has ended.
      Promise.all(items.map(async (item) => {
        const result = await resultOf(item);
        if (!isOver) controller.enqueue(result);
      })).then(() => isOver || controller.close(), (error) => {
        if (isOver) return;
        isOver = true;
        stop.abort(error);
        controller.error(error);
      }).finally(unfollow);
    },
    cancel(reason) {
      isOver = true;
      stop.abort(reason);
    },
  });
}
