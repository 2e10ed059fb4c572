/**
 * Loaded before the examples of the documentation. Their global `fetch` is an emulator, so that they run as written.
 *
 * @module
 */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";

const emulator = createRunpodEmulator({
  // The webhooks of examples are not sent.
  webhookFetch: () => Promise.resolve(new Response()),
  endpoints: {
    "my-whisper": { worker: "transcription" },
    "my-kokoro": { worker: "audio", models: ["kokoro"] },
    "my-infinity": { worker: "embedding", models: ["BAAI/bge-small-en-v1.5", "BAAI/bge-reranker-base"] },
    "my-reranker": { worker: "pooling", models: ["BAAI/bge-reranker-base"] },
    "my-base-model": { worker: "chat", models: ["org/base-model"] },
    "pics": { worker: ({ text }) => ({ text: String(text).toUpperCase() }) },
    "my-comfyui": { worker: "comfyui", checkpoints: ["sd_xl_base_1.0.safetensors"] },
  },
});
globalThis.fetch = emulator.fetch as typeof globalThis.fetch;
