/**
 * Image models: one job, its output read and downloaded.
 *
 * @module
 */
import type { ImageModelV4, ImageModelV4CallOptions, ImageModelV4Result, JSONObject } from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import type { JobAnswer, Queue } from "../job/queue.ts";
import { type ResultTools, runJob } from "../job/wait.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { decodeOutput, describeJob, downloadOutput, readFiles } from "../output/job_output.ts";
import { findImageFamily, findImageModel, type ImageEntry } from "./catalogue.ts";
import { imageAttempt, type ImageInput, writeInput } from "./input.ts";
import type { RunpodKnownImageModelId } from "./options.ts";

/** How to talk to a worker of your own. */
export interface RunpodImageModelSettings {
  /** The known model whose input yours takes. Default: the one with this id; else a prompt, `width` and `height`. */
  family?: RunpodKnownImageModelId;
  /**
   * Makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodImageModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodImageModelSettings = {
   *   input: ({ prompt, width, height, seed }) => ({ text: prompt ?? "", shape: [width ?? 512, height ?? 512], seed }),
   *   output: (output) => (output as { picture: string }).picture,
   * };
   * ```
   */
  input?: (call: RunpodImageCall) => JSONObject | Promise<JSONObject>;
  /** Takes the images out of the worker's output: URLs, data URIs or base64, alone, in a list or in objects. */
  output?: (output: unknown) => unknown;
}

/** A call of an image model. */
export interface RunpodImageCall {
  /** What to show. */
  prompt: string | undefined;
  /** The width in pixels, where a size was given. */
  width: number | undefined;
  /** The height in pixels, where a size was given. */
  height: number | undefined;
  /** Width to height, such as `16:9`. */
  aspectRatio: string | undefined;
  /** The seed. */
  seed: number | undefined;
  /** Input images, as http(s) URLs or base64 data URIs. */
  images: string[];
  /** The mask, as an http(s) URL or a base64 data URI. */
  mask: string | undefined;
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent, without images and mask. */
  input: JSONObject;
}

/** An image model on one endpoint. */
export class ImageModel implements ImageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.image";
  readonly maxImagesPerCall = 1;
  readonly modelId: string;
  readonly supportsFileInputs: boolean | undefined;
  readonly supportsMaskInputs: boolean | undefined;
  readonly #config: ModelConfig<RunpodImageModelSettings>;

  constructor(config: ModelConfig<RunpodImageModelSettings>) {
    const { modelId, own } = config;
    const { input } = own;
    const entry = entryOf(modelId, own);
    this.modelId = modelId;
    // What a function of the caller's makes of them is not known.
    this.supportsFileInputs = input ? undefined : entry && entry.images !== undefined;
    this.supportsMaskInputs = input ? undefined : entry && false;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: ImageModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): ImageModel {
    return new ImageModel(model);
  }

  async doGenerate(call: ImageModelV4CallOptions): Promise<ImageModelV4Result> {
    const queue = imageQueue(this.#config, call.headers);
    const { input, wait, jobId, warnings } = await writeImageInput(this.#config, call);
    const timestamp = new Date();
    const work = jobId === undefined ? { submission: { input } } : { jobId };
    return await runJob(queue, work, { ...wait, abortSignal: call.abortSignal }, async (result, tools) => ({
      ...await readImageJob(this.#config, queue, result, tools),
      warnings,
      response: { timestamp, modelId: this.modelId, headers: result.answer.headers },
    }));
  }
}

/** Where the jobs of an image model go. */
export function imageQueue(
  { settings, endpoint, modelId }: ModelConfig<RunpodImageModelSettings>,
  headers: Queue["headers"],
): Queue {
  return { settings, endpoint, attempt: imageAttempt(modelId), headers };
}

/**
 * Writes the input of an image job.
 *
 * @throws {InvalidArgumentError} for what the model cannot do.
 */
export async function writeImageInput(
  { modelId, own }: ModelConfig<RunpodImageModelSettings>,
  call: ImageModelV4CallOptions,
): Promise<ImageInput> {
  return await writeInput(modelId, entryOf(modelId, own), own.input, call);
}

/**
 * Reads the images of a completed job.
 *
 * @throws {RunpodJobError} when there are none, or one cannot be had.
 */
export async function readImageJob(
  { own }: ModelConfig<RunpodImageModelSettings>,
  queue: Queue,
  result: JobAnswer,
  tools: ResultTools,
): Promise<Pick<ImageModelV4Result, "images" | "providerMetadata">> {
  const files = readFiles(queue, result, "image", own.output);
  // All images are given in one form.
  const isInline = files.every((file) => "base64" in file);
  const images = await Promise.all(files.map(async (file) => {
    if ("base64" in file) {
      return isInline ? file.base64 : decodeOutput(queue, result, { base64: file.base64, what: "image" });
    }
    return await downloadOutput(queue, result, { url: file.url, what: "image" }, tools);
  }));
  return {
    images: images as string[] | Uint8Array[],
    providerMetadata: {
      runpod: {
        images: files.map((file) => ({
          url: "url" in file ? file.url : undefined,
          ...describeJob(queue, result.job),
        })),
      },
    },
  };
}

function entryOf(modelId: string, { family }: RunpodImageModelSettings): ImageEntry | undefined {
  return family === undefined ? findImageModel(modelId) : findImageFamily(family);
}
