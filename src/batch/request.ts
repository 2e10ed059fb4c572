/**
 * What one request of a batch is as a job, and what its result is read with: the models' own writing and reading.
 *
 * @module
 */
import type {
  Experimental_BatchV4Request as BatchV4Request,
  Experimental_ImageBatchV4ItemResult as ImageItemResult,
  Experimental_TextBatchV4ItemResult as TextItemResult,
  SharedV4ProviderOptions,
  SharedV4Warning,
} from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { imageQueue, readImageJob, writeImageInput } from "../image/model.ts";
import { type RunpodWaitOptions, submissionOptions } from "../job/options.ts";
import type { JobAnswer, Queue, Submission } from "../job/queue.ts";
import type { ResultTools } from "../job/wait.ts";
import { dropWaitOptions } from "../language/chat_options.ts";
import { chatAttempt, prepareChat } from "../language/prepare.ts";
import { chatSubmission, readChatJob, readingOf } from "../language/queue_transport.ts";
import type { ModelConfig } from "../call/model_config.ts";
import { badOption, once, splitOptions } from "../call/options.ts";
import type { BatchGroup } from "./batch_id.ts";

/** Makes the config of a model with nothing but its id. */
export type ConfigOf = (modelId: string) => ModelConfig<Record<never, never>>;

/** What the call of a batch function takes. */
export interface BatchCall {
  providerOptions?: SharedV4ProviderOptions;
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
}

/** A request that is ready to be submitted. */
export interface WrittenRequest {
  id: string;
  group: BatchGroup;
  queue: Queue;
  submission: Submission;
  wait: RunpodWaitOptions;
  warnings: SharedV4Warning[];
}

/**
 * Writes the job of a request.
 *
 * @throws {InvalidArgumentError} for what the model cannot do.
 */
export async function writeRequest(
  config: ReturnType<ConfigOf>,
  request: BatchV4Request,
  { providerOptions, abortSignal, headers }: BatchCall,
): Promise<WrittenRequest> {
  const { id, type, modelId } = request;
  const own = request.options.providerOptions;
  const options = { ...own, runpod: { ...providerOptions?.runpod, ...own?.runpod } };
  if (options.runpod.jobId !== undefined) {
    throw badOption("runpod.jobId", options.runpod.jobId, "for batches, whose jobs are all new");
  }
  const endpoint = config.endpoint.name;
  if (type === "image") {
    const { ours: submission, worker } = splitOptions(options, onlySubmission());
    const call = { ...request.options, providerOptions: { ...options, runpod: worker }, abortSignal, headers };
    const { input, wait, warnings } = await writeImageInput(config, call);
    return {
      id,
      group: { type, modelId, endpoint },
      queue: imageQueue(config, headers),
      submission: { input, ...submission },
      wait: submitting(wait, warnings),
      warnings,
    };
  }
  const call = { ...request.options, providerOptions: options, abortSignal, headers };
  const chat = await prepareChat({ ...config, own: { transport: "queue" } }, call);
  const { context: { tags, jsonTool }, limit } = readingOf(chat);
  return {
    id,
    group: { type, modelId, endpoint, tags, jsonTool, limit: typeof limit === "number" ? limit : undefined },
    queue: chat.queue,
    submission: chatSubmission(chat.job, chat.body),
    wait: submitting(chat.job.wait, chat.warnings),
    warnings: chat.warnings,
  };
}

/** Where the job of a request is. */
export function queueOf(
  config: ReturnType<ConfigOf>,
  { type, modelId }: BatchGroup,
  headers: BatchCall["headers"],
): Queue {
  if (type === "image") return imageQueue(config, headers);
  const { settings, endpoint } = config;
  return { settings, endpoint, attempt: chatAttempt(modelId), headers };
}

/**
 * Reads the result of a completed job.
 *
 * @throws {RunpodJobError} when there is none in it.
 */
export async function readResult(
  config: ReturnType<ConfigOf>,
  queue: Queue,
  { id, group }: { id: string; group: BatchGroup },
  result: JobAnswer,
  tools: ResultTools,
): Promise<TextItemResult | ImageItemResult> {
  const { type, modelId, tags, jsonTool, limit } = group;
  const status = "succeeded" as const;
  // What the request was warned of was told at the start.
  const warnings: SharedV4Warning[] = [];
  if (type === "image") {
    const images = await readImageJob(config, queue, result, tools);
    const response = { timestamp: new Date(), modelId, headers: result.answer.headers };
    return { type, id, status, result: { ...images, warnings, response } };
  }
  const context = { attempt: queue.attempt, notFound: "", tags, jsonTool };
  return { type, id, status, result: { ...await readChatJob({ queue, context, limit }, result), warnings } };
}

const onlySubmission = once(() => z.object(submissionOptions()));

/** What is left of a wait where nobody waits for the job. */
function submitting(wait: RunpodWaitOptions, warnings: SharedV4Warning[]): RunpodWaitOptions {
  const polling = ["waitMillis", "maxPollAttempts", "pollIntervalMillis", "maxRequests"] as const;
  return dropWaitOptions({ wait }, polling, "starting a batch submits its jobs, and waits for none", warnings);
}
