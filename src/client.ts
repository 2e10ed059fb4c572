/**
 * `runpod.endpoint(id)`: the client of an endpoint's job queue, for workers of any kind.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import type { Endpoint } from "./http/endpoint.ts";
import { atEnvironmentBase } from "./http/environment.ts";
import { isCancelRefused } from "./job/cancel.ts";
import type { RunpodJob } from "./job/envelope.ts";
import { checkWaitOptions, type RunpodWaitOptions } from "./job/options.ts";
import { isPostOnly } from "./job/post_only.ts";
import { cancelJob, type JobAnswer, type Queue, requestJson, requestStatus, retryJob, submit } from "./job/queue.ts";
import { noteSubmitted, submittedAtOf, whileUnknown } from "./job/recent_jobs.ts";
import { streamJob } from "./job/stream.ts";
import { type RunpodJobPolicy, type RunpodS3Config, writeSubmission } from "./job/submission.ts";
import { runJob } from "./job/run_job.ts";
import { withTimeout } from "./job/timeout.ts";
import { listModels, type RunpodServedModel } from "./route/models.ts";
import type { RunpodProviderSettings } from "./settings.ts";

/** The options of every call of an endpoint. */
export interface RunpodCallOptions {
  /** Ends the call at once. It then throws the signal's reason. */
  abortSignal?: AbortSignal | undefined;
  /** Headers of this call. They win over those of the provider. */
  headers?: Record<string, string | undefined> | undefined;
}

/** How to run a job. */
export interface RunpodRunOptions extends RunpodCallOptions {
  /**
   * The http(s) URL that Runpod calls when the job has ended, with the job as the body of a POST. A call that fails is
   * repeated twice. Calls are not signed, so put a secret into the URL.
   */
  webhook?: string | undefined;
  /** Limits of the job on the service. */
  policy?: RunpodJobPolicy | undefined;
  /** The S3 bucket for the worker's files. The worker has to support it. */
  s3Config?: RunpodS3Config | undefined;
}

/** How to run a job and wait for it. */
export interface RunpodRunSyncOptions extends RunpodRunOptions, RunpodWaitOptions {}

/** How to wait for a job that was submitted before. */
export interface RunpodJobWaitOptions extends RunpodCallOptions, Omit<RunpodWaitOptions, "waitMillis"> {}

/** How to read what a job yields. */
export interface RunpodStreamOptions extends RunpodCallOptions {
  /**
   * Whether an abort, or a consumer who leaves before the end, cancels the job.
   *
   * @default true
   */
  cancelOnAbort?: boolean | undefined;
}

/** How many jobs and workers an endpoint has. */
export interface RunpodHealth {
  /** The number of jobs under `completed`, `failed`, `inProgress`, `inQueue` and `retried`. */
  jobs: Record<string, number>;
  /** The number of workers under `idle`, `initializing`, `ready`, `running`, `throttled` and `unhealthy`. */
  workers: Record<string, number>;
}

/**
 * The job queue of an endpoint.
 *
 * Every method throws an `APICallError` for an error of the service, a `LoadAPIKeyError` without an API key, and an
 * `InvalidArgumentError` for a bad argument or an endpoint that has no queue.
 */
export interface RunpodEndpoint {
  /** The endpoint's id or slug. */
  readonly id: string;
  /**
   * Submits a job, and returns it as soon as it is in the queue.
   *
   * @param input The worker's input, with at least one key. The request may have at most 10 MB.
   * @throws {APICallError} retryable only if no job can exist.
   */
  run(input: Record<string, unknown>, options?: RunpodRunOptions): Promise<RunpodJob>;
  /**
   * Runs a job, and returns it when it has completed.
   *
   * @param input The worker's input, with at least one key. The request may have at most 20 MB.
   * @throws {RunpodJobError} when the job ends without a result, or the wait ends before the job.
   * @throws {APICallError} retryable only if no job can exist.
   */
  runSync<Output = unknown>(
    input: Record<string, unknown>,
    options?: RunpodRunSyncOptions,
  ): Promise<RunpodJob<Output>>;
  /**
   * Waits for a job that was submitted before, and returns it when it has completed.
   *
   * @throws {RunpodJobError} when the job ends without a result, or the wait ends before the job.
   */
  wait<Output = unknown>(jobId: string, options?: RunpodJobWaitOptions): Promise<RunpodJob<Output>>;
  /** Reads a job with its status, whatever it is. */
  status<Output = unknown>(jobId: string, options?: RunpodCallOptions): Promise<RunpodJob<Output>>;
  /**
   * Yields what a generator handler yields, while it runs. Each value can be read once, so a job has one reader at a time.
   *
   * @throws {RunpodJobError} at the end, when the job ends without a result.
   */
  stream<Output = unknown>(jobId: string, options?: RunpodStreamOptions): AsyncIterable<Output>;
  /** Cancels a job, and returns it with its status. It may have ended before, and then keeps its result. */
  cancel(jobId: string, options?: RunpodCallOptions): Promise<RunpodJob>;
  /** Starts a job again that failed or timed out, with the same id and input. */
  retry(jobId: string, options?: RunpodCallOptions): Promise<RunpodJob>;
  /** Removes all jobs that wait for a worker, and returns their number. */
  purgeQueue(options?: RunpodCallOptions): Promise<number>;
  /** Tells how many jobs and workers there are. */
  health(options?: RunpodCallOptions): Promise<RunpodHealth>;
  /** Lists the models that a vLLM or SGLang endpoint serves. Starts a worker if none runs. */
  models(options?: RunpodCallOptions): Promise<RunpodServedModel[]>;
}

/** Makes the client of an endpoint. */
export function endpointClient(settings: RunpodProviderSettings, endpoint: Endpoint): RunpodEndpoint {
  const { name } = endpoint;
  const queueFor = (verb: string, { headers }: RunpodCallOptions = {}): Queue => {
    const attempt = `${verb} on "${name}"`;
    return { settings, endpoint: atEnvironmentBase(settings, endpoint, attempt), attempt, headers };
  };
  const inTime = <T>(
    queue: Queue,
    { abortSignal }: RunpodCallOptions,
    request: (signal: AbortSignal | undefined) => Promise<T>,
  ) => withTimeout(queue, settings.timeoutMillis ?? Infinity, abortSignal, request, false);
  const jobOf = <Output>({ job }: JobAnswer) => job as RunpodJob<Output>;

  return {
    id: name,
    async run(input, { webhook, policy, s3Config, abortSignal, headers } = {}) {
      const queue = queueFor("run a job", { headers });
      const submission = writeSubmission(queue.attempt, { input, webhook, policy, s3Config });
      const answer = await inTime(queue, { abortSignal }, (abortSignal) => submit(queue, submission, { abortSignal }));
      noteSubmitted(settings, answer.job.id);
      return jobOf(answer);
    },
    async runSync<Output>(
      input: Record<string, unknown>,
      { webhook, policy, s3Config, headers, ...wait }: RunpodRunSyncOptions = {},
    ) {
      checkWaitOptions(wait);
      const submission = { input, webhook, policy, s3Config };
      return await runJob(queueFor("run a job", { headers }), { submission }, wait, jobOf<Output>);
    },
    async wait<Output>(jobId: string, { headers, ...wait }: RunpodJobWaitOptions = {}) {
      checkWaitOptions(wait);
      const job = { jobId, submittedAt: submittedAtOf(settings, jobId) };
      return await runJob(queueFor(`wait for job "${jobId}"`, { headers }), job, wait, jobOf<Output>);
    },
    async status<Output>(jobId: string, options: RunpodCallOptions = {}) {
      const queue = queueFor(`read job "${jobId}"`, options);
      return jobOf<Output>(
        await inTime(
          queue,
          options,
          (signal) => whileUnknown(queue, jobId, signal, () => requestStatus(queue, jobId, { abortSignal: signal })),
        ),
      );
    },
    stream<Output>(jobId: string, { headers, ...options }: RunpodStreamOptions = {}) {
      const queue = queueFor(`read the stream of job "${jobId}"`, { headers });
      return streamJob(queue, jobId, { ...options, submittedAt: submittedAtOf(settings, jobId) }) as AsyncIterable<
        Output
      >;
    },
    async cancel(jobId, options = {}) {
      const queue = queueFor(`cancel job "${jobId}"`, options);
      try {
        return jobOf(
          await inTime(
            queue,
            options,
            (signal) => whileUnknown(queue, jobId, signal, () => cancelJob(queue, jobId, signal)),
          ),
        );
      } catch (error) {
        if (!isCancelRefused(error)) throw error;
        try {
          const read = (abortSignal?: AbortSignal) => requestStatus(queue, jobId, { abortSignal, mayPost: false });
          return jobOf(await inTime(queue, options, read));
        } catch (readError) {
          // A server that only takes POST cannot cancel, and a POST would run the job.
          throw isPostOnly(queue) ? error : readError;
        }
      }
    },
    async retry(jobId, options = {}) {
      const queue = queueFor(`retry job "${jobId}"`, options);
      return jobOf(
        await inTime(
          queue,
          options,
          (signal) => whileUnknown(queue, jobId, signal, () => retryJob(queue, jobId, signal)),
        ),
      );
    },
    async purgeQueue(options = {}) {
      const queue = queueFor("purge the queue", options);
      const call = { method: "POST", path: "/purge-queue" } as const;
      const { json } = await inTime(queue, options, (abortSignal) => requestJson(queue, { ...call, abortSignal }));
      return isRecord(json) && typeof json.removed === "number" ? json.removed : 0;
    },
    async health(options = {}) {
      const queue = queueFor("read the health", options);
      const call = { method: "GET", path: "/health" } as const;
      const { json } = await inTime(queue, options, (abortSignal) => requestJson(queue, { ...call, abortSignal }));
      const { jobs, workers } = isRecord(json) ? json : {};
      return { jobs: readCounts(jobs), workers: readCounts(workers) };
    },
    async models(options) {
      const queue = queueFor("list the models", options);
      const list = (abortSignal?: AbortSignal) => listModels(settings, queue.endpoint, { ...options, abortSignal });
      return await inTime(queue, options ?? {}, list);
    },
  };
}

function readCounts(value: unknown): Record<string, number> {
  const entries = Object.entries(isRecord(value) ? value : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}
