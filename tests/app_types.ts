/**
 * Types as apps use them. It is only compiled: here by Deno, and against the npm package by several versions of TypeScript,
 * with their strictest options. Each line was once an error, or would be one if a type got narrower.
 *
 * @module
 */
import {
  createRunpod,
  type RunpodChatMetadata,
  type RunpodChatModelOptions,
  type RunpodCompletionModelOptions,
  type RunpodEmbeddingMetadata,
  type RunpodEmbeddingModelOptions,
  type RunpodImageMetadata,
  type RunpodImageModelOptions,
  type RunpodJobOptions,
  type RunpodLora,
  type RunpodProvider,
  type RunpodProviderSettings,
  type RunpodRerankingMetadata,
  type RunpodRerankingModelOptions,
  type RunpodSpeechMetadata,
  type RunpodSpeechModelOptions,
  type RunpodTranscriptionMetadata,
  type RunpodTranscriptionModelOptions,
  type RunpodVideoMetadata,
  type RunpodVideoModelOptions,
  type RunpodWaitOptions,
} from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import {
  createProviderRegistry,
  customProvider,
  embed,
  experimental_generateSpeech as generateSpeech,
  experimental_generateVideo as generateVideo,
  experimental_transcribe as transcribe,
  generateImage,
  generateText,
  rerank,
} from "ai";

/** Settings as variables, with an emulator's `fetch`. */
const settings: RunpodProviderSettings = { apiKey: "rpa_example", fetch: createRunpodEmulator().fetch };
export const provider: RunpodProvider = createRunpod(settings);
/** The global `fetch`, and one that an app wraps. */
export const providers: RunpodProvider[] = [
  createRunpod({ fetch }),
  createRunpod({ fetch: globalThis.fetch }),
  createRunpod({ fetch: (input, init) => fetch(input, init) }),
  createRunpod({ fetch: async (...given: Parameters<typeof fetch>) => await fetch(...given) }),
];

/** Values that may be missing, as those of the environment are. */
export function createFrom(env: { KEY: string | undefined; URL: string | undefined }, wait?: number): RunpodProvider {
  const waits: RunpodWaitOptions = { timeoutMillis: wait };
  return createRunpod({ apiKey: env.KEY, baseURL: env.URL, headers: undefined, ...waits });
}

/** Where the AI SDK keeps what registries and wrappers take. */
export const registry: unknown = createProviderRegistry({ runpod: provider });
export const custom: unknown = customProvider({
  languageModels: { fast: provider("qwen/qwen3-32b-awq") },
  fallbackProvider: provider,
});

// Variables.
const waits: RunpodWaitOptions = { timeoutMillis: 60_000 };
const job: RunpodJobOptions = { ...waits, policy: { executionTimeout: 60_000 }, webhook: "https://example.com" };
const lora: RunpodLora = { path: "https://example.com/lora.safetensors", scale: 1 };
const flux: RunpodImageModelOptions<"black-forest-labs/flux-1-dev"> = { guidance: 3, ...waits };
const anyImage: RunpodImageModelOptions = { my_own: [1, 2], loras: [lora] };
const wan: RunpodVideoModelOptions<"alibaba/wan-2.2-t2v-720-lora"> = { high_noise_loras: [lora], ...job };
const anyVideo: RunpodVideoModelOptions = { my_own: { deep: true } };
const minimax: RunpodSpeechModelOptions<"minimax/speech-02-hd"> = { emotion: "happy", ...job };
const anySpeech: RunpodSpeechModelOptions = { my_own: null };
const whisper: RunpodTranscriptionModelOptions<"pruna/whisper-v3-large"> = { prompt: "Names", ...job };
const anyTranscription: RunpodTranscriptionModelOptions = { model: "turbo" };
const chat: RunpodChatModelOptions = { minP: 0.1, structuredOutputs: { choice: ["a"] }, my_own: 1, ...job };
const completion: RunpodCompletionModelOptions = { logprobs: 3, echo: true, ...job };
const embedding: RunpodEmbeddingModelOptions = { encodingFormat: "base64", ...job };
const reranking: RunpodRerankingModelOptions = { truncate: 3, ...job };

/** The same with ids that TypeScript completes, and with ids that it does not know. */
export type ByAnyId = [
  RunpodImageModelOptions<"my-endpoint">,
  RunpodVideoModelOptions<"my-endpoint">,
  RunpodSpeechModelOptions<"my-endpoint">,
  RunpodTranscriptionModelOptions<"my-endpoint">,
];

export async function useVariables(): Promise<void> {
  await generateText({ model: provider("a"), prompt: "", providerOptions: { runpod: chat } });
  await generateText({ model: provider.completionModel("a"), prompt: "", providerOptions: { runpod: completion } });
  for (const runpod of [waits, job, flux, anyImage]) {
    await generateImage({ model: provider.imageModel("a"), prompt: "", providerOptions: { runpod } });
  }
  for (const runpod of [waits, job, wan, anyVideo]) {
    await generateVideo({ model: provider.videoModel("a"), prompt: "", providerOptions: { runpod } });
  }
  for (const runpod of [waits, job, minimax, anySpeech]) {
    await generateSpeech({ model: provider.speechModel("a"), text: "", providerOptions: { runpod } });
  }
  for (const runpod of [waits, job, whisper, anyTranscription]) {
    await transcribe({ model: provider.transcriptionModel("a"), audio: "", providerOptions: { runpod } });
  }
  for (const runpod of [job, embedding]) {
    await embed({ model: provider.embeddingModel("a"), value: "", providerOptions: { runpod } });
  }
  for (const runpod of [job, reranking]) {
    const documents = ["a"];
    await rerank({ model: provider.rerankingModel("a"), query: "", documents, providerOptions: { runpod } });
  }
}

// Parameters, and results of functions.
export function paint(options: RunpodImageModelOptions<"black-forest-labs/flux-1-dev">): PromiseLike<unknown> {
  return generateImage({ model: provider.imageModel("a"), prompt: "", providerOptions: { runpod: options } });
}
export function film(options: RunpodVideoModelOptions, wait: RunpodWaitOptions = {}): PromiseLike<unknown> {
  const providerOptions = { runpod: { ...options, ...wait } };
  return generateVideo({ model: provider.videoModel("a"), prompt: "", providerOptions });
}
export function say(options: RunpodSpeechModelOptions): PromiseLike<unknown> {
  return generateSpeech({ model: provider.speechModel("a"), text: "", providerOptions: { runpod: options } });
}
export function hear(options: RunpodTranscriptionModelOptions): PromiseLike<unknown> {
  return transcribe({ model: provider.transcriptionModel("a"), audio: "", providerOptions: { runpod: options } });
}
export function answer(options: RunpodChatModelOptions): PromiseLike<unknown> {
  return generateText({ model: provider("a"), prompt: "", providerOptions: { runpod: options } });
}
const optionsOf = (isPatient: boolean): RunpodImageModelOptions => isPatient ? { timeoutMillis: 1e6 } : {};
export const painted: PromiseLike<unknown> = generateImage({
  model: provider.imageModel("a"),
  prompt: "",
  providerOptions: { runpod: optionsOf(true) },
});
/** Jobs of the client take the same waits. */
export const result: Promise<unknown> = provider.endpoint("a").runSync({ lora }, { ...waits, ...job });

export async function readMetadata(): Promise<unknown[]> {
  const image = await generateImage({ model: provider.imageModel("a"), prompt: "" });
  const { images } = image.providerMetadata.runpod as RunpodImageMetadata;
  const cost: number | undefined = images[0]?.cost;
  const { runpod } = (await generateVideo({ model: provider.videoModel("a"), prompt: "" })).providerMetadata;
  const video = runpod as RunpodVideoMetadata;
  const speech = (await generateSpeech({ model: provider.speechModel("a"), text: "" })).providerMetadata
    .runpod as RunpodSpeechMetadata;
  const transcript = (await transcribe({ model: provider.transcriptionModel("a"), audio: "" })).providerMetadata
    .runpod as RunpodTranscriptionMetadata;
  const text = (await generateText({ model: provider("a"), prompt: "" })).providerMetadata?.runpod as
    | RunpodChatMetadata
    | undefined;
  const vector = (await embed({ model: provider.embeddingModel("a"), value: "" })).providerMetadata?.runpod as
    | RunpodEmbeddingMetadata
    | undefined;
  const ranking = (await rerank({ model: provider.rerankingModel("a"), query: "", documents: [""] })).providerMetadata
    ?.runpod as RunpodRerankingMetadata | undefined;
  const told: Array<string | undefined> = [
    images[0]?.url,
    video.videos?.[0]?.url,
    video.job?.status,
    video.jobId,
    speech.audioUrl,
    transcript.subtitles,
    text?.jobId,
    vector?.endpoint,
    ranking?.workerId,
  ];
  return [cost, ...told, text?.logprobs];
}
