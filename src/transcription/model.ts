/**
 * Transcription models: a job whose output is read, or `/audio/transcriptions` of an OpenAI-compatible server.
 *
 * @module
 */
import type {
  JSONObject,
  TranscriptionModelV4,
  TranscriptionModelV4CallOptions,
  TranscriptionModelV4Result,
  TranscriptionModelV4TimestampGranularity,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import type { Queue } from "../job/queue.ts";
import { runJob } from "../job/wait.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { describeRoute, transportOf, withServedModel } from "../route/post.ts";
import { describeJob, readPart, withoutOutput } from "../output/job_output.ts";
import { type CallContext, warnUnsupported } from "../input/context.ts";
import { findTranscriptionFamily, findTranscriptionModel, type TranscriptionEntry } from "./catalogue.ts";
import { type Call, writeFields, writeInput } from "./input.ts";
import type { RunpodKnownTranscriptionModelId } from "./options.ts";
import { askForTranscript } from "./route.ts";
import { readTranscript, type Transcript } from "./transcript.ts";

/** How to talk to an endpoint of your own. */
export interface RunpodTranscriptionModelSettings {
  /**
   * How to reach the model: by a job on the endpoint's queue, or by the `/audio/transcriptions` route of an
   * OpenAI-compatible server. Default `queue`; `openai` where there is no queue: load balancers, and URLs that end in `/v1`.
   */
  transport?: "openai" | "queue";
  /**
   * The model's name. On an OpenAI route the one that the server serves it under, by default the first that its `/models`
   * route lists; in a job the `model` of the input, which for faster-whisper is its size.
   */
  model?: string;
  /** Jobs: the known model whose input yours takes. Default: the one with this id; else the worker for faster-whisper. */
  family?: RunpodKnownTranscriptionModelId;
  /**
   * Jobs: makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodTranscriptionModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodTranscriptionModelSettings = {
   *   input: ({ audio, options }) => ({ ...options, file: audio }),
   *   output: (output) => (output as { heard: string }).heard,
   * };
   * ```
   */
  input?: (call: RunpodTranscriptionCall) => JSONObject | Promise<JSONObject>;
  /** Jobs: takes the transcript out of the worker's output: a text, subtitles, or an object with the usual keys. */
  output?: (output: unknown) => unknown;
}

/** A call of a transcription model. */
export interface RunpodTranscriptionCall {
  /** The recording: an http(s) URL, or a base64 data URI. */
  audio: string;
  /** The times to tell: of words, of segments. */
  timestampGranularities: TranscriptionModelV4TimestampGranularity[];
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent, without the audio. */
  input: JSONObject;
}

/** A transcription model on one endpoint. */
export class TranscriptionModel implements TranscriptionModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.transcription";
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodTranscriptionModelSettings>;
  readonly #entry: TranscriptionEntry | undefined;
  readonly #transport: "openai" | "queue";

  constructor(config: ModelConfig<RunpodTranscriptionModelSettings>) {
    const { modelId, endpoint, own } = config;
    this.modelId = modelId;
    this.#config = config;
    this.#entry = own.family === undefined ? findTranscriptionModel(modelId) : findTranscriptionFamily(own.family);
    this.#transport = transportOf(modelId, endpoint, own);
  }

  static [WORKFLOW_SERIALIZE](model: TranscriptionModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): TranscriptionModel {
    return new TranscriptionModel(model);
  }

  async doGenerate(call: TranscriptionModelV4CallOptions): Promise<TranscriptionModelV4Result> {
    return this.#transport === "openai" ? await this.#ask(call) : await this.#run(call);
  }

  /** Leaves it to the worker to fetch the recording. A route takes files alone, which the SDK then downloads. */
  async doGenerateFromUrl(
    call: Omit<TranscriptionModelV4CallOptions, "audio" | "mediaType"> & { audio: URL },
  ): Promise<TranscriptionModelV4Result | undefined> {
    return this.#transport === "openai" ? undefined : await this.#run(call);
  }

  #startWriting(): CallContext {
    return { modelId: this.modelId, attempt: `transcribe with "${this.modelId}"`, warnings: [] };
  }

  async #run(call: Call): Promise<TranscriptionModelV4Result> {
    const { settings, endpoint, own } = this.#config;
    const context = this.#startWriting();
    const { input, wait, jobId } = await writeInput(context, this.#entry, own, call);
    const queue: Queue = { settings, endpoint, attempt: context.attempt, headers: call.headers };
    const timestamp = new Date();
    const work = jobId === undefined ? { submission: { input } } : { jobId };
    return await runJob(queue, work, { ...wait, abortSignal: call.abortSignal }, (result) => {
      const transcript = readTranscript(readPart(queue, result, own.output));
      if (!transcript) throw withoutOutput(queue, result);
      const { headers, json: body } = result.answer;
      const response = { timestamp, modelId: this.modelId, headers, body };
      return { ...toResult(context, call, transcript, describeJob(queue, result.job)), response };
    });
  }

  async #ask(call: Call): Promise<TranscriptionModelV4Result> {
    const { settings, endpoint } = this.#config;
    const { headers, abortSignal } = call;
    const context = this.#startWriting();
    const { attempt } = context;
    const { fields, audio } = writeFields(context, call);
    return await withServedModel(settings, endpoint, call, async ({ model, notFound }) => {
      const form = { fields: { model, ...fields }, audio };
      const timestamp = new Date();
      const asked = { ...form, attempt, notFound, headers, abortSignal };
      const { transcript, answer } = await askForTranscript(settings, endpoint, asked);
      const response = { timestamp, modelId: this.modelId, headers: answer.headers, body: answer.json };
      return { ...toResult(context, call, transcript, describeRoute(endpoint, answer.headers)), response };
    });
  }
}

function toResult(
  context: CallContext,
  { timestampGranularities = [] }: Call,
  { subtitles, translation, ...transcript }: Transcript,
  metadata: JSONObject,
): Omit<TranscriptionModelV4Result, "response"> {
  const timed = { word: transcript.words, segment: transcript.segments };
  for (const granularity of timestampGranularities) {
    // Silence has none of either.
    if (timed[granularity]?.length || transcript.text === "") continue;
    warnUnsupported(context, "timestampGranularities", `the answer has no times of ${granularity}s`);
  }
  const more = { ...(subtitles ? { subtitles } : {}), ...(translation === undefined ? {} : { translation }) };
  return { ...transcript, warnings: context.warnings, providerMetadata: { runpod: { ...metadata, ...more } } };
}
