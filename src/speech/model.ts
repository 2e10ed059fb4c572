/**
 * Speech models: a job whose output is read and downloaded, or `/audio/speech` of an OpenAI-compatible server.
 *
 * @module
 */
import type { JSONObject, SpeechModelV4, SpeechModelV4CallOptions, SpeechModelV4Result } from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import type { Queue } from "../job/queue.ts";
import { runJob } from "../job/wait.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { describeRoute, transportOf, withServedModel } from "../route/post.ts";
import { describeJob, downloadOutput, readFiles } from "../output/job_output.ts";
import type { CallContext } from "../input/context.ts";
import { findSpeechFamily, findSpeechModel, type SpeechEntry } from "./catalogue.ts";
import { writeBody, writeInput } from "./input.ts";
import type { RunpodKnownSpeechModelId } from "./options.ts";
import { askForSpeech } from "./route.ts";

/** How to talk to an endpoint of your own. */
export interface RunpodSpeechModelSettings {
  /**
   * How to reach the model: by a job on the endpoint's queue, or by the `/audio/speech` route of an OpenAI-compatible
   * server. Default `queue`; `openai` where there is no queue: load balancers, and URLs that end in `/v1`.
   */
  transport?: "openai" | "queue";
  /**
   * The model's name. On an OpenAI route the one that the server serves it under, by default the first that its `/models`
   * route lists; in a job the `model` of the input.
   */
  model?: string;
  /** Jobs: the known model whose input yours takes. Default: the one with this id; else a `prompt` and what you set. */
  family?: RunpodKnownSpeechModelId;
  /**
   * Jobs: makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodSpeechModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodSpeechModelSettings = {
   *   input: ({ text, voice }) => ({ text, speaker: voice ?? "narrator" }),
   *   output: (output) => (output as { wav: string }).wav,
   * };
   * ```
   */
  input?: (call: RunpodSpeechCall) => JSONObject | Promise<JSONObject>;
  /** Jobs: takes the audio out of the worker's output: a URL, a data URI or base64. */
  output?: (output: unknown) => unknown;
}

/** A call of a speech model. */
export interface RunpodSpeechCall {
  /** What to say. */
  text: string;
  /** The voice to say it with. */
  voice: string | undefined;
  /** The file format, such as `mp3`. */
  outputFormat: string | undefined;
  /** How fast, 1 being the voice's own pace. */
  speed: number | undefined;
  /** The language, such as `en`. */
  language: string | undefined;
  /** How to say it, in words. */
  instructions: string | undefined;
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent. */
  input: JSONObject;
}

/** A speech model on one endpoint. */
export class SpeechModel implements SpeechModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.speech";
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodSpeechModelSettings>;
  readonly #entry: SpeechEntry | undefined;
  readonly #transport: "openai" | "queue";

  constructor(config: ModelConfig<RunpodSpeechModelSettings>) {
    const { modelId, endpoint, own } = config;
    this.modelId = modelId;
    this.#config = config;
    this.#entry = own.family === undefined ? findSpeechModel(modelId) : findSpeechFamily(own.family);
    this.#transport = transportOf(modelId, endpoint, own);
  }

  static [WORKFLOW_SERIALIZE](model: SpeechModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): SpeechModel {
    return new SpeechModel(model);
  }

  async doGenerate(call: SpeechModelV4CallOptions): Promise<SpeechModelV4Result> {
    const context: CallContext = {
      modelId: this.modelId,
      attempt: `generate speech with "${this.modelId}"`,
      warnings: [],
    };
    return this.#transport === "openai" ? await this.#ask(context, call) : await this.#run(context, call);
  }

  async #run(context: CallContext, call: SpeechModelV4CallOptions): Promise<SpeechModelV4Result> {
    const { settings, endpoint, own } = this.#config;
    const { attempt, warnings } = context;
    const { input, wait, jobId } = await writeInput(context, this.#entry, own, call);
    const queue: Queue = { settings, endpoint, attempt, headers: call.headers };
    const timestamp = new Date();
    const work = jobId === undefined ? { submission: { input } } : { jobId };
    return await runJob(queue, work, { ...wait, abortSignal: call.abortSignal }, async (result, tools) => {
      const [file, ...others] = readFiles(queue, result, "audio", own.output);
      if (others.length > 0) {
        const message = `The job made ${others.length + 1} files, and the first one is returned`;
        warnings.push({ type: "other", message });
      }
      const url = "url" in file ? file.url : undefined;
      const audio = "base64" in file
        ? file.base64
        : await downloadOutput(queue, result, { url: file.url, what: "audio" }, tools);
      return {
        audio,
        warnings,
        providerMetadata: { runpod: { url, ...describeJob(queue, result.job) } },
        response: { timestamp, modelId: this.modelId, headers: result.answer.headers },
      };
    });
  }

  async #ask(context: CallContext, call: SpeechModelV4CallOptions): Promise<SpeechModelV4Result> {
    const { settings, endpoint } = this.#config;
    const { attempt, warnings } = context;
    const { headers, abortSignal } = call;
    const options = writeBody(context, call);
    return await withServedModel(settings, endpoint, call, async ({ model, notFound }) => {
      const body = { model, ...options };
      const timestamp = new Date();
      const speech = await askForSpeech(settings, endpoint, { body, attempt, notFound, headers, abortSignal });
      return {
        audio: speech.audio,
        warnings,
        providerMetadata: { runpod: describeRoute(endpoint, speech.headers) },
        request: { body },
        response: { timestamp, modelId: this.modelId, headers: speech.headers },
      };
    });
  }
}
