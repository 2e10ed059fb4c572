/**
 * One request of a batch: the job that it becomes, and the result that is read of the job.
 *
 * @module
 */
import type {
  Experimental_BatchV4ItemResult as BatchV4ItemResult,
  Experimental_BatchV4Request as BatchV4Request,
  SharedV4ProviderOptions,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { readResult as readJobResult } from "../call/execute.ts";
import type { Modality, ModalityTypes } from "../call/modality.ts";
import type { ModelConfig } from "../call/model_config.ts";
import { dropOptions, prepare, queueOf } from "../call/prepare.ts";
import { writeJob } from "../call/write.ts";
import { imageModality } from "../image/modality.ts";
import { badOption } from "../input/context.ts";
import { POLLING, type RunpodWaitOptions } from "../job/options.ts";
import type { JobAnswer, Queue } from "../job/queue.ts";
import type { Submission } from "../job/submission.ts";
import type { ResultTools } from "../job/run_job.ts";
import { chatModality } from "../language/modality.ts";
import type { BatchGroup } from "./batch_id.ts";

/** The modality of each type of request. A language model is reached by a job, whatever its default. */
const TYPES: Record<BatchV4Request["type"], RequestType> = {
  text: requestType(chatModality, { transport: "queue" }),
  image: requestType(imageModality, {}),
};

/** Makes the config of a model that has nothing but an id. */
export type ConfigOf = (modelId: string) => ModelConfig<Record<never, never>>;

/** What the call of a batch function takes. */
export interface BatchCall {
  providerOptions?: SharedV4ProviderOptions;
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
}

/** A request as a job. */
interface RequestJob {
  queue: Queue;
  submission: Submission;
  wait: RunpodWaitOptions;
  warnings: SharedV4Warning[];
  /** What reading the result needs to know of the request, as plain JSON. */
  reading: Record<string, unknown> | undefined;
}

/** A request that is ready to be submitted. */
export interface WrittenRequest extends Omit<RequestJob, "reading"> {
  id: string;
  group: BatchGroup;
}

/** Where a completed job was read, and what with. */
interface Completed {
  queue: Queue;
  modelId: string;
  reading: RequestJob["reading"];
  result: JobAnswer;
  tools: ResultTools;
}

/** What is done with the requests of one type. */
interface RequestType {
  /** What a request does, to follow "Cannot" in errors. */
  verb: string;
  write: (config: ReturnType<ConfigOf>, call: BatchCall & object) => Promise<RequestJob>;
  read: (completed: Completed) => Promise<object>;
}

const NOT_AWAITED = "starting a batch submits its jobs, and waits for none";

/**
 * Writes the job of a request.
 *
 * @throws {InvalidArgumentError} for what the model cannot do.
 */
export async function writeRequest(
  config: ReturnType<ConfigOf>,
  { id, type, modelId, options }: BatchV4Request,
  { providerOptions, abortSignal, headers }: BatchCall,
): Promise<WrittenRequest> {
  const runpod = { ...providerOptions?.runpod, ...options.providerOptions?.runpod };
  if (runpod.jobId !== undefined) throw badOption("jobId", "a batch submits new jobs and continues none");
  const call = { ...options, providerOptions: { ...options.providerOptions, runpod }, abortSignal, headers };
  const { reading, ...written } = await TYPES[type].write(config, call);
  return { ...written, id, group: { type, modelId, endpoint: config.endpoint.name, reading } };
}

/** The queue that the job of a request is on. */
export function queueOfRequest(
  config: ReturnType<ConfigOf>,
  { type }: BatchGroup,
  headers: BatchCall["headers"],
): Queue {
  const advice = "to go on, read the status or the results of the batch again";
  return { ...queueOf(TYPES[type], config, headers), advice };
}

/**
 * Reads the result of a completed job.
 *
 * @throws {RunpodJobError} when its output holds none.
 */
export async function readResult(
  queue: Queue,
  { id, group: { type, modelId, reading } }: { id: string; group: BatchGroup },
  result: JobAnswer,
  tools: ResultTools,
): Promise<BatchV4ItemResult> {
  const read = await TYPES[type].read({ queue, modelId, reading, result, tools });
  return { type, id, status: "succeeded", result: read } as BatchV4ItemResult;
}

function requestType<K extends ModalityTypes>(modality: Modality<K>, modelSettings: K["settings"]): RequestType {
  return {
    verb: modality.verb,
    async write(config, call) {
      const prepared = prepare(modality, { ...config, modelSettings }, call);
      const { queue, modelCall } = prepared;
      const { ref, reading, wait } = await writeJob(prepared);
      return {
        queue,
        submission: (ref as { submission: Submission }).submission,
        wait: dropOptions(modelCall, wait, POLLING, NOT_AWAITED),
        warnings: modelCall.warnings,
        reading: reading as RequestJob["reading"],
      };
    },
    async read({ queue, modelId, reading, result, tools }) {
      const { attempt } = queue;
      // The warnings of a request were told when the batch was started.
      const context = { modelId, attempt, warnings: [], settings: modelSettings, reading, notFound: "" };
      return await readJobResult(modality, context, queue, { result, tools, timestamp: new Date() });
    },
  };
}
