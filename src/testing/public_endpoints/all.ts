import type { EmulatedEndpoint } from "../endpoint_options.ts";
import { publicAudio } from "./audio.ts";
import { publicImages } from "./images.ts";
import { publicVideos } from "./videos.ts";

/** The documentation shows the answers of the earlier worker. */
const chat: EmulatedEndpoint = { worker: "chat", vllmWorker: "engine" };

/** The public endpoints that every emulator has. */
export const publicEndpoints: Record<string, EmulatedEndpoint> = {
  "qwen3-32b-awq": { ...chat, models: ["Qwen/Qwen3-32B-AWQ"], pricePerMillionTokens: 10 },
  "deep-cogito-v2-llama-70b": {
    ...chat,
    models: ["deepcogito/cogito-v2-preview-llama-70B"],
    pricePerMillionTokens: 10,
  },
  // Two pages of the documentation name this model differently, so both names are served.
  "gpt-oss-120b": { ...chat, models: ["openai/gpt-oss-120b", "gpt-oss-120b"], pricePerMillionTokens: 10 },
  // Its served name is not documented, so every name is served.
  "granite-4-0-h-small": { ...chat, models: "any", pricePerMillionTokens: 10 },
  "cogito-671b-v2-1-fp8-dynamic": {
    ...chat,
    models: ["deepcogito/cogito-671b-v2.1-FP8", "cogito-671b-v2-1-fp8-dynamic"],
    pricePerMillionTokens: 0.5,
  },
  "moonshot-kimi": { ...chat, models: ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3"], pricePerMillionTokens: 4 },
  ...publicImages,
  ...publicVideos,
  ...publicAudio,
};
