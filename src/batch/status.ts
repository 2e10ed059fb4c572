/**
 * Reads the status of a batch.
 *
 * @module
 */
import { APICallError, type Experimental_BatchV4Status as BatchV4Status } from "@ai-sdk/provider";
import { isFinal, type RunpodJob, unseenJob } from "../job/envelope.ts";
import { RunpodJobError } from "../job/error.ts";
import { CONCURRENCY_LIMITS, RESULT_LIFETIME_MILLIS } from "../job/limits.ts";
import { retryReads } from "../job/retry.ts";
import { readStatusForCaller } from "../job/status_read.ts";
import { forEachAtMost } from "../http/concurrency.ts";
import type { OpenBatch } from "./open_batch.ts";
import type { BatchCall } from "./request.ts";

/** Status reads at once: a small share of what the service accepts for one endpoint. */
const STATUS_READS = CONCURRENCY_LIMITS.status / 20;

/** Reads the status of all jobs and adds them up. A job whose result has expired counts as failed. */
export async function batchStatus(
  { createdAt, submittedAt, items }: OpenBatch,
  { abortSignal }: BatchCall,
): Promise<BatchV4Status> {
  const jobs = await forEachAtMost(items, STATUS_READS, async ({ queue, jobId }): Promise<RunpodJob | undefined> => {
    if (jobId === undefined) return undefined;
    const read = () => readStatusForCaller(queue, { jobId, submittedAt }, abortSignal);
    try {
      return (await retryReads(read, abortSignal)).job;
    } catch (error) {
      if (RunpodJobError.isInstance(error) && error.kind === "expired") return undefined;
      if (APICallError.isInstance(error) && error.statusCode === 404) return unseenJob(jobId);
      throw error;
    }
  });
  const total = jobs.length;
  const pending = jobs.filter((job) => job && !isFinal(job)).length;
  const completed = jobs.filter((job) => job?.status === "COMPLETED");
  const failed = total - pending - completed.length;
  // The earliest times that the jobs can have ended at. No result expires before its job has ended.
  const ends = completed.map((job) => createdAt + (job?.delayTimeMillis ?? 0) + (job?.executionTimeMillis ?? 0));
  return {
    status: pending > 0 ? "pending" : completed.length > 0 ? "completed" : "failed",
    requestCounts: { total, pending, completed: completed.length, failed },
    createdAt: new Date(createdAt).toISOString(),
    ...(ends.length > 0 && { expiresAt: new Date(Math.min(...ends) + RESULT_LIFETIME_MILLIS.run).toISOString() }),
  };
}
