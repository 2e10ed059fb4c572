/**
 * Chat models: `/chat/completions` of an endpoint, whole and streamed.
 *
 * @module
 */
import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamResult,
  type SharedV4Warning,
} from "@ai-sdk/provider";
import { type ApiRequest, open, request } from "../api.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import type { Endpoint } from "../endpoint.ts";
import { answerError } from "../error.ts";
import { type ChatRequest, streamed, writeRequest } from "./request.ts";
import { type AnswerContext, readCompletion } from "./response.ts";
import { findServedModel, type ServedModels } from "./served_model.ts";
import { streamParts } from "./stream.ts";

/** A chat model on one endpoint. */
export class ChatModel implements LanguageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.chat";
  readonly modelId: string;
  /** The endpoint fetches these itself, so nobody has to download and inline them. */
  readonly supportedUrls: Record<string, RegExp[]> = {
    "image/*": [/^https?:\/\/.+$/],
    "video/*": [/^https?:\/\/.+$/],
    "audio/*": [/^https?:\/\/.+$/],
  };
  readonly #settings: RunpodProviderSettings;
  readonly #endpoint: Endpoint;
  readonly #servedModels: ServedModels;

  constructor(modelId: string, settings: RunpodProviderSettings, endpoint: Endpoint, servedModels: ServedModels) {
    this.modelId = modelId;
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#servedModels = servedModels;
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { body, warnings, context } = await this.#prepare(call);
    return await this.#forgettingName(async () => {
      const answer = await request(this.#settings, this.#post(call, context, body));
      if (!answer.ok) throw answerError({ ...context, answer, repeat: "completion" });
      const { cost, response, ...completion } = readCompletion(answer, context);
      return {
        ...completion,
        warnings,
        ...(cost === undefined ? {} : { providerMetadata: { runpod: { cost } } }),
        request: { url: answer.url, body },
        response: { ...response, headers: answer.headers, body: answer.json },
      };
    });
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { body: whole, warnings, context } = await this.#prepare(call);
    const body = streamed(whole);
    const post = this.#post(call, context, body);
    const { includeRawChunks, abortSignal } = call;
    return await this.#forgettingName(async () => {
      const answer = await open(this.#settings, { ...post, notFound: context.notFound });
      return {
        stream: await streamParts({ ...answer, context, warnings, includeRawChunks, abortSignal }),
        request: { url: post.url, body },
        response: { headers: answer.headers },
      };
    });
  }

  /** An endpoint that no longer knows its model may serve another one by now: the next call asks again. */
  async #forgettingName<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (APICallError.isInstance(error)) this.#servedModels.delete(this.#endpoint.openaiRoot);
      throw error;
    }
  }

  async #prepare(call: LanguageModelV4CallOptions): Promise<{
    body: ChatRequest;
    warnings: SharedV4Warning[];
    context: AnswerContext;
  }> {
    const { name, model = await this.#findModel(call) } = this.#endpoint;
    const { body, warnings } = writeRequest(model, call);
    const context = {
      attempt: `generate text with "${this.modelId}"`,
      notFound: `check that endpoint "${name}" exists and serves a model named "${model}"`,
    };
    return { body, warnings, context };
  }

  async #findModel(call: LanguageModelV4CallOptions): Promise<string> {
    return await findServedModel(this.#settings, this.#endpoint, this.#servedModels, call);
  }

  #post(call: LanguageModelV4CallOptions, { attempt }: AnswerContext, body: ChatRequest): ApiRequest {
    return {
      attempt,
      method: "POST",
      url: `${this.#endpoint.openaiRoot}/chat/completions`,
      body,
      headers: call.headers,
      abortSignal: call.abortSignal,
      repeat: "completion",
    };
  }
}
