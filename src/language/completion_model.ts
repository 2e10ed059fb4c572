/**
 * Completion models: `/completions` of an endpoint, whole and streamed.
 *
 * @module
 */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { type ApiRequest, open, request } from "../http/request.ts";
import { type Answer, answerError } from "../http/error.ts";
import { followAnswer } from "../route/follow.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { type Served, withServedModel } from "../route/post.ts";
import type { CallContext } from "../input/context.ts";
import { type CompletionRequest, writeCompletionRequest } from "./completion_request.ts";
import { streamed } from "./request.ts";
import { readCompletion } from "./response.ts";
import { streamParts } from "./stream.ts";

/** Settings of one completion model. */
export interface RunpodCompletionModelSettings {
  /** The name that the endpoint serves the model under. Default: the first that its `/models` route lists. */
  model?: string;
}

/** A completion model on one endpoint. */
export class CompletionModel implements LanguageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.completion";
  readonly modelId: string;
  /** A prompt is text. */
  readonly supportedUrls: Record<string, RegExp[]> = {};
  readonly #config: ModelConfig<RunpodCompletionModelSettings>;

  constructor(config: ModelConfig<RunpodCompletionModelSettings>) {
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: CompletionModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): CompletionModel {
    return new CompletionModel(model);
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { settings, endpoint } = this.#config;
    return await withServedModel(settings, endpoint, call, async (served) => {
      const { body, context } = this.#write(call, served);
      const post = this.#post(call, context, body);
      const answer = await followAnswer(await request(settings, post), settings, endpoint, post);
      if (!answer.ok) throw answerError({ ...post, ...served, answer });
      const { response, ...completion } = readCompletion(answer, { ...post, ...served });
      return {
        ...completion,
        warnings: context.warnings,
        request: { url: post.url, body },
        response: { ...response, headers: answer.headers, body: answer.json },
      };
    });
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { settings, endpoint } = this.#config;
    const { includeRawChunks, abortSignal } = call;
    return await withServedModel(settings, endpoint, call, async (served) => {
      const { body: whole, context: writing } = this.#write(call, served);
      const body = streamed(whole);
      const post = this.#post(call, writing, body);
      const answer = await open(settings, { ...post, ...served });
      const outcome = (answer: Answer) => followAnswer(answer, settings, endpoint, post);
      const context = { ...post, ...served };
      const { warnings } = writing;
      return {
        stream: await streamParts({ ...answer, outcome, context, warnings, includeRawChunks, abortSignal }),
        request: { url: post.url, body },
        response: { headers: answer.headers },
      };
    });
  }

  #write(call: LanguageModelV4CallOptions, { model }: Served): { body: CompletionRequest; context: CallContext } {
    const context = { modelId: this.modelId, attempt: `complete a text with "${this.modelId}"`, warnings: [] };
    return { body: writeCompletionRequest(context, model, call), context };
  }

  #post(
    { headers, abortSignal }: LanguageModelV4CallOptions,
    { attempt }: CallContext,
    body: CompletionRequest,
  ): ApiRequest {
    const url = `${this.#config.endpoint.openaiRoot}/completions`;
    return { attempt, method: "POST", url, body, headers, abortSignal, retryCost: "completion" };
  }
}
