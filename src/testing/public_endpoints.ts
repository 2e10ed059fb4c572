import type { EmulatedEndpoint } from "./endpoint.ts";
import { publicAudio } from "./public_audio.ts";
import { publicImages } from "./public_images.ts";
import { publicVideos } from "./public_videos.ts";

/** The public endpoints that every emulator has, with the model names they serve. */
export const publicEndpoints: Record<string, EmulatedEndpoint> = {
  "qwen3-32b-awq": { worker: "chat", models: ["Qwen/Qwen3-32B-AWQ"], pricePerMillionTokens: 10 },
  "deep-cogito-v2-llama-70b": {
    worker: "chat",
    models: ["deepcogito/cogito-v2-preview-llama-70B"],
    pricePerMillionTokens: 10,
  },
  // Two pages of the documentation name this model differently, so both names are served.
  "gpt-oss-120b": { worker: "chat", models: ["openai/gpt-oss-120b", "gpt-oss-120b"], pricePerMillionTokens: 10 },
  // The served name is documented nowhere, so any is.
  "granite-4-0-h-small": { worker: "chat", models: "any", pricePerMillionTokens: 10 },
  "cogito-671b-v2-1-fp8-dynamic": {
    worker: "chat",
    models: ["deepcogito/cogito-671b-v2.1-FP8", "cogito-671b-v2-1-fp8-dynamic"],
    pricePerMillionTokens: 0.5,
  },
  "moonshot-kimi": { worker: "chat", models: ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3"], pricePerMillionTokens: 4 },
  ...publicImages,
  ...publicVideos,
  ...publicAudio,
};
