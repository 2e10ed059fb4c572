/**
 * The SDK's polling: starts a job, and reads its status once at each call.
 *
 * @module
 */
import {
  APICallError,
  type Experimental_VideoModelV4 as VideoModelV4,
  type Experimental_VideoModelV4OperationStartResult as VideoModelV4OperationStartResult,
  type Experimental_VideoModelV4OperationStatusResult as VideoModelV4OperationStatusResult,
  type JSONObject,
  type SharedV4Warning,
} from "@ai-sdk/provider";
import { readResult } from "../call/execute.ts";
import type { ModelConfig } from "../call/model_config.ts";
import { prepare, queueOf } from "../call/prepare.ts";
import { writeJob } from "../call/write.ts";
import { warnUnsupported } from "../input/context.ts";
import { isFinal, type RunpodJob, unseenJob } from "../job/envelope.ts";
import { jobError } from "../job/failure.ts";
import { notify } from "../job/job_wait.ts";
import type { JobAnswer, Queue } from "../job/queue.ts";
import type { Submission } from "../job/submission.ts";
import { RunpodJobError } from "../job/error.ts";
import { isTransientError } from "../job/retry.ts";
import { type ResultTools, retryDownload, runJob, startJob } from "../job/run_job.ts";
import { readStatusForCaller } from "../job/status_read.ts";
import { describeJob } from "../output/job_output.ts";
import { videoModality } from "./modality.ts";
import { readOperation, readWebhook, writeOperation } from "./operation.ts";
import type { RunpodVideoModelSettings } from "./options.ts";
import { findWatch, watchJob } from "./watch.ts";
import { invalidArgument } from "../invalid_argument.ts";

type Config = ModelConfig<RunpodVideoModelSettings>;
type StartCall = Parameters<NonNullable<VideoModelV4["doStart"]>>[0];
type StatusCall = Parameters<NonNullable<VideoModelV4["doStatus"]>>[0];

/**
 * Starts the job of a call.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 * @throws the abort signal's reason.
 */
export async function startVideo(
  config: Config,
  { webhookUrl, ...call }: StartCall,
): Promise<VideoModelV4OperationStartResult> {
  const prepared = prepare(videoModality, config, call);
  const { queue, modelCall } = prepared;
  const { abortSignal } = call;
  const { ref, wait } = await writeJob(prepared);
  const { webhook, isAwaited = false } = webhookUrl === undefined ? {} : readWebhook(queue, webhookUrl);
  const timestamp = new Date();
  const { job, answer } = "jobId" in ref
    ? continued(queue, ref.jobId, webhook)
    : await startJob(queue, withWebhook(modelCall, ref.submission, webhook), { ...wait, abortSignal });

  const operation = writeOperation({
    endpoint: queue.endpoint.name,
    jobId: job.id,
    startedAt: Date.now(),
    wait: isAwaited ? wait : undefined,
  });
  const { cancelOnAbort } = wait;
  const watch = watchJob(operation, queue, {
    jobId: job.id,
    abortSignal: cancelOnAbort === false ? undefined : abortSignal,
    isAwaited: isAwaited || cancelOnAbort === true,
  });
  notify(watch, job);
  return {
    operation,
    warnings: modelCall.warnings,
    providerMetadata: { runpod: { job: describeState(queue, job) } },
    response: { timestamp, modelId: config.modelId, headers: answer?.headers },
  };
}

/**
 * Reads the status of a job that was started, and its videos once it has completed; an error for a job that has ended
 * without one. After a webhook, which is called only once, it waits for the job as long as it takes.
 *
 * @throws {InvalidArgumentError} for an operation of another endpoint.
 * @throws {RunpodJobError} for a job whose status or video cannot be read now. Never retryable.
 * @throws the abort signal's reason.
 */
export async function readVideoStatus(config: Config, call: StatusCall): Promise<VideoModelV4OperationStatusResult> {
  const timestamp = new Date();
  const queue = queueOf(videoModality, config, call.headers);
  try {
    return await readStatus(config, queue, call, timestamp);
  } catch (error) {
    // A video that could not be downloaded, and a job that cannot be seen, may be asked for again.
    if (!RunpodJobError.isInstance(error) || APICallError.isInstance(error.cause)) throw error;
    const { message, kind, job, responseHeaders: headers } = error;
    return {
      status: "error",
      // The SDK makes a plain error of it, which has nothing but this text.
      error: message.includes(kind) ? message : `${message} (${kind})`,
      providerMetadata: { runpod: { job: { ...describeState(queue, job), kind }, jobId: job.id } },
      response: { timestamp, modelId: config.modelId, headers },
    };
  }
}

async function readStatus(
  { modelId, endpoint, modelSettings }: Config,
  base: Queue,
  { operation, abortSignal }: StatusCall,
  timestamp: Date,
): Promise<VideoModelV4OperationStatusResult> {
  const { jobId, startedAt, wait } = readOperation(base, operation);
  const queue = { ...base, advice: `to go on, call getVideoStatus again, or generateVideo with jobId: "${jobId}"` };
  const watch = findWatch(operation);
  // Who has stored the operation as JSON sends the result on as JSON, too.
  const reading = { keepsUrls: watch === undefined };
  const complete = async (result: JobAnswer, tools: ResultTools): Promise<VideoModelV4OperationStatusResult> => {
    const { attempt } = queue;
    const context = { modelId, attempt, warnings: [], settings: modelSettings, reading, notFound: "" };
    const read = await readResult(videoModality, context, queue, { result, tools, timestamp });
    const runpod = { ...read.providerMetadata.runpod, job: describeState(queue, result.job) };
    return { ...read, status: "completed", providerMetadata: { runpod } };
  };
  if (wait) {
    watch?.end();
    return await runJob(queue, { jobId }, { ...wait, abortSignal }, complete);
  }

  watch?.noteRead(abortSignal);
  const pending = (
    state: JSONObject,
    { answer, warnings }: Partial<JobAnswer> & { warnings?: SharedV4Warning[] },
  ): VideoModelV4OperationStatusResult => ({
    status: "pending",
    warnings,
    providerMetadata: { runpod: { job: state } },
    response: { timestamp, modelId, headers: answer?.headers },
  });
  let result: JobAnswer;
  try {
    result = await readStatusForCaller(queue, { jobId, submittedAt: startedAt }, abortSignal);
  } catch (error) {
    if (!isTransientError(error, startedAt)) {
      watch?.end();
      throw error;
    }
    // An error would end the SDK's wait for a job that goes on.
    const message = error.statusCode === 404
      ? `Job "${jobId}" is not known to the service yet`
      : `The status of job "${jobId}" could not be read this time: ${error.message}`;
    return pending({ jobId, endpoint: endpoint.name }, { warnings: [{ type: "other", message }] });
  }
  notify(watch ?? { queue }, result.job);
  if (!isFinal(result.job)) return pending(describeState(queue, result.job), result);
  watch?.end();
  if (result.job.status !== "COMPLETED") throw jobError(queue, result);
  return await complete(result, {
    signal: abortSignal ?? new AbortController().signal,
    retry: (download) => retryDownload(queue, download, abortSignal),
  });
}

/** Puts the SDK's webhook into a submission. It wins over the option, because the SDK may wait for it. */
function withWebhook(
  context: { warnings: SharedV4Warning[] },
  submission: Submission,
  webhook: string | undefined,
): Submission {
  if (webhook === undefined) return submission;
  if (submission.webhook !== undefined && submission.webhook !== webhook) {
    warnUnsupported(context, "providerOptions.runpod.webhook", "the call sets another webhook, and a job has only one");
  }
  return { ...submission, webhook };
}

/** The job that the call continues. Its webhook, if any, was set when it was submitted. */
function continued(
  { attempt }: Queue,
  jobId: string,
  webhook: string | undefined,
): Partial<JobAnswer> & Pick<JobAnswer, "job"> {
  if (webhook === undefined) return { job: unseenJob(jobId) };
  const reason = `job "${jobId}" was submitted before, so it cannot get a webhook; leave out webhook and poll`;
  throw invalidArgument(attempt, "webhook", reason);
}

/** What the metadata tell of a job that may not have ended yet. */
function describeState(queue: Queue, job: RunpodJob): JSONObject {
  const { status, output } = job;
  const progress = isFinal(job) ? undefined : output as JSONObject | undefined;
  return { ...describeJob(queue, job), status, progress };
}
