/**
 * Settings in, models out: the only file that knows every modality.
 *
 * @module
 */
import {
  type EmbeddingModelV4,
  type ImageModelV4,
  type LanguageModelV4,
  NoSuchModelError,
  type ProviderV4,
} from "@ai-sdk/provider";
import type { RunpodProviderSettings } from "./settings.ts";
import { type Endpoint, locate } from "./endpoint.ts";
import { findImageModel, type RunpodImageModelId } from "./image/catalogue.ts";
import { ImageModel } from "./image/model.ts";
import { endpointClient, type RunpodEndpoint } from "./job/client.ts";
import { findChatModel, type RunpodChatModelId } from "./language/catalogue.ts";
import { ChatModel } from "./language/chat_model.ts";
import type { RunpodChatModelSettings } from "./language/chat_options.ts";
import type { ServedModels } from "./language/served_model.ts";

/** The Runpod provider: models of every kind, each by the id or URL of its endpoint. */
export interface RunpodProvider extends ProviderV4 {
  /** Makes a language model; the same as {@link RunpodProvider.languageModel}. */
  (modelId: RunpodChatModelId, settings?: RunpodChatModelSettings): LanguageModelV4;
  /**
   * Makes a language model.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  languageModel(modelId: RunpodChatModelId, settings?: RunpodChatModelSettings): LanguageModelV4;
  /** Makes a language model; the same as {@link RunpodProvider.languageModel}. */
  chatModel(modelId: RunpodChatModelId, settings?: RunpodChatModelSettings): LanguageModelV4;
  /**
   * Makes an image model.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  imageModel(modelId: RunpodImageModelId): ImageModelV4;
  /** Makes an image model; the same as {@link RunpodProvider.imageModel}. */
  image(modelId: RunpodImageModelId): ImageModelV4;
  /**
   * Makes the client of an endpoint's job queue.
   *
   * @example
   * ```ts
   * import { createRunpod } from "@runpod/ai-sdk-provider";
   * import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
   *
   * const emulator = createRunpodEmulator({ endpoints: { abc123xyz: { worker: (input) => ({ said: input.say }) } } });
   * const runpod = createRunpod({ apiKey: "rpa_example", fetch: emulator.fetch });
   *
   * const endpoint = runpod.endpoint("abc123xyz");
   * const { output, executionTimeMillis } = await endpoint.runSync({ say: "hello" });
   * console.log(output, executionTimeMillis);
   * ```
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  endpoint(endpointId: string): RunpodEndpoint;
  /**
   * Not there yet.
   *
   * @throws {NoSuchModelError} always.
   */
  embeddingModel(modelId: string): EmbeddingModelV4;
}

/**
 * Makes a provider with settings of its own.
 *
 * Nothing is read or sent before a model is called: the API key is looked up for each request.
 *
 * @example
 * ```ts
 * import { createRunpod } from "@runpod/ai-sdk-provider";
 * import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
 * import { generateText } from "ai";
 *
 * const runpod = createRunpod({ apiKey: "rpa_example", fetch: createRunpodEmulator().fetch });
 * const { text } = await generateText({ model: runpod("qwen/qwen3-32b-awq"), prompt: "Say hello" });
 * console.log(text);
 * ```
 */
export function createRunpod(settings: RunpodProviderSettings = {}): RunpodProvider {
  const servedModels: ServedModels = new Map();

  // An id stands for the same endpoint whatever kind of model is asked for.
  const endpointOf = (modelId: string): Endpoint =>
    locate(modelId, { baseURL: settings.baseURL, entry: findChatModel(modelId) ?? findImageModel(modelId) });

  const languageModel = (modelId: string, chat: RunpodChatModelSettings = {}): LanguageModelV4 => {
    const endpoint = endpointOf(modelId);
    const named: Endpoint = chat.model === undefined ? endpoint : { ...endpoint, model: chat.model };
    return new ChatModel(modelId, settings, chat, named, servedModels);
  };
  const imageModel = (modelId: string): ImageModelV4 =>
    new ImageModel(modelId, settings, endpointOf(modelId), findImageModel(modelId));
  const endpoint = (endpointId: string): RunpodEndpoint => endpointClient(settings, endpointOf(endpointId));
  const embeddingModel = (modelId: string): never => {
    throw new NoSuchModelError({ modelId, modelType: "embeddingModel" });
  };

  const provider = (modelId: string, settings?: RunpodChatModelSettings) => languageModel(modelId, settings);
  return Object.assign(provider, {
    specificationVersion: "v4" as const,
    languageModel,
    chatModel: languageModel,
    imageModel,
    image: imageModel,
    endpoint,
    embeddingModel,
  });
}

/**
 * The provider with default settings: the key comes from `RUNPOD_API_KEY`.
 *
 * @example
 * ```ts
 * import { runpod } from "@runpod/ai-sdk-provider";
 *
 * const model = runpod("qwen/qwen3-32b-awq");
 * ```
 */
export const runpod: RunpodProvider = createRunpod();
