import type { EmulatedEndpoint } from "../endpoint_options.ts";
import type { EmulatedInputRule } from "../workers/input_rules.ts";

type Rule = EmulatedInputRule;

const prompt: Rule = { type: "prompt", required: true };
const text: Rule = { type: "string" };
const seed: Rule = { type: "integer", default: -1 };
const yes: Rule = { type: "boolean", default: true };
const no: Rule = { type: "boolean", default: false };
const image: Rule = { type: "image", required: true };
const audio: Rule = { type: "audio" };
const loras: Rule = { type: "loras" };

const size = (byDefault: string, oneOf?: string[]): Rule => ({
  type: "size",
  separator: byDefault.includes("x") ? "x" : "*",
  default: byDefault,
  oneOf,
});
const tier = (...oneOf: string[]): Rule => ({ type: "tier", default: "720p", oneOf });
const choice = (byDefault: string, ...others: string[]): Rule => ({
  type: "string",
  default: byDefault,
  oneOf: [byDefault, ...others],
});
/** The page has prices for some lengths, but no bounds. */
const anySeconds: Rule = { type: "integer", default: 5, min: 1 };
const seconds = (min: number, max: number): Rule => ({ type: "integer", default: 5, min, max });
const secondsOf = (...oneOf: number[]): Rule => ({ type: "integer", default: 5, oneOf });
const soraSeconds: Rule = { type: "integer", required: true, oneOf: [4, 8, 12] };

const wan2: Record<string, Rule> = {
  negative_prompt: text,
  size: size("1280*720"),
  num_inference_steps: { type: "integer", default: 30, min: 1, max: 50 },
  guidance: { type: "number", default: 5, min: 0, max: 10 },
  duration: anySeconds,
  flow_shift: { type: "integer", default: 5 },
  seed,
  enable_prompt_optimization: no,
  enable_safety_checker: yes,
};

const vidu: Record<string, Rule> = {
  resolution: tier("540p", "720p", "1080p"),
  duration: seconds(1, 16),
  movement_amplitude: choice("auto", "small", "medium", "large"),
  generate_audio: yes,
  bgm: yes,
  seed,
};

/** The public video endpoints, as their pages describe them. The documentation no longer has the last three. */
export const publicVideos: Record<string, EmulatedEndpoint> = {
  "wan-2-6-t2v": {
    worker: "video",
    input: {
      prompt,
      negative_prompt: text,
      duration: secondsOf(5, 10, 15),
      size: size("1280*720", ["1280*720", "1920*1080", "720*1280", "1080*1920"]),
      shot_type: choice("single", "multi"),
      seed,
      enable_prompt_expansion: no,
      audio,
    },
    pricePerSecond: 0.1,
  },
  "wan-2-6-i2v": {
    worker: "video",
    input: {
      prompt,
      image,
      audio,
      negative_prompt: text,
      size: size("1280*720", ["1280*720", "1920*1080"]),
      duration: secondsOf(5, 10, 15),
      shot_type: choice("single", "multi"),
      seed,
      enable_prompt_expansion: no,
      enable_safety_checker: yes,
    },
    pricePerSecond: 0.1,
  },
  "wan-2-5": {
    worker: "video",
    input: {
      prompt,
      image,
      negative_prompt: text,
      size: size("1280*720"),
      duration: anySeconds,
      seed,
      enable_prompt_expansion: no,
      enable_safety_checker: yes,
    },
    pricePerSecond: 0.1,
  },
  "wan-2-2-t2v-720-lora": {
    worker: "video",
    input: {
      prompt,
      image,
      high_noise_loras: loras,
      low_noise_loras: loras,
      duration: anySeconds,
      seed,
      enable_safety_checker: yes,
    },
    pricePerSecond: 0.07,
  },
  "wan-2-2-i2v-720": { worker: "video", input: { prompt, image, ...wan2 }, pricePerSecond: 0.06 },
  "wan-2-1-i2v-720": { worker: "video", input: { prompt, image, ...wan2 }, pricePerSecond: 0.06 },
  "kling-v2-1-i2v-pro": {
    worker: "video",
    input: {
      prompt,
      image,
      negative_prompt: text,
      guidance_scale: { type: "number", default: 0.5 },
      duration: anySeconds,
      enable_safety_checker: yes,
    },
    pricePerSecond: 0.072,
  },
  "kling-v2-6-std-motion-control": {
    worker: "video",
    input: {
      image,
      video: { type: "video", required: true },
      character_orientation: { type: "string", required: true, oneOf: ["video", "image"] },
      prompt: text,
      negative_prompt: text,
      keep_original_sound: yes,
    },
    pricePerJob: 0.42,
  },
  "kling-video-o1-r2v": {
    worker: "video",
    input: {
      prompt,
      images: { type: "images", required: true, max: 10 },
      video: { type: "video" },
      negative_prompt: text,
      aspect_ratio: choice("16:9", "9:16", "1:1"),
      duration: seconds(3, 10),
      seed,
      enable_prompt_expansion: no,
      enable_safety_checker: yes,
    },
    pricePerSecond: 0.112,
  },
  "seedance-v1-5-pro-i2v": {
    worker: "video",
    input: {
      prompt,
      image,
      last_image: { type: "image" },
      duration: seconds(4, 12),
      resolution: tier("480p", "720p"),
      aspect_ratio: choice("16:9", "21:9", "9:16", "1:1", "4:3", "3:4"),
      camera_fixed: no,
      generate_audio: no,
      seed,
    },
    pricePerSecond: 0.052,
  },
  "sora-2-i2v": { worker: "video", input: { prompt, image, duration: soraSeconds }, pricePerSecond: 0.1 },
  "sora-2-pro-i2v": {
    worker: "video",
    // The page has prices for 720p and 1080p, but no list of values.
    input: { prompt, image, size: { type: "tier", default: "720p" }, duration: soraSeconds },
    pricePerSecond: 0.3,
  },
  "p-video": {
    worker: "video",
    input: {
      prompt,
      image: { type: "image", formats: ["jpg", "jpeg", "png", "webp"] },
      audio: { type: "audio", formats: ["flac", "mp3", "wav"], error: "Invalid audio format" },
      duration: seconds(1, 10),
      resolution: tier("720p", "1080p"),
      fps: { type: "integer", default: 24, oneOf: [24, 48] },
      aspect_ratio: choice("16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "1:1"),
      seed: { type: "integer" },
      draft: no,
      save_audio: yes,
      prompt_upsampling: yes,
    },
    pricePerSecond: 0.02,
  },
  "vidu-q3-t2v": {
    worker: "video",
    input: {
      prompt,
      style: choice("general", "anime"),
      aspect_ratio: choice("4:3", "16:9", "9:16", "3:4", "1:1"),
      ...vidu,
    },
    pricePerSecond: 0.15,
  },
  "vidu-q3-i2v": { worker: "video", input: { image, prompt, ...vidu }, pricePerSecond: 0.15 },
  "infinitetalk": {
    worker: "video",
    input: {
      prompt,
      image,
      audio: { type: "audio", required: true },
      size: { type: "tier", required: true, oneOf: ["480p", "720p"] },
      enable_safety_checker: yes,
    },
    pricePerJob: 0.25,
  },
  "seedance-1-0-pro": {
    worker: "video",
    input: {
      prompt,
      image: { type: "image" },
      duration: anySeconds,
      fps: { type: "integer", default: 24 },
      size: size("1920x1080"),
    },
    pricePerSecond: 0.124,
  },
  "wan-2-2-t2v-720": { worker: "video", input: { prompt, ...wan2 }, pricePerSecond: 0.06 },
  "wan-2-1-t2v-720": { worker: "video", input: { prompt, ...wan2 }, pricePerSecond: 0.06 },
};
