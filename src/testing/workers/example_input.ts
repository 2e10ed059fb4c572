import type { EmulatedEndpoint } from "../endpoint_options.ts";
import type { EmulatedInputRule } from "./input_rules.ts";

type Input = Record<string, unknown>;

const PROMPT = "A lighthouse at dusk, seen from the sea";

const IMAGE = "https://example.com/photo.png";

/** A workflow that needs no model. */
const workflow = {
  "1": { class_type: "EmptyImage", inputs: { width: 512, height: 512, batch_size: 1, color: 3368601 } },
  "2": { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "ComfyUI" } },
};

/** A value for each type of a required key that has no default and no list of values. */
const values: Record<EmulatedInputRule["type"], unknown> = {
  prompt: PROMPT,
  string: "text",
  integer: 1,
  number: 1,
  boolean: true,
  pixels: 1024,
  size: "1024*1024",
  tier: "720p",
  image: IMAGE,
  images: [IMAGE],
  audio: "https://example.com/speech.wav",
  video: "https://example.com/video.mp4",
  loras: [{ path: "https://example.com/lora.safetensors", scale: 1 }],
};

/** A short input that the worker of an endpoint accepts; undefined if the emulator does not know the worker. */
export function exampleInput(config: EmulatedEndpoint): Input | undefined {
  switch (config.worker) {
    case "chat":
      return {
        messages: [{ role: "user", content: "Why is the sky blue? Answer in two sentences." }],
        sampling_params: { max_tokens: 200 },
      };
    case "image":
    case "video":
    case "whisper":
      return requiredValues(config);
    case "speech":
      return { ...requiredValues(config), prompt: "Good evening. The tide comes in at nine." };
    case "transcription":
      return { audio: values.audio, model: "turbo" };
    case "pooling":
      return { route: "/v1/embeddings", body: { input: ["The cat sat on the mat."] } };
    case "embedding":
      return { model: modelOf(config, "emulated/embedding-model"), input: ["The cat sat on the mat."] };
    case "audio":
      return {
        openai_route: "/v1/audio/speech",
        openai_input: { model: modelOf(config, "emulated/audio-model"), input: "Good evening.", voice: "alloy" },
      };
    case "comfyui":
      return { workflow };
    default:
      return undefined;
  }
}

function requiredValues({ input }: EmulatedEndpoint): Input {
  const rules = input ?? { prompt: { type: "prompt", required: true } };
  const required = Object.entries(rules).filter(([, rule]) => rule.required);
  return Object.fromEntries(
    required.map(([name, rule]) => [name, rule.default ?? rule.oneOf?.[0] ?? rule.min ?? values[rule.type]]),
  );
}

function modelOf({ models }: EmulatedEndpoint, fallback: string): string {
  return Array.isArray(models) ? models[0] : fallback;
}
