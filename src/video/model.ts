/**
 * Video models: one job, waited for here or looked at by the SDK, and its output read.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4 as VideoModelV4,
  Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  Experimental_VideoModelV4OperationStartResult as VideoModelV4OperationStartResult,
  Experimental_VideoModelV4OperationStatusResult as VideoModelV4OperationStatusResult,
  Experimental_VideoModelV4Result as VideoModelV4Result,
  JSONObject,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { InvalidArgumentError } from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { jobError } from "../job/failure.ts";
import { isFinal } from "../job/envelope.ts";
import { RunpodJobError } from "../job/error.ts";
import { isTransientError, retryReads } from "../job/retry.ts";
import type { JobAnswer, Queue } from "../job/queue.ts";
import { notify } from "../job/job_wait.ts";
import { readStatusOnce, type ResultTools, runJob, startJob } from "../job/wait.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { findVideoFamily, findVideoModel, type VideoEntry } from "./catalogue.ts";
import { videoAttempt, writeInput } from "./input.ts";
import { markAwaited, readOperation, readWebhook, writeOperation } from "./operation.ts";
import type { RunpodKnownVideoModelId } from "./options.ts";
import { describeState, readVideos } from "./result.ts";
import { watch, watchOver } from "./watch.ts";

/** How to talk to a worker of your own. */
export interface RunpodVideoModelSettings {
  /**
   * The known model whose input yours takes. Default: the one with this id; else what is set of `prompt`, `image` (or
   * `images`), `last_image`, `video`, `audio`, `duration`, `fps`, `seed`, `width` and `height`, `aspect_ratio` and
   * `generate_audio`.
   */
  family?: RunpodKnownVideoModelId;
  /**
   * Makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodVideoModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodVideoModelSettings = {
   *   input: ({ prompt, images, duration = 5 }) => ({ text: prompt ?? "", pictures: images, frames: duration * 24 }),
   *   output: (output) => (output as { film: string }).film,
   * };
   * ```
   */
  input?: (call: RunpodVideoCall) => JSONObject | Promise<JSONObject>;
  /** Takes the videos out of the worker's output: URLs, data URIs or base64, alone, in a list or in objects. */
  output?: (output: unknown) => unknown;
}

/** A call of a video model. */
export interface RunpodVideoCall {
  /** What to show. */
  prompt: string | undefined;
  /** The width in pixels, where a resolution was given. */
  width: number | undefined;
  /** The height in pixels, where a resolution was given. */
  height: number | undefined;
  /** Width to height, such as `16:9`, or `adaptive`. */
  aspectRatio: string | undefined;
  /** How long the video is to be, in seconds. */
  duration: number | undefined;
  /** Frames per second. */
  fps: number | undefined;
  /** The seed. */
  seed: number | undefined;
  /** Whether the video is to have sound. */
  generateAudio: boolean | undefined;
  /** Input images, the first frame before others, as http(s) URLs or base64 data URIs. */
  images: string[];
  /** The last frame, as an http(s) URL or a base64 data URI. */
  lastImage: string | undefined;
  /** Reference videos, as http(s) URLs or base64 data URIs. */
  videos: string[];
  /** Sounds among the references, as http(s) URLs or base64 data URIs. */
  sounds: string[];
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent, without the files of the call. */
  input: JSONObject;
}

/** So long after its start a job that is not found may only not be found yet. */
const TOO_SOON_MILLIS = 10_000;
const MAX_DOWNLOAD_TRIES = 5;

/** A video model on one endpoint. */
export class VideoModel implements VideoModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.video";
  readonly maxVideosPerCall = 1;
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodVideoModelSettings>;
  readonly #entry: VideoEntry | undefined;

  constructor(config: ModelConfig<RunpodVideoModelSettings>) {
    const { modelId, own: { family } } = config;
    this.modelId = modelId;
    this.#config = config;
    this.#entry = family === undefined ? findVideoModel(modelId) : findVideoFamily(family);
  }

  static [WORKFLOW_SERIALIZE](model: VideoModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): VideoModel {
    return new VideoModel(model);
  }

  async doGenerate(call: VideoModelV4CallOptions): Promise<VideoModelV4Result> {
    const { input, wait, jobId, warnings } = await writeInput(this.modelId, this.#entry, this.#config.own.input, call);
    const queue = this.#queue(call.headers);
    const timestamp = new Date();
    const work = jobId === undefined ? { submission: { input } } : { jobId };
    return await runJob(queue, work, { ...wait, abortSignal: call.abortSignal }, async (result, tools) => ({
      ...await readVideos(queue, result, this.#config.own.output, tools),
      warnings,
      response: this.#response(timestamp, result),
    }));
  }

  /** Runpod calls webhooks; they are not signed, so one that comes is only a reason to look. */
  async handleWebhookOption(
    { webhook }: Parameters<NonNullable<VideoModelV4["handleWebhookOption"]>>[0],
  ): Promise<Awaited<ReturnType<NonNullable<VideoModelV4["handleWebhookOption"]>>>> {
    const { url, received } = await webhook();
    return { webhookUrl: markAwaited(url), received };
  }

  async doStart(
    { webhookUrl, ...call }: Parameters<NonNullable<VideoModelV4["doStart"]>>[0],
  ): Promise<VideoModelV4OperationStartResult> {
    const { abortSignal } = call;
    const { input, wait, jobId, warnings } = await writeInput(this.modelId, this.#entry, this.#config.own.input, call);
    const queue = this.#queue(call.headers);
    const { webhook, isAwaited = false } = webhookUrl === undefined ? {} : readWebhook(queue, webhookUrl);
    const timestamp = new Date();
    const { job, answer } = jobId === undefined
      ? await startJob(queue, { input, webhook }, { ...wait, abortSignal })
      : continued(queue, jobId, webhook);

    const operation = writeOperation({
      endpoint: queue.endpoint.name,
      jobId: job.id,
      startedAt: Date.now(),
      wait: isAwaited ? wait : undefined,
    });
    const { cancelOnAbort } = wait;
    const watched = watch(operation, queue, {
      jobId: job.id,
      abortSignal: cancelOnAbort === false ? undefined : abortSignal,
      isWaiting: isAwaited || cancelOnAbort === true,
    });
    notify(watched, job);
    return {
      operation,
      warnings,
      providerMetadata: { runpod: { job: describeState(queue, job) } },
      response: this.#response(timestamp, { answer }),
    };
  }

  async doStatus(
    { operation, abortSignal, headers }: Parameters<NonNullable<VideoModelV4["doStatus"]>>[0],
  ): Promise<VideoModelV4OperationStatusResult> {
    const queue = this.#queue(headers);
    const { jobId, startedAt, wait } = readOperation(queue, operation);
    const timestamp = new Date();
    const watched = watchOver(operation);
    const complete = async (result: JobAnswer, tools: ResultTools) => {
      const { videos, providerMetadata } = await readVideos(queue, result, this.#config.own.output, tools);
      const runpod = { ...providerMetadata.runpod, job: describeState(queue, result.job) };
      const response = this.#response(timestamp, result);
      return { status: "completed" as const, videos, warnings: [], providerMetadata: { runpod }, response };
    };
    if (wait) {
      watched?.over();
      return await runJob(queue, { jobId }, { ...wait, abortSignal }, complete);
    }

    watched?.looked(abortSignal);
    const pending = (state: JSONObject, answer?: JobAnswer["answer"], warnings?: SharedV4Warning[]) => ({
      status: "pending" as const,
      warnings,
      providerMetadata: { runpod: { job: state } },
      response: this.#response(timestamp, { answer }),
    });
    let result: JobAnswer;
    try {
      result = await readStatusOnce(queue, jobId, abortSignal);
    } catch (error) {
      if (!isTransientError(error) && !isTooSoon(error, startedAt)) throw error;
      // An error would end the SDK's wait for a job that goes on.
      const message = `The status of job "${jobId}" could not be read this time: ${error.message}`;
      return pending({ jobId, endpoint: queue.endpoint.name }, undefined, [{ type: "other", message }]);
    }
    notify(watched ?? { queue }, result.job);
    if (!isFinal(result.job)) return pending(describeState(queue, result.job), result.answer);
    watched?.over();
    if (result.job.status !== "COMPLETED") throw jobError(queue, result);
    return await complete(result, {
      signal: abortSignal ?? new AbortController().signal,
      again: (read) => retryReads(read, abortSignal, (failures) => failures < MAX_DOWNLOAD_TRIES),
    });
  }

  #queue(headers: Queue["headers"]): Queue {
    const { settings, endpoint } = this.#config;
    const attempt = videoAttempt(this.modelId);
    return { settings, endpoint, attempt, headers };
  }

  #response(timestamp: Date, { answer }: Partial<JobAnswer>): VideoModelV4Result["response"] {
    return { timestamp, modelId: this.modelId, headers: answer?.headers };
  }
}

/** A job that was submitted before. Its webhook, if any, was set then. */
function continued(
  { attempt }: Queue,
  jobId: string,
  webhook: string | undefined,
): Partial<JobAnswer> & Pick<JobAnswer, "job"> {
  if (webhook === undefined) return { job: { id: jobId, status: "IN_QUEUE" } };
  throw new InvalidArgumentError({
    argument: "webhook",
    message:
      `Cannot ${attempt}: job "${jobId}" was submitted before, so it cannot get a webhook; leave out webhook and poll`,
  });
}

function isTooSoon(error: unknown, startedAt: number): error is RunpodJobError {
  return RunpodJobError.isInstance(error) && error.kind === "expired" && Date.now() - startedAt < TOO_SOON_MILLIS;
}
