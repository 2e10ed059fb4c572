/**
 * A call of every kind, for what has to hold for all of them.
 *
 * @module
 */
import type { RunpodProvider } from "@runpod/ai-sdk-provider";
import {
  embed,
  experimental_generateVideo as generateVideo,
  generateImage,
  generateSpeech,
  generateText,
  rerank,
  streamText,
  transcribe,
} from "ai";
import { WAV } from "./files.ts";

const PROMPT = "A lighthouse";
const VIDEO_ID = "vidu/q3-t2v";

/** The calls; each returns the size of its result. */
export const EVERY_CALL: Record<string, (runpod: RunpodProvider) => Promise<number>> = {
  "a text": async (runpod) => (await generateText({ model: runpod("qwen/qwen3-32b-awq"), prompt: PROMPT })).text.length,
  "a stream": async (runpod) => (await streamText({ model: runpod("qwen/qwen3-32b-awq"), prompt: PROMPT }).text).length,
  "an image": async (runpod) => {
    const { image } = await generateImage({ model: runpod.image("pruna/p-image-t2i"), prompt: PROMPT });
    return image.uint8Array.length;
  },
  "a video": async (runpod) => {
    const { video } = await generateVideo({ model: runpod.video(VIDEO_ID), prompt: PROMPT });
    return video.uint8Array.length;
  },
  "a video that the AI SDK polls": async (runpod) => {
    const { video } = await generateVideo({
      model: runpod.video(VIDEO_ID),
      prompt: PROMPT,
      poll: { intervalMs: 1000 },
    });
    return video.uint8Array.length;
  },
  "speech": async (runpod) => {
    const model = runpod.speech("resembleai/chatterbox-turbo");
    return (await generateSpeech({ model, text: PROMPT })).audio.uint8Array.length;
  },
  "a transcript": async (runpod) => {
    const model = runpod.transcription("pruna/whisper-v3-large");
    return (await transcribe({ model, audio: WAV })).text.length;
  },
  "an embedding": async (runpod) =>
    (await embed({ model: runpod.embedding("infinity"), value: PROMPT })).embedding.length,
  "a ranking": async (runpod) => {
    const model = runpod.reranking("infinity", { model: "emulated/reranker-model", worker: "infinity" });
    return (await rerank({ model, query: PROMPT, documents: ["a", "b"] })).ranking.length;
  },
  "a job": async (runpod) => {
    const { output } = await runpod.endpoint("echo").runSync({ say: PROMPT });
    return JSON.stringify(output).length;
  },
};

/** The endpoints that the calls need beside the public ones. */
export const ENDPOINTS = { infinity: { worker: "embedding" as const }, echo: { worker: (input: object) => input } };
