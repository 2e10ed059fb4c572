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
import { endpointClient, type RunpodEndpoint } from "./client.ts";
import { type Endpoint, locate } from "./http/endpoint.ts";
import { checkWaitOptions } from "./job/options.ts";
import type { RunpodProviderSettings } from "./settings.ts";
import type { ModelConfig } from "./call/model_config.ts";
// This order puts similar code side by side in a bundle, where it compresses better.
import { ChatModel } from "./language/chat_model.ts";
import { CompletionModel } from "./language/completion_model.ts";
import { findImageModel, IMAGE_MODELS } from "./image/catalogue.ts";
import { CHAT_MODELS, findChatModel, type RunpodChatModelId } from "./language/catalogue.ts";
import { findSpeechModel, SPEECH_MODELS } from "./speech/catalogue.ts";
import { findTranscriptionModel, TRANSCRIPTION_MODELS } from "./transcription/catalogue.ts";
import { findVideoModel, VIDEO_MODELS } from "./video/catalogue.ts";
import { ImageModel } from "./image/model.ts";
import { VideoModel } from "./video/model.ts";
import { SpeechModel } from "./speech/model.ts";
import { TranscriptionModel } from "./transcription/model.ts";
import { EmbeddingModel } from "./embedding/model.ts";
import { RerankingModel } from "./reranking/model.ts";
import { nearestId } from "./input/nearest.ts";
import { once } from "./once.ts";
import { createBatch } from "./batch/batch.ts";
import type { RunpodEmbeddingModelSettings } from "./embedding/options.ts";
import type { RunpodImageModelId, RunpodImageModelSettings } from "./image/options.ts";
import type { RunpodChatModelSettings, RunpodCompletionModelSettings } from "./language/options.ts";
import type { RunpodRerankingModelSettings } from "./reranking/options.ts";
import type { RunpodSpeechModelId, RunpodSpeechModelSettings } from "./speech/options.ts";
import type { RunpodTranscriptionModelId, RunpodTranscriptionModelSettings } from "./transcription/options.ts";
import type { RunpodVideoModelId, RunpodVideoModelSettings } from "./video/options.ts";

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

const knownIds = once(() =>
  [CHAT_MODELS, IMAGE_MODELS, VIDEO_MODELS, SPEECH_MODELS, TRANSCRIPTION_MODELS].flatMap(Object.keys)
);

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
  if (settings.timeoutMillis !== undefined) checkWaitOptions({ timeoutMillis: settings.timeoutMillis });
  // An id stands for the same endpoint whatever kind of model is asked for.
  const endpointOf = (modelId: string): Endpoint => {
    const entry = findChatModel(modelId) ?? findImageModel(modelId) ?? findVideoModel(modelId) ??
      findSpeechModel(modelId) ?? findTranscriptionModel(modelId);
    const endpoint = locate(modelId, { baseURL: settings.baseURL, entry });
    // A server of the caller's has names of its own.
    return entry || settings.baseURL !== undefined
      ? endpoint
      : { ...endpoint, nearest: nearestId(modelId, knownIds()) };
  };

  const configOf = <Settings>(
    modelId: string,
    modelSettings: Settings & { model?: string },
  ): ModelConfig<Settings> => {
    const endpoint = endpointOf(modelId);
    const { model = endpoint.model } = modelSettings;
    return { modelId, settings, endpoint: { ...endpoint, model }, modelSettings };
  };

  const languageModel = (modelId: string, modelSettings: RunpodChatModelSettings = {}): LanguageModelV4 =>
    new ChatModel(configOf(modelId, modelSettings));
  const completionModel = (modelId: string, modelSettings: RunpodCompletionModelSettings = {}): LanguageModelV4 =>
    new CompletionModel(configOf(modelId, modelSettings));
  const imageModel = (modelId: string, modelSettings: RunpodImageModelSettings = {}): ImageModelV4 =>
    new ImageModel(configOf(modelId, modelSettings));
  const speechModel = (modelId: string, modelSettings: RunpodSpeechModelSettings = {}): SpeechModelV4 =>
    new SpeechModel(configOf(modelId, modelSettings));
  const transcriptionModel = (
    modelId: string,
    modelSettings: RunpodTranscriptionModelSettings = {},
  ): TranscriptionModelV4 => new TranscriptionModel(configOf(modelId, modelSettings));
  const embeddingModel = (modelId: string, modelSettings: RunpodEmbeddingModelSettings = {}): EmbeddingModelV4 =>
    new EmbeddingModel(configOf(modelId, modelSettings));
  const rerankingModel = (modelId: string, modelSettings: RunpodRerankingModelSettings = {}): RerankingModelV4 =>
    new RerankingModel(configOf(modelId, modelSettings));
  const videoModel = (modelId: string, modelSettings: RunpodVideoModelSettings = {}): VideoModelV4 =>
    new VideoModel(configOf(modelId, modelSettings));
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
