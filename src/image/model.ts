/**
 * Image models: one job, its output read and downloaded.
 *
 * @module
 */
import type { ImageModelV4, ImageModelV4CallOptions, ImageModelV4Result, JSONObject } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import type { RunpodProviderSettings } from "../settings.ts";
import type { Endpoint } from "../endpoint.ts";
import { readError } from "../error_details.ts";
import { download, findFiles, type OutputFile, toBytes } from "../file.ts";
import type { RunpodJob } from "../job/envelope.ts";
import { type JobAnswer, type Queue, rootOf } from "../job/queue.ts";
import { endedWithoutResult } from "../job/ending.ts";
import { type ResultTools, runJob } from "../job/wait.ts";
import type { ImageEntry } from "./catalogue.ts";
import { writeInput } from "./input.ts";

/** An image model on one endpoint. */
export class ImageModel implements ImageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.image";
  readonly maxImagesPerCall = 1;
  readonly modelId: string;
  readonly supportsFileInputs: boolean | undefined;
  readonly supportsMaskInputs: boolean | undefined;
  readonly #settings: RunpodProviderSettings;
  readonly #endpoint: Endpoint;
  readonly #entry: ImageEntry | undefined;

  constructor(modelId: string, settings: RunpodProviderSettings, endpoint: Endpoint, entry: ImageEntry | undefined) {
    this.modelId = modelId;
    this.supportsFileInputs = entry && entry.family.images !== undefined;
    this.supportsMaskInputs = entry && false;
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#entry = entry;
  }

  async doGenerate(call: ImageModelV4CallOptions): Promise<ImageModelV4Result> {
    const { input, wait, jobId, warnings } = writeInput(this.modelId, this.#entry, call);
    const queue: Queue = {
      settings: this.#settings,
      endpoint: this.#endpoint,
      attempt: `generate an image with "${this.modelId}"`,
      headers: call.headers,
    };
    const timestamp = new Date();
    const work = jobId === undefined ? { submission: { input } } : { jobId };
    return await runJob(queue, work, { ...wait, abortSignal: call.abortSignal }, async (result, tools) => {
      const files = readOutput(queue, result);
      return {
        images: await this.#read(queue, result, files, tools),
        warnings,
        providerMetadata: { runpod: { images: files.map((file) => describe(file, queue, result.job)) } },
        response: { timestamp, modelId: this.modelId, headers: result.answer.headers },
      };
    });
  }

  async #read(
    queue: Queue,
    result: JobAnswer,
    files: OutputFile[],
    { signal, again }: ResultTools,
  ): Promise<string[] | Uint8Array[]> {
    const inline = files.flatMap((file) => "base64" in file ? [file.base64] : []);
    if (inline.length === files.length) return inline;

    const trustedOrigin = new URL(rootOf(queue)).origin;
    return await Promise.all(files.map(async (file) => {
      if ("base64" in file) return toBytes(file.base64);
      const { url } = file;
      try {
        return await again(() => download({ url, settings: this.#settings, trustedOrigin, abortSignal: signal }));
      } catch (cause) {
        signal.throwIfAborted();
        throw endedWithoutResult(queue, result, {
          kind: "no-output",
          reason: `completed, but its image could not be downloaded from ${url}: ${readable(cause)}`,
          cause,
        });
      }
    }));
  }
}

function readOutput(queue: Queue, result: JobAnswer): OutputFile[] {
  const { output } = result.job;
  const files = findFiles(output);
  if (files.length > 0) return files;
  // A worker may complete a job with nothing but an error in its output.
  const error = isRecord(output) ? readError(output.error ?? output.message) : undefined;
  throw endedWithoutResult(queue, result, {
    kind: error ? "failed" : "no-output",
    reason: error && `completed with an error: ${error.message}`,
  });
}

function describe(file: OutputFile, { endpoint }: Queue, job: RunpodJob): JSONObject {
  const { id, delayTimeMillis, executionTimeMillis, workerId, cost } = job;
  return {
    url: "url" in file ? file.url : undefined,
    jobId: id,
    endpoint: endpoint.name,
    workerId,
    delayTimeMillis,
    executionTimeMillis,
    cost,
  };
}

function readable(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
