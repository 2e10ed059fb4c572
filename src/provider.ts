/**
 * Settings in, models out: the only file that knows every modality.
 *
 * @module
 */
import type {
  EmbeddingModelV4,
  Experimental_BatchV4 as BatchV4,
  Experimental_VideoModelV4 as VideoModelV4,
  ImageModelV4,
  LanguageModelV4,
  ProviderV4,
  RerankingModelV4,
  SpeechModelV4,
  TranscriptionModelV4,
} from "@ai-sdk/provider";
import type { RunpodProviderSettings } from "./settings.ts";
import { createBatch } from "./batch/batch.ts";
import { EmbeddingModel, type RunpodEmbeddingModelSettings } from "./embedding/model.ts";
import { type Endpoint, locate } from "./http/endpoint.ts";
import { findImageModel } from "./image/catalogue.ts";
import { ImageModel, type RunpodImageModelSettings } from "./image/model.ts";
import type { RunpodImageModelId } from "./image/options.ts";
import { endpointClient, type RunpodEndpoint } from "./client.ts";
import { findChatModel, type RunpodChatModelId } from "./language/catalogue.ts";
import { ChatModel } from "./language/chat_model.ts";
import { CompletionModel, type RunpodCompletionModelSettings } from "./language/completion_model.ts";
import type { RunpodChatModelSettings } from "./language/chat_options.ts";
import type { ModelConfig } from "./call/model_config.ts";
import { RerankingModel, type RunpodRerankingModelSettings } from "./reranking/model.ts";
import { findSpeechModel } from "./speech/catalogue.ts";
import { type RunpodSpeechModelSettings, SpeechModel } from "./speech/model.ts";
import type { RunpodSpeechModelId } from "./speech/options.ts";
import { findTranscriptionModel } from "./transcription/catalogue.ts";
import { type RunpodTranscriptionModelSettings, TranscriptionModel } from "./transcription/model.ts";
import type { RunpodTranscriptionModelId } from "./transcription/options.ts";
import { findVideoModel } from "./video/catalogue.ts";
import { type RunpodVideoModelSettings, VideoModel } from "./video/model.ts";
import type { RunpodVideoModelId } from "./video/options.ts";

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
   * Makes a completion model: a text in, its continuation out. Set `maxOutputTokens`: vLLM's own limit is 16.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  completionModel(modelId: RunpodChatModelId, settings?: RunpodCompletionModelSettings): LanguageModelV4;
  /**
   * Makes an image model. Settings say how to talk to a worker that is not one of Runpod's public endpoints.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  imageModel(modelId: RunpodImageModelId, settings?: RunpodImageModelSettings): ImageModelV4;
  /** Makes an image model; the same as {@link RunpodProvider.imageModel}. */
  image(modelId: RunpodImageModelId, settings?: RunpodImageModelSettings): ImageModelV4;
  /**
   * Makes a speech model. Settings say how to talk to an endpoint that is not one of Runpod's public ones.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  speechModel(modelId: RunpodSpeechModelId, settings?: RunpodSpeechModelSettings): SpeechModelV4;
  /** Makes a speech model; the same as {@link RunpodProvider.speechModel}. */
  speech(modelId: RunpodSpeechModelId, settings?: RunpodSpeechModelSettings): SpeechModelV4;
  /**
   * Makes a transcription model. Settings say how to talk to an endpoint that does not run Runpod's worker for
   * faster-whisper.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  transcriptionModel(
    modelId: RunpodTranscriptionModelId,
    settings?: RunpodTranscriptionModelSettings,
  ): TranscriptionModelV4;
  /** Makes a transcription model; the same as {@link RunpodProvider.transcriptionModel}. */
  transcription(
    modelId: RunpodTranscriptionModelId,
    settings?: RunpodTranscriptionModelSettings,
  ): TranscriptionModelV4;
  /**
   * Makes a video model. Settings say how to talk to a worker that is not one of Runpod's public endpoints.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  videoModel(modelId: RunpodVideoModelId, settings?: RunpodVideoModelSettings): VideoModelV4;
  /** Makes a video model; the same as {@link RunpodProvider.videoModel}. */
  video(modelId: RunpodVideoModelId, settings?: RunpodVideoModelSettings): VideoModelV4;
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
   * Makes an embedding model.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  embeddingModel(modelId: string, settings?: RunpodEmbeddingModelSettings): EmbeddingModelV4;
  /** Makes an embedding model; the same as {@link RunpodProvider.embeddingModel}. */
  embedding(modelId: string, settings?: RunpodEmbeddingModelSettings): EmbeddingModelV4;
  /**
   * Makes a reranking model.
   *
   * @throws {InvalidArgumentError} for an id that cannot be part of a URL.
   */
  rerankingModel(modelId: string, settings?: RunpodRerankingModelSettings): RerankingModelV4;
  /** Makes a reranking model; the same as {@link RunpodProvider.rerankingModel}. */
  reranking(modelId: string, settings?: RunpodRerankingModelSettings): RerankingModelV4;
  /**
   * Takes batches of text and image requests, for `experimental_startBatch` and the functions that go with it: one job per
   * request, on the queues of their endpoints. A job's result lives 30 minutes from its end, so read it in time.
   */
  experimental_batch(): BatchV4<{ text: RunpodChatModelId; image: RunpodImageModelId }>;
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
  // An id stands for the same endpoint whatever kind of model is asked for.
  const endpointOf = (modelId: string): Endpoint => {
    const entry = findChatModel(modelId) ?? findImageModel(modelId) ?? findVideoModel(modelId) ??
      findSpeechModel(modelId) ?? findTranscriptionModel(modelId);
    return locate(modelId, { baseURL: settings.baseURL, entry });
  };

  const configOf = <Own>(modelId: string, modelSettings: Settings & { model?: string }): ModelConfig<Own> => {
    const endpoint = endpointOf(modelId);
    const { model = endpoint.model } = own;
    return { modelId, settings, endpoint: { ...endpoint, model }, own };
  };

  const languageModel = (modelId: string, own: RunpodChatModelSettings = {}): LanguageModelV4 =>
    new ChatModel(configOf(modelId, own));
  const completionModel = (modelId: string, own: RunpodCompletionModelSettings = {}): LanguageModelV4 =>
    new CompletionModel(configOf(modelId, own));
  const imageModel = (modelId: string, own: RunpodImageModelSettings = {}): ImageModelV4 =>
    new ImageModel(configOf(modelId, own));
  const speechModel = (modelId: string, own: RunpodSpeechModelSettings = {}): SpeechModelV4 =>
    new SpeechModel(configOf(modelId, own));
  const transcriptionModel = (modelId: string, own: RunpodTranscriptionModelSettings = {}): TranscriptionModelV4 =>
    new TranscriptionModel(configOf(modelId, own));
  const embeddingModel = (modelId: string, own: RunpodEmbeddingModelSettings = {}): EmbeddingModelV4 =>
    new EmbeddingModel(configOf(modelId, own));
  const rerankingModel = (modelId: string, own: RunpodRerankingModelSettings = {}): RerankingModelV4 =>
    new RerankingModel(configOf(modelId, own));
  const videoModel = (modelId: string, own: RunpodVideoModelSettings = {}): VideoModelV4 =>
    new VideoModel(configOf(modelId, own));
  const endpoint = (endpointId: string): RunpodEndpoint => endpointClient(settings, endpointOf(endpointId));

  const provider = (modelId: string, settings?: RunpodChatModelSettings) => languageModel(modelId, settings);
  return Object.assign(provider, {
    specificationVersion: "v4" as const,
    languageModel,
    chatModel: languageModel,
    completionModel,
    imageModel,
    image: imageModel,
    speechModel,
    speech: speechModel,
    transcriptionModel,
    transcription: transcriptionModel,
    videoModel,
    video: videoModel,
    endpoint,
    embeddingModel,
    embedding: embeddingModel,
    rerankingModel,
    reranking: rerankingModel,
    experimental_batch: () => createBatch((modelId) => configOf(modelId, {})),
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
