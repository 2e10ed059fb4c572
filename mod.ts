/**
 * The Runpod provider for the AI SDK.
 *
 * @example
 * ```ts
 * import { createRunpod } from "@runpod/ai-sdk-provider";
 * import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
 * import { streamText } from "ai";
 *
 * // With a Runpod key, `import { runpod }` is all it takes; the emulator needs neither key nor network.
 * const runpod = createRunpod({ apiKey: "rpa_example", fetch: createRunpodEmulator().fetch });
 *
 * const { textStream } = streamText({ model: runpod("qwen/qwen3-32b-awq"), prompt: "Why is the sky blue?" });
 * for await (const text of textStream) console.log(text);
 * ```
 *
 * @module
 */
export { createRunpod, runpod } from "./src/provider.ts";
export { comfyui } from "./src/comfyui.ts";
export type { ComfyUICall, ComfyUIPlace, ComfyUIPlaces, ComfyUIWorkflow } from "./src/comfyui.ts";
export type { RunpodProvider } from "./src/provider.ts";
export type { RunpodJobUpdate, RunpodProviderSettings } from "./src/settings.ts";
export type { RunpodChatModelId } from "./src/language/catalogue.ts";
export type {
  RunpodChatModelOptions,
  RunpodChatModelSettings,
  RunpodCompletionModelOptions,
  RunpodCompletionModelSettings,
  RunpodLanguageOptions,
  RunpodReasoningEcho,
  RunpodReasoningTags,
  RunpodRepetitionDetection,
  RunpodStructuredOutputMode,
  RunpodStructuredOutputs,
  RunpodTextOptions,
} from "./src/language/options.ts";
export type { RunpodImageOptionsById, RunpodImageWorkerName, RunpodKnownImageModelId } from "./src/image/catalogue.ts";
export type { RunpodImageWorkerOptions } from "./src/image/worker_options.ts";
export type {
  RunpodImageCall,
  RunpodImageModelId,
  RunpodImageModelOptions,
  RunpodImageModelSettings,
} from "./src/image/options.ts";
export type {
  RunpodKnownSpeechModelId,
  RunpodSpeechOptionsById,
  RunpodSpeechWorkerName,
} from "./src/speech/catalogue.ts";
export type { RunpodChatterboxVoice, RunpodSpeechWorkerOptions } from "./src/speech/worker_options.ts";
export type {
  RunpodSpeechCall,
  RunpodSpeechModelId,
  RunpodSpeechModelOptions,
  RunpodSpeechModelSettings,
} from "./src/speech/options.ts";
export type {
  RunpodKnownTranscriptionModelId,
  RunpodTranscriptionOptionsById,
  RunpodTranscriptionWorkerName,
} from "./src/transcription/catalogue.ts";
export type { RunpodTranscriptFormat, RunpodTranscriptionWorkerOptions } from "./src/transcription/worker_options.ts";
export type {
  RunpodTranscriptionCall,
  RunpodTranscriptionModelId,
  RunpodTranscriptionModelOptions,
  RunpodTranscriptionModelSettings,
  RunpodTranscriptionProviderOptions,
} from "./src/transcription/options.ts";
export type { RunpodEmbeddingModelOptions, RunpodEmbeddingModelSettings } from "./src/embedding/options.ts";
export type { RunpodRerankingModelOptions, RunpodRerankingModelSettings } from "./src/reranking/options.ts";
export type { RunpodKnownVideoModelId, RunpodVideoOptionsById, RunpodVideoWorkerName } from "./src/video/catalogue.ts";
export type { RunpodVideoWorkerOptions } from "./src/video/worker_options.ts";
export type {
  RunpodVideoCall,
  RunpodVideoModelId,
  RunpodVideoModelOptions,
  RunpodVideoModelSettings,
} from "./src/video/options.ts";
export type {
  RunpodChatMetadata,
  RunpodEmbeddingMetadata,
  RunpodFileMetadata,
  RunpodImageMetadata,
  RunpodRerankingMetadata,
  RunpodResultMetadata,
  RunpodSpeechMetadata,
  RunpodTranscriptionMetadata,
  RunpodVideoMetadata,
} from "./src/metadata.ts";
export type { RunpodLora } from "./src/input/lora.ts";
export type { RunpodServedModel } from "./src/route/models.ts";
export { RunpodJobError } from "./src/job/error.ts";
export type { RunpodJobErrorKind } from "./src/job/error.ts";
export type { RunpodJob, RunpodJobStatus } from "./src/job/envelope.ts";
export type { RunpodJobErrorOptions } from "./src/job/error.ts";
export type { RunpodJobOptions, RunpodWaitOptions } from "./src/job/options.ts";
export type { RunpodJobPolicy, RunpodS3Config } from "./src/job/submission.ts";
export type {
  RunpodCallOptions,
  RunpodEndpoint,
  RunpodHealth,
  RunpodJobWaitOptions,
  RunpodRunOptions,
  RunpodRunSyncOptions,
  RunpodStreamOptions,
} from "./src/client.ts";
