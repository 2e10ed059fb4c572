/**
 * Embedding models: `/embeddings` of an OpenAI-compatible server, or a job of Runpod's worker for Infinity.
 *
 * @module
 */
import {
  type EmbeddingModelV4,
  type EmbeddingModelV4CallOptions,
  type EmbeddingModelV4Result,
  type JSONObject,
  type JSONValue,
  type SharedV4Warning,
  TooManyEmbeddingValuesForCallError,
} from "@ai-sdk/provider";
import { isRecord, WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { type Answer, unexpectedAnswer } from "../http/error.ts";
import { toBytes } from "../files/base64.ts";
import { unwrap } from "../job/envelope.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import type { Queue } from "../job/queue.ts";
import { runJob } from "../job/wait.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { isErrorObject, leaveOutWaits, postOpenai, type Served, withServedModel } from "../route/post.ts";
import { once, splitOptions } from "../call/options.ts";
import { describeJob, withoutOutput } from "../output/job_output.ts";
import { type CallContext, refuse, warnUnsupported, withOptions } from "../input/context.ts";

/** Settings of one embedding model. */
export interface RunpodEmbeddingModelSettings {
  /** The name that the endpoint serves the model under. Default: the first that its `/models` route lists. */
  model?: string;
  /**
   * How to reach the model: by the endpoint's OpenAI-compatible route, or by a job on its queue, which waits out any cold
   * start, as Runpod's worker for Infinity takes it. Default `openai`.
   */
  transport?: "openai" | "queue";
  /** The most values that go into one request; `embedMany` splits more. Default 2048. */
  maxEmbeddingsPerCall?: number;
}

/** Options of embedding models, under `providerOptions.runpod`. Every other key goes to the server as it is. */
export interface RunpodEmbeddingModelOptions extends RunpodWaitOptions {
  /** The id of a job to continue, instead of submitting a new one; with `transport: "queue"`. */
  jobId?: string;
  /** How the vectors are sent: `base64` takes a third of the bytes. Default: the server's, which is `float`. */
  encodingFormat?: "float" | "base64";
  /** Any other field of the request. */
  [serverOption: string]: JSONValue | undefined;
}

const DEFAULT_MAX_EMBEDDINGS = 2048;

/** An embedding model on one endpoint. */
export class EmbeddingModel implements EmbeddingModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.embedding";
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls = true;
  readonly #config: ModelConfig<RunpodEmbeddingModelSettings>;

  constructor(config: ModelConfig<RunpodEmbeddingModelSettings>) {
    this.modelId = config.modelId;
    this.maxEmbeddingsPerCall = config.own.maxEmbeddingsPerCall ?? DEFAULT_MAX_EMBEDDINGS;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: EmbeddingModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): EmbeddingModel {
    return new EmbeddingModel(model);
  }

  async doEmbed(call: EmbeddingModelV4CallOptions): Promise<EmbeddingModelV4Result> {
    const { values } = call;
    const warnings: SharedV4Warning[] = [];
    const context: CallContext = { modelId: this.modelId, attempt: `embed with "${this.modelId}"`, warnings };
    const { ours: { encodingFormat, ...wait }, worker } = splitOptions(call.providerOptions, ownOptions());
    this.#checkValues(context, values);
    if (values.length === 0) return { embeddings: [], warnings };

    const { settings, endpoint, own: { transport = "openai" } } = this.#config;
    if (transport === "openai") leaveOutWaits(context, wait);
    else if (encodingFormat !== undefined) {
      const option = "providerOptions.runpod.encodingFormat";
      warnUnsupported(context, option, "the worker for Infinity has no such option");
    }
    // What continues a job has named its model before.
    if (transport === "queue" && wait.jobId !== undefined) return await this.#run(context, call, {}, wait);
    return await withServedModel(
      settings,
      endpoint,
      call,
      async (served) =>
        transport === "openai"
          ? await this.#embed(context, call, served, { encoding_format: encodingFormat, ...worker })
          : await this.#run(context, call, { model: served.model, ...worker }, wait),
    );
  }

  async #embed(
    context: CallContext,
    { values, dimensions, headers, abortSignal }: EmbeddingModelV4CallOptions,
    { model, notFound }: Served,
    options: JSONObject,
  ): Promise<EmbeddingModelV4Result> {
    const { attempt, warnings } = context;
    const written = { model, input: values, dimensions };
    const body = withOptions<unknown>(context, written, options, { dimensions: "dimensions" });
    const request = { path: "/embeddings", notFound, body, attempt, headers, abortSignal };
    const { json, answer } = await postOpenai(this.#config.settings, this.#config.endpoint, request);
    const read = readEmbeddings(json, values.length);
    if (!read) throw notEmbeddings(attempt, answer, values.length);
    const { cost } = json;
    return {
      ...read,
      warnings,
      response: { headers: answer.headers, body: answer.json },
      ...(typeof cost === "number" ? { providerMetadata: { runpod: { cost } } } : {}),
    };
  }

  async #run(
    context: CallContext,
    { values, dimensions, headers, abortSignal }: EmbeddingModelV4CallOptions,
    input: JSONObject,
    wait: RunpodWaitOptions & { jobId?: string },
  ): Promise<EmbeddingModelV4Result> {
    const { attempt, warnings } = context;
    if (dimensions !== undefined) warnUnsupported(context, "dimensions", "the worker for Infinity has no such option");
    const queue: Queue = { settings: this.#config.settings, endpoint: this.#config.endpoint, attempt, headers };
    const { jobId, ...options } = wait;
    const work = jobId === undefined ? { submission: { input: { ...input, input: values } } } : { jobId };
    return await runJob(queue, work, { ...options, abortSignal }, (result) => {
      const json = unwrap(result.job.output);
      const read = isRecord(json) && !isErrorObject(json) ? readEmbeddings(json, values.length) : undefined;
      if (!read) throw withoutOutput(queue, result);
      return {
        ...read,
        warnings,
        response: { headers: result.answer.headers, body: result.answer.json },
        providerMetadata: { runpod: describeJob(queue, result.job) },
      };
    });
  }

  #checkValues(context: CallContext, values: string[]): void {
    if (values.length > this.maxEmbeddingsPerCall) {
      throw new TooManyEmbeddingValuesForCallError({
        provider: this.provider,
        modelId: this.modelId,
        maxEmbeddingsPerCall: this.maxEmbeddingsPerCall,
        values,
      });
    }
    const empty = values.findIndex((value) => value === "");
    if (empty !== -1) throw refuse(context, "values", `value ${empty} is empty`);
  }
}

const ownOptions = once(() => {
  const formats = z.enum(["float", "base64"], '"float" or "base64"');
  return z.object({ ...waitOptions(), encodingFormat: z.optional(formats) });
});

/** Reads the vectors in the order of their values, or nothing where they are not all there. */
function readEmbeddings(
  { data, usage }: Record<string, unknown>,
  count: number,
): Pick<EmbeddingModelV4Result, "embeddings" | "usage"> | undefined {
  if (!Array.isArray(data) || data.length !== count) return undefined;
  const embeddings = new Array<number[]>(count);
  for (const [position, item] of data.entries()) {
    const vector = isRecord(item) ? readVector(item.embedding) : undefined;
    if (!vector) return undefined;
    embeddings[typeof item.index === "number" ? item.index : position] = vector;
  }
  // An index that is there twice leaves a hole.
  if (embeddings.length !== count || embeddings.includes(undefined as never)) return undefined;
  const tokens = isRecord(usage) ? usage.prompt_tokens ?? usage.total_tokens : undefined;
  return { embeddings, ...(typeof tokens === "number" ? { usage: { tokens } } : {}) };
}

/** A list of numbers, or base64 of 32-bit floats with the low byte first. */
function readVector(value: unknown): number[] | undefined {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((number) => typeof number === "number") ? value : undefined;
  }
  if (typeof value !== "string") return undefined;
  try {
    const bytes = toBytes(value);
    if (bytes.byteLength === 0 || bytes.byteLength % 4 !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
  } catch {
    return undefined;
  }
}

function notEmbeddings(attempt: string, answer: Answer, count: number): Error {
  return unexpectedAnswer({ attempt, answer, expected: `an embedding for each of ${count} values` });
}
