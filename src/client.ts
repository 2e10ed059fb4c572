/**
 * The client of an endpoint's job queue, for handlers of any kind.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import type { Endpoint } from "./http/endpoint.ts";
import { listModels, type RunpodServedModel } from "./route/models.ts";
import type { RunpodProviderSettings } from "./settings.ts";
import type { RunpodJob } from "./job/envelope.ts";
import { checkWaitOptions, type RunpodWaitOptions } from "./job/options.ts";
import {
  ask,
  cancelJob,
  type JobAnswer,
  type Queue,
  readStatus,
  retryJob,
  type Submission,
  submit,
  writeSubmission,
} from "./job/queue.ts";
import { streamJob } from "./job/stream.ts";
import { runJob } from "./job/wait.ts";

/** What every call of an endpoint takes. */
export interface RunpodCallOptions {
  /** Ends the call at once, with the signal's own reason. */
  abortSignal?: AbortSignal;
  /** Headers of this call. */
  headers?: Record<string, string | undefined>;
}

/** How a job is to be run. */
export interface RunpodRunOptions extends RunpodCallOptions {
  /** Called by Runpod with the job when it has ended: one POST, and two more tries. It is not signed, so put a secret into it. */
  webhook?: string;
  /** Limits of the job. */
  policy?: RunpodJobPolicy;
  /** Where the worker is to put its files; it has to read this itself. */
  s3Config?: RunpodS3Config;
}

/** Limits of a job. */
export interface RunpodJobPolicy {
  /** How long it may run, in milliseconds: 5 seconds to 7 days, default 10 minutes. */
  executionTimeout?: number;
  /** How long it may exist, in milliseconds from its submission, in any state: 10 seconds to 7 days, default 24 hours. */
  ttl?: number;
  /** Whether it waits for the workers there are, instead of starting new ones. Default false. */
  lowPriority?: boolean;
}

/** An S3 bucket for a worker's files. */
export interface RunpodS3Config {
  /** The access key's id. */
  accessId: string;
  /** The access key's secret. */
  accessSecret: string;
  /** The bucket. */
  bucketName: string;
  /** The bucket's service. */
  endpointUrl: string;
  /** The folder in the bucket. */
  objectPath?: string;
}

/** How to run a job and wait for it. */
export interface RunpodRunSyncOptions extends RunpodRunOptions, RunpodWaitOptions {}

/** How to wait for a job that was submitted before. */
export interface RunpodJobWaitOptions extends RunpodCallOptions, Omit<RunpodWaitOptions, "waitMillis"> {}

/** How to read what a job yields. */
export interface RunpodStreamOptions extends RunpodCallOptions {
  /** Whether leaving before the end cancels the job. Default true. */
  cancelOnAbort?: boolean;
}

/** How an endpoint is doing. */
export interface RunpodHealth {
  /** Jobs by what became of them: `completed`, `failed`, `inProgress`, `inQueue`, `retried`. */
  jobs: Record<string, number>;
  /** Workers by what they do: `idle`, `initializing`, `ready`, `running`, `throttled`, `unhealthy`. */
  workers: Record<string, number>;
}

/** An endpoint's job queue. */
export interface RunpodEndpoint {
  /** The endpoint's id or slug. */
  readonly id: string;
  /** Submits a job, and returns as soon as it is queued. At most 10 MB. */
  run(input: Record<string, unknown>, options?: RunpodRunOptions): Promise<RunpodJob>;
  /**
   * Runs a job to its end, and returns it completed. At most 20 MB.
   *
   * @throws {RunpodJobError} when it ends without a result, or the wait ends first.
   */
  runSync<Output = unknown>(
    input: Record<string, unknown>,
    options?: RunpodRunSyncOptions,
  ): Promise<RunpodJob<Output>>;
  /**
   * Waits for a job that was submitted before, and returns it completed.
   *
   * @throws {RunpodJobError} when it ends without a result, or the wait ends first.
   */
  wait<Output = unknown>(jobId: string, options?: RunpodJobWaitOptions): Promise<RunpodJob<Output>>;
  /** Reads the state of a job, whatever it is. */
  status<Output = unknown>(jobId: string, options?: RunpodCallOptions): Promise<RunpodJob<Output>>;
  /**
   * Yields what a generator handler yields, while it runs. Each yield can be read once, so by one reader.
   *
   * @throws {RunpodJobError} at the end, when the job ends without a result.
   */
  stream<Output = unknown>(jobId: string, options?: RunpodStreamOptions): AsyncIterable<Output>;
  /** Cancels a job, and returns it as it then is: it may have ended before. */
  cancel(jobId: string, options?: RunpodCallOptions): Promise<RunpodJob>;
  /** Starts a failed or timed-out job again, with the same id and input. */
  retry(jobId: string, options?: RunpodCallOptions): Promise<RunpodJob>;
  /** Removes all jobs that wait for a worker, and returns how many. */
  purgeQueue(options?: RunpodCallOptions): Promise<number>;
  /** Tells how many jobs and workers there are. */
  health(options?: RunpodCallOptions): Promise<RunpodHealth>;
  /** Lists the models of a vLLM or SGLang endpoint. Wakes a worker. */
  models(options?: RunpodCallOptions): Promise<RunpodServedModel[]>;
}

/** Makes the client of an endpoint. */
export function endpointClient(settings: RunpodProviderSettings, endpoint: Endpoint): RunpodEndpoint {
  const { name } = endpoint;
  const queue = (attempt: string, { headers }: RunpodCallOptions = {}): Queue => ({
    settings,
    endpoint,
    attempt: `${attempt} on "${name}"`,
    headers,
  });
  const jobOf = <Output>({ job }: JobAnswer) => job as RunpodJob<Output>;

  return {
    id: name,
    async run(input, options = {}) {
      const { abortSignal } = options;
      const to = queue("run a job", options);
      return (await submit(to, writeSubmission(to, submissionOf(input, options)), { abortSignal })).job;
    },
    async runSync<Output>(
      input: Record<string, unknown>,
      { webhook, policy, s3Config, headers, ...wait }: RunpodRunSyncOptions = {},
    ) {
      const submission = submissionOf(input, { webhook, policy, s3Config });
      checkWaitOptions(wait);
      return await runJob(queue("run a job", { headers }), { submission }, wait, jobOf<Output>);
    },
    async wait<Output>(jobId: string, { headers, ...wait }: RunpodJobWaitOptions = {}) {
      checkWaitOptions(wait);
      return await runJob(queue(`wait for job "${jobId}"`, { headers }), { jobId }, wait, jobOf<Output>);
    },
    async status<Output>(jobId: string, options: RunpodCallOptions = {}) {
      return jobOf<Output>(await readStatus(queue(`read job "${jobId}"`, options), jobId, options.abortSignal));
    },
    stream<Output>(jobId: string, { headers, ...options }: RunpodStreamOptions = {}) {
      const yields = streamJob(queue(`read the stream of job "${jobId}"`, { headers }), jobId, options);
      return yields as AsyncIterable<Output>;
    },
    async cancel(jobId, options = {}) {
      const about = queue(`cancel job "${jobId}"`, options);
      try {
        return (await cancelJob(about, jobId, options.abortSignal)).job;
      } catch (error) {
        if (!APICallError.isInstance(error) || ![400, 404, 409].includes(error.statusCode ?? 0)) throw error;
        // Refused, most likely because it has ended: what it is now tells.
        return (await readStatus(about, jobId, options.abortSignal)).job;
      }
    },
    async retry(jobId, options = {}) {
      return (await retryJob(queue(`retry job "${jobId}"`, options), jobId, options.abortSignal)).job;
    },
    async purgeQueue({ abortSignal, ...options } = {}) {
      const { json } = await ask(queue("purge the queue", options), {
        method: "POST",
        path: "/purge-queue",
        abortSignal,
      });
      return isRecord(json) && typeof json.removed === "number" ? json.removed : 0;
    },
    async health({ abortSignal, ...options } = {}) {
      const { json } = await ask(queue("read the health", options), { method: "GET", path: "/health", abortSignal });
      const { jobs, workers } = isRecord(json) ? json : {};
      return { jobs: readCounts(jobs), workers: readCounts(workers) };
    },
    models: (options) => listModels(settings, endpoint, options),
  };
}

function readCounts(value: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).filter((entry): entry is [string, number] =>
      typeof entry[1] === "number"
    ),
  );
}

function submissionOf(
  input: Record<string, unknown>,
  { webhook, policy, s3Config }: Omit<RunpodRunOptions, keyof RunpodCallOptions>,
): Submission {
  return { input, webhook, policy: policy && { ...policy }, s3Config: s3Config && { ...s3Config } };
}
