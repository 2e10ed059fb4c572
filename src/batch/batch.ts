/**
 * Batches of text and image requests: one job each, submitted together and read together.
 *
 * @module
 */
import {
  APICallError,
  type Experimental_BatchV4 as BatchV4,
  type Experimental_BatchV4Error as BatchV4Error,
  type Experimental_BatchV4ItemResult as BatchV4ItemResult,
  type Experimental_BatchV4Request as BatchV4Request,
  type Experimental_BatchV4StartResult as BatchV4StartResult,
  type Experimental_BatchV4Status as BatchV4Status,
  type InvalidArgumentError,
} from "@ai-sdk/provider";
import { cancelInBackground, isCancelRefused } from "../job/cancel.ts";
import { isFinal, type RunpodJob } from "../job/envelope.ts";
import { RunpodJobError } from "../job/error.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import { CONCURRENCY_LIMITS, RESULT_LIFETIME_MILLIS } from "../job/limits.ts";
import { retryReads } from "../job/retry.ts";
import { cancelJob, type Queue } from "../job/queue.ts";
import { readStatusOnce, runJob, startJob } from "../job/wait.ts";

import { callOptions, sortOptions } from "../call/options.ts";
import { SUPPORTED_URLS } from "../language/supported_urls.ts";
import { once } from "../once.ts";
import { describeJob } from "../output/job_output.ts";
import { badBatch, type Batch, type BatchItem, readBatchId, writeBatchId } from "./batch_id.ts";
import {
  type BatchCall,
  type ConfigOf,
  queueOfRequest,
  readResult,
  writeRequest,
  type WrittenRequest,
} from "./request.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** How many submissions, status reads or cancels are on their way at once: a tenth of what the service accepts. */
const CONCURRENCY = CONCURRENCY_LIMITS.run / 10;
const CANCELS = CONCURRENCY_LIMITS.cancel / 10;
/** How many results are downloaded at once. */
const DOWNLOADS = 10;
/** How often one status read or cancel is tried when it fails with a transient error. */
const MAX_FAILURES = 5;

/** Makes the batches of a provider. */
export function createBatch(configOf: ConfigOf): BatchV4 {
  return {
    specificationVersion: "v4",
    provider: "runpod.batch",
    supportedUrls: SUPPORTED_URLS,
    doStartBatch: ({ requests, webhookUrl, ...call }) => startBatch(configOf, requests, webhookUrl, call),
    doGetBatchStatus: async ({ batchId, ...call }) => await batchStatus(openBatch(configOf, batchId, call), call),
    // deno-lint-ignore require-await
    doGetBatchResults: async ({ batchId, ...call }) => {
      const { job: { wait } } = sortOptions(call.providerOptions, jobOptions());
      return batchResults(openBatch(configOf, batchId, call), call, wait);
    },
    doCancelBatch: async ({ batchId, ...call }) => await cancelBatch(openBatch(configOf, batchId, call), call),
  };
}

const jobOptions = once(callOptions);

async function startBatch(
  configOf: ConfigOf,
  requests: readonly BatchV4Request[],
  webhookUrl: string | undefined,
  call: BatchCall,
): Promise<BatchV4StartResult> {
  const createdAt = Date.now();
  // All are written before the first is sent, so that a mistake in one costs nothing.
  const written: WrittenRequest[] = [];
  for (const request of requests) {
    const config = configOf(request.modelId);
    if (!isAtHome(configOf, config.endpoint.root)) throw foreign(request.modelId);
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
    batchId: writeBatchId({ createdAt, items }),
    status: "pending",
    requestCounts: { total: items.length, pending: jobs, completed: 0, failed: items.length - jobs },
    createdAt: new Date(createdAt).toISOString(),
    warnings,
  };
}

/**
 * Submits each once. What is accepted is worth having: a later failure is that of its own request.
 *
 * @throws when nothing was accepted: the first error after which there may be a job all the same, or else the first.
 * @throws the abort signal's reason; what was accepted is then cancelled.
 */
async function submitAll(written: WrittenRequest[], { abortSignal }: BatchCall): Promise<BatchItem[]> {
  const submitted: Array<{ queue: Queue; id: string }> = [];
  const errors: unknown[] = [];
  const items = await each(written, CONCURRENCY, async ({ id, group, queue, submission, wait }): Promise<BatchItem> => {
    try {
      abortSignal?.throwIfAborted();
      const { job } = await startJob(queue, submission, { ...wait, abortSignal });
      submitted.push({ queue, id: job.id });
      return { id, group, jobId: job.id };
    } catch (error) {
      errors.push(error);
      return { id, group, error: describeError(error) };
    }
  });
  if (abortSignal?.aborted) {
    for (const { queue, id } of submitted) cancelInBackground(queue, { id });
    throw abortSignal.reason;
  }
  // What may be repeated must not hide what may not: the whole batch would be submitted again.
  const isDoubtful = (error: unknown) => !APICallError.isInstance(error) || !error.isRetryable;
  if (submitted.length === 0 && items.length > 0) throw errors.find(isDoubtful) ?? errors[0];
  return items;
}

/** A batch whose requests have found their endpoints again. */
interface OpenBatch extends Batch {
  items: Array<BatchItem & { queue: Queue }>;
}

/**
 * Reads a batch's id. It says no URL: where its jobs are follows from its models, at the provider's own address alone, so
 * that an id from somebody else takes the key nowhere.
 *
 * @throws {InvalidArgumentError} for an id that is none, or one of another provider.
 */
function openBatch(configOf: ConfigOf, batchId: string, { headers }: BatchCall): OpenBatch {
  const { createdAt, items } = readBatchId(batchId);
  return {
    createdAt,
    items: items.map((item) => {
      const config = configOf(item.group.modelId);
      if (!isAtHome(configOf, config.endpoint.root) || config.endpoint.name !== item.group.endpoint) {
        throw badBatch(`the provider has model "${item.group.modelId}" at another endpoint than the batch`);
      }
      return { ...item, queue: queueOfRequest(config, item.group, headers) };
    }),
  };
}

/** Whether an endpoint is where the provider's endpoints are by themselves. */
function isAtHome(configOf: ConfigOf, root: string | undefined): boolean {
  const home = configOf("any").endpoint.root;
  return root === undefined || home === undefined ? root === home : new URL(root).origin === new URL(home).origin;
}

function foreign(modelId: string): InvalidArgumentError {
  const reason = "a batch stays at the provider's own address; set baseURL to use another";
  return invalidArgument(`start a batch with "${modelId}"`, "requests", reason);
}

async function batchStatus({ createdAt, items }: OpenBatch, { abortSignal }: BatchCall): Promise<BatchV4Status> {
  const jobs = await each(items, CONCURRENCY, async ({ queue, jobId }): Promise<RunpodJob | undefined> => {
    if (jobId === undefined) return undefined;
    try {
      const look = () => readStatusOnce(queue, jobId, abortSignal);
      return (await retryReads(look, abortSignal, (failures) => failures < MAX_FAILURES)).job;
    } catch (error) {
      if (RunpodJobError.isInstance(error) && error.kind === "expired") return undefined;
      throw error;
    }
  });
  const total = jobs.length;
  const pending = jobs.filter((job) => job && !isFinal(job)).length;
  const done = jobs.filter((job) => job?.status === "COMPLETED");
  const failed = total - pending - done.length;
  // A job cannot have ended before this, so neither does its result expire before.
  const ends = done.map((job) => createdAt + (job?.delayTimeMillis ?? 0) + (job?.executionTimeMillis ?? 0));
  return {
    status: pending > 0 ? "pending" : done.length > 0 ? "completed" : "failed",
    requestCounts: { total, pending, completed: done.length, failed },
    createdAt: new Date(createdAt).toISOString(),
    ...(ends.length > 0 && { expiresAt: new Date(Math.min(...ends) + RESULT_LIFETIME_MILLIS.run).toISOString() }),
  };
}

/**
 * Gives each result when it is there, and waits for those that are not: all jobs are watched at once, because a result that
 * nobody looks at is soon gone.
 */
function batchResults(
  { items }: OpenBatch,
  { abortSignal }: BatchCall,
  wait: RunpodWaitOptions,
): ReadableStream<BatchV4ItemResult> {
  const stop = new AbortController();
  const signal = abortSignal ? AbortSignal.any([abortSignal, stop.signal]) : stop.signal;
  const download = limiter(DOWNLOADS);
  const options = { timeoutMillis: Infinity, ...wait, cancelOnAbort: false, cancelOnTimeout: false };
  const resultOf = async (item: OpenBatch["items"][number]): Promise<BatchV4ItemResult> => {
    const { id, group, queue, jobId, error } = item;
    if (jobId === undefined) return { type: group.type, id, status: "failed", error: error ?? { message: "No job" } };
    try {
      return await runJob(queue, { jobId }, { ...options, abortSignal: signal }, async (result, tools) => {
        return await download(() => readResult(queue, item, result, tools));
      });
    } catch (error) {
      // A job that is still at work has no result, not even a bad one.
      if (!RunpodJobError.isInstance(error) || error.kind === "deadline") throw error;
      const { kind, job } = error;
      const status = kind === "cancelled" || kind === "expired" ? kind : "failed";
      const providerMetadata = { runpod: JSON.parse(JSON.stringify(describeJob(queue, job))) };
      return { type: group.type, id, status, error: describeError(error), providerMetadata };
    }
  };
  return new ReadableStream<BatchV4ItemResult>({
    start(controller) {
      // Not returned: a stream is not read before it has started.
      Promise.all(items.map(async (item) => {
        const result = await resultOf(item);
        if (!stop.signal.aborted) controller.enqueue(result);
      })).then(() => stop.signal.aborted || controller.close(), (error) => {
        if (stop.signal.aborted) return;
        stop.abort(error);
        controller.error(error);
      });
    },
    cancel: (reason) => stop.abort(reason),
  });
}

/** Cancels all jobs that have not ended. Where one cannot be cancelled, the others are nevertheless. */
async function cancelBatch({ items }: OpenBatch, { abortSignal }: BatchCall): Promise<Record<never, never>> {
  let failure: unknown;
  await each(items, CANCELS, async ({ queue, jobId }) => {
    if (jobId === undefined) return;
    try {
      await retryReads(() => cancelJob(queue, jobId, abortSignal), abortSignal, (failures) => failures < MAX_FAILURES);
    } catch (error) {
      abortSignal?.throwIfAborted();
      // Refused, most likely because it has ended.
      if (isCancelRefused(error)) return;
      failure ??= error;
    }
  });
  if (failure !== undefined) throw failure;
  return {};
}

function describeError(error: unknown): BatchV4Error {
  const message = error instanceof Error ? error.message : String(error);
  if (RunpodJobError.isInstance(error)) return { message, type: error.workerError?.type ?? error.kind };
  const statusCode = APICallError.isInstance(error) ? error.statusCode : undefined;
  return { message, ...(statusCode !== undefined && { statusCode }) };
}

/** Does the same with each item, so many at once, and gives the results in their order. */
async function each<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limited = limiter(concurrency);
  return await Promise.all(items.map((item) => limited(() => run(item))));
}

/** Lets so many run at once; the others wait for their turn. */
function limiter(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  let running = 0;
  return async (run) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
