/**
 * The video models of Runpod's public endpoints, as their pages describe them.
 *
 * @module
 */
import { type CatalogueEntry, findEntry } from "../input/catalogue.ts";
import { COMFYUI, type ImageRules, type Key, type Row } from "../input/row.ts";
import type { Rules } from "../input/rules.ts";
import type { SizeRules } from "../input/size.ts";
import type { RunpodVideoWorkerOptions } from "./worker_options.ts";

/** The worker options of each video model of Runpod's public endpoints. */
export type RunpodVideoOptionsById = {
  "alibaba/wan-2.1-i2v-720":
    & RunpodVideoOptionsById["alibaba/wan-2.1-t2v-720"]
    & Pick<RunpodVideoWorkerOptions, "image">;
  "alibaba/wan-2.1-t2v-720": Pick<
    RunpodVideoWorkerOptions,
    | "negative_prompt"
    | "num_inference_steps"
    | "guidance"
    | "flow_shift"
    | "enable_prompt_optimization"
    | "enable_safety_checker"
  >;
  "alibaba/wan-2.2-i2v-720": RunpodVideoOptionsById["alibaba/wan-2.1-i2v-720"];
  "alibaba/wan-2.2-t2v-720": RunpodVideoOptionsById["alibaba/wan-2.1-t2v-720"];
  "alibaba/wan-2.2-t2v-720-lora": Pick<
    RunpodVideoWorkerOptions,
    "image" | "high_noise_loras" | "low_noise_loras" | "enable_safety_checker"
  >;
  "alibaba/wan-2.5": Pick<
    RunpodVideoWorkerOptions,
    "image" | "negative_prompt" | "enable_prompt_expansion" | "enable_safety_checker"
  >;
  "alibaba/wan-2.6-i2v":
    & RunpodVideoOptionsById["alibaba/wan-2.6-t2v"]
    & Pick<RunpodVideoWorkerOptions, "image" | "enable_safety_checker">;
  "alibaba/wan-2.6-t2v": Pick<
    RunpodVideoWorkerOptions,
    "audio" | "negative_prompt" | "shot_type" | "enable_prompt_expansion"
  >;
  "bytedance/seedance-1.0-pro": Pick<RunpodVideoWorkerOptions, "image">;
  "bytedance/seedance-v1.5-pro-i2v":
    & Pick<RunpodVideoWorkerOptions, "image" | "last_image" | "camera_fixed" | "generate_audio">
    & { resolution?: "480p" | "720p" };
  "kwaivgi/kling-v2.1-i2v-pro": Pick<
    RunpodVideoWorkerOptions,
    "image" | "negative_prompt" | "guidance_scale" | "enable_safety_checker"
  >;
  "kwaivgi/kling-v2.6-std-motion-control": Pick<
    RunpodVideoWorkerOptions,
    "image" | "video" | "character_orientation" | "negative_prompt" | "keep_original_sound"
  >;
  "kwaivgi/kling-video-o1-r2v": Pick<
    RunpodVideoWorkerOptions,
    "images" | "video" | "negative_prompt" | "enable_prompt_expansion" | "enable_safety_checker"
  >;
  "meigen-ai/infinitetalk":
    & Pick<RunpodVideoWorkerOptions, "image" | "audio" | "enable_safety_checker">
    & { size?: "480p" | "720p" };
  "openai/sora-2-i2v": Pick<RunpodVideoWorkerOptions, "image">;
  "openai/sora-2-pro-i2v": Pick<RunpodVideoWorkerOptions, "image"> & { size?: "720p" | "1080p" };
  "pruna/p-video":
    & Pick<RunpodVideoWorkerOptions, "image" | "audio" | "draft" | "save_audio" | "prompt_upsampling">
    & { resolution?: "720p" | "1080p" };
  "vidu/q3-i2v":
    & Pick<RunpodVideoWorkerOptions, "image" | "movement_amplitude" | "generate_audio" | "bgm">
    & { resolution?: "540p" | "720p" | "1080p" };
  "vidu/q3-t2v":
    & Pick<RunpodVideoWorkerOptions, "style" | "movement_amplitude" | "generate_audio" | "bgm">
    & { resolution?: "540p" | "720p" | "1080p" };
};

/** The id of a video model of Runpod's public endpoints. */
export type RunpodKnownVideoModelId = keyof RunpodVideoOptionsById;

/** What is known of one video model. */
export interface VideoRow extends Row {
  keys: VideoKeys;
  size: SizeRules;
  /** Whether reference images count as input images. Default false. */
  takesReferences?: boolean;
}

/** A video worker that Runpod ships. */
export type RunpodVideoWorkerName = "comfyui" | "mochi" | "vllm-omni";

/** The keys of a worker, by the settings of a call. */
export type VideoKeys = Readonly<Partial<Record<VideoSetting, Key>>>;

/** The settings of a call that go under one key each. */
export type VideoSetting =
  | "prompt"
  | "duration"
  | "fps"
  | "seed"
  | "generateAudio"
  | "lastFrame"
  | "video"
  | "audio";

/** A row of the catalogue. */
export type VideoEntry = CatalogueEntry & VideoRow;

/** Any worker that is not in the catalogue: whatever is set, under its most usual key. */
export const ANY_VIDEO_WORKER: VideoRow = {
  // Without rules, which would also hold for the options of the caller: such a worker may want a duration of "5s".
  keys: {
    prompt: "prompt",
    duration: "duration",
    fps: "fps",
    seed: "seed",
    generateAudio: "generate_audio",
    lastFrame: "last_image",
    video: "video",
    audio: "audio",
  },
  size: { as: "width height", ratios: "any" },
  images: { one: "image", many: "images", max: Infinity, required: false, isUndocumented: true },
  takesReferences: true,
  options: {},
  required: [],
};

/** The video workers that Runpod ships. */
export const VIDEO_WORKERS: { readonly [Name in RunpodVideoWorkerName]: VideoRow } = {
  "comfyui": COMFYUI,
  "mochi": {
    keys: { prompt: "positive_prompt", seed: "seed" },
    size: { as: "width height", ratios: [] },
    options: {},
    required: [],
  },
  "vllm-omni": {
    keys: { prompt: "prompt", duration: "seconds", fps: "fps", seed: "seed" },
    size: { as: "size x", ratios: [] },
    options: {},
    defaults: { task: "video" },
    required: [],
  },
};

const PROMPT = { keys: { prompt: "prompt" }, required: ["prompt"] } as const;

/** What a model takes that needs a prompt. */
const promptAnd = (keys: VideoKeys) => ({ ...PROMPT, keys: { ...PROMPT.keys, ...keys } });

/** One of some durations, in seconds. */
const seconds = (...rule: number[]) => ({ key: "duration", rule });
/** Any whole number of seconds within a range. */
const secondsFrom = (min: number, max: number): Key => ({ key: "duration", rule: { min, max, whole: true } });

/** Any size, written `1280*720`. The sizes for ratios have about as many pixels as that, which is the default everywhere. */
const FREE: SizeRules = {
  as: "size *",
  ratios: { "16:9": "1280x720", "9:16": "720x1280", "1:1": "960x960", "4:3": "1088x816", "3:4": "816x1088" },
};

const START = { one: "image", max: 1, required: true } as const;
const OPTIONAL_START: ImageRules = { ...START, required: false };

const SAFETY = { enable_safety_checker: "boolean" } as const;
const EXPANSION = { enable_prompt_expansion: "boolean" } as const;

/** WAN 2.1 and 2.2. */
const WAN_OPTIONS = {
  negative_prompt: "text",
  num_inference_steps: { min: 1, max: 50, whole: true },
  guidance: { min: 0, max: 10 },
  flow_shift: { whole: true },
  enable_prompt_optimization: "boolean",
  ...SAFETY,
} as const;
/** The durations are those that have a price. */
const wan = (...durations: number[]) => ({
  ...promptAnd({ seed: "seed", duration: seconds(...durations) }),
  size: FREE,
  options: WAN_OPTIONS,
});
const wanImage = (...durations: number[]) => ({
  ...wan(...durations),
  images: START,
  options: { image: "url", ...WAN_OPTIONS } as const,
});

const WAN_2_6 = promptAnd({ seed: "seed", duration: seconds(5, 10, 15), audio: "audio" });
const WAN_2_6_OPTIONS = {
  audio: "url",
  negative_prompt: "text",
  shot_type: ["single", "multi"],
  ...EXPANSION,
} as const;

const VIDU = promptAnd({ seed: "seed", duration: secondsFrom(1, 16), generateAudio: "generate_audio" });
const VIDU_TIERS = ["540p", "720p", "1080p"] as const;
const VIDU_OPTIONS = {
  resolution: VIDU_TIERS,
  movement_amplitude: ["auto", "small", "medium", "large"],
  generate_audio: "boolean",
  bgm: "boolean",
} as const;

const SORA = { ...promptAnd({ duration: seconds(4, 8, 12) }), required: ["prompt", "duration"] };

/** The video models by id. */
export const VIDEO_MODELS: { readonly [Id in RunpodKnownVideoModelId]: RowOf<Id> } = {
  "alibaba/wan-2.1-i2v-720": {
    endpoint: "wan-2-1-i2v-720",
    ...wanImage(5, 10, 15),
  },
  "alibaba/wan-2.1-t2v-720": {
    endpoint: "wan-2-1-t2v-720",
    removed: "2026-06-18",
    ...wan(5, 10, 15),
  },
  "alibaba/wan-2.2-i2v-720": {
    endpoint: "wan-2-2-i2v-720",
    ...wanImage(5, 8, 10, 15),
  },
  "alibaba/wan-2.2-t2v-720": {
    endpoint: "wan-2-2-t2v-720",
    aliases: ["alibaba/wan-2-2-t2v-720"],
    removed: "2026-06-18",
    ...wan(5, 8),
  },
  // It makes videos of images, whatever its name says.
  "alibaba/wan-2.2-t2v-720-lora": {
    endpoint: "wan-2-2-t2v-720-lora",
    aliases: ["alibaba/wan-2.2-i2v-720-lora"],
    ...promptAnd({ seed: "seed", duration: seconds(5, 8) }),
    size: {},
    images: START,
    options: { image: "url", high_noise_loras: "list", low_noise_loras: "list", ...SAFETY },
  },
  "alibaba/wan-2.5": {
    endpoint: "wan-2-5",
    ...promptAnd({ seed: "seed", duration: seconds(5, 10) }),
    size: FREE,
    images: START,
    options: { image: "url", negative_prompt: "text", ...EXPANSION, ...SAFETY },
  },
  "alibaba/wan-2.6-i2v": {
    endpoint: "wan-2-6-i2v",
    ...WAN_2_6,
    size: { as: "size *", sizes: ["1280x720", "1920x1080"] },
    images: START,
    options: { image: "url", ...WAN_2_6_OPTIONS, ...SAFETY },
  },
  "alibaba/wan-2.6-t2v": {
    endpoint: "wan-2-6-t2v",
    ...WAN_2_6,
    size: { as: "size *", sizes: ["1280x720", "1920x1080", "720x1280", "1080x1920"] },
    options: WAN_2_6_OPTIONS,
  },
  "bytedance/seedance-1.0-pro": {
    endpoint: "seedance-1-0-pro",
    removed: "2026-06-18",
    ...promptAnd({ duration: seconds(5, 10), fps: { key: "fps", rule: { min: 1, whole: true } } }),
    size: {
      as: "size x",
      ratios: { "16:9": "1920x1080", "9:16": "1080x1920", "1:1": "1440x1440", "4:3": "1664x1248", "3:4": "1248x1664" },
    },
    images: OPTIONAL_START,
    options: { image: "url" },
  },
  "bytedance/seedance-v1.5-pro-i2v": {
    endpoint: "seedance-v1-5-pro-i2v",
    ...promptAnd({
      seed: "seed",
      duration: secondsFrom(4, 12),
      generateAudio: "generate_audio",
      lastFrame: "last_image",
    }),
    size: { as: "resolution tier", tiers: ["480p", "720p"], ratios: ["21:9", "16:9", "9:16", "1:1", "4:3", "3:4"] },
    images: START,
    options: {
      image: "url",
      last_image: "url",
      resolution: ["480p", "720p"],
      camera_fixed: "boolean",
      generate_audio: "boolean",
    },
  },
  "kwaivgi/kling-v2.1-i2v-pro": {
    endpoint: "kling-v2-1-i2v-pro",
    ...promptAnd({ duration: seconds(5, 10) }),
    size: {},
    images: START,
    options: { image: "url", negative_prompt: "text", guidance_scale: {}, ...SAFETY },
  },
  "kwaivgi/kling-v2.6-std-motion-control": {
    endpoint: "kling-v2-6-std-motion-control",
    keys: { prompt: "prompt", video: "video" },
    required: ["video", "character_orientation"],
    size: {},
    images: START,
    takesReferences: true,
    options: {
      image: "url",
      video: "url",
      character_orientation: ["video", "image"],
      negative_prompt: "text",
      keep_original_sound: "boolean",
    },
  },
  "kwaivgi/kling-video-o1-r2v": {
    endpoint: "kling-video-o1-r2v",
    ...promptAnd({ seed: "seed", duration: secondsFrom(3, 10), video: "video" }),
    size: { ratios: ["16:9", "9:16", "1:1"] },
    images: { many: "images", max: 10, required: true },
    takesReferences: true,
    options: { images: "list", video: "url", negative_prompt: "text", ...EXPANSION, ...SAFETY },
  },
  "meigen-ai/infinitetalk": {
    endpoint: "infinitetalk",
    keys: { prompt: "prompt", audio: "audio" },
    required: ["prompt", "audio", "size"],
    size: { as: "size tier", tiers: ["480p", "720p"] },
    images: START,
    options: { image: "url", audio: "url", size: ["480p", "720p"], ...SAFETY },
  },
  "openai/sora-2-i2v": {
    endpoint: "sora-2-i2v",
    ...SORA,
    size: {},
    images: START,
    options: { image: "url" },
  },
  "openai/sora-2-pro-i2v": {
    endpoint: "sora-2-pro-i2v",
    ...SORA,
    // The tiers are those that have a price.
    size: { as: "size tier", tiers: ["720p", "1080p"] },
    images: START,
    options: { image: "url", size: ["720p", "1080p"] },
  },
  "pruna/p-video": {
    endpoint: "p-video",
    ...promptAnd({
      seed: "seed",
      duration: secondsFrom(1, 10),
      fps: { key: "fps", rule: [24, 48] },
      generateAudio: "save_audio",
      audio: "audio",
    }),
    ignores: { aspect_ratio: "image", duration: "audio" },
    size: {
      as: "resolution tier",
      tiers: ["720p", "1080p"],
      ratios: ["16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "1:1"],
    },
    images: OPTIONAL_START,
    options: {
      image: "url",
      audio: "url",
      resolution: ["720p", "1080p"],
      draft: "boolean",
      save_audio: "boolean",
      prompt_upsampling: "boolean",
    },
  },
  "vidu/q3-i2v": {
    endpoint: "vidu-q3-i2v",
    ...VIDU,
    size: { as: "resolution tier", tiers: VIDU_TIERS },
    images: START,
    options: { image: "url", ...VIDU_OPTIONS },
  },
  "vidu/q3-t2v": {
    endpoint: "vidu-q3-t2v",
    ...VIDU,
    size: { as: "resolution tier", tiers: VIDU_TIERS, ratios: ["4:3", "16:9", "9:16", "3:4", "1:1"] },
    options: { style: ["general", "anime"], ...VIDU_OPTIONS },
  },
};

/** A row has a rule for each option in its model's type. */
type RowOf<Id extends RunpodKnownVideoModelId> = VideoEntry & { options: Rules<RunpodVideoOptionsById[Id]> };

/** Finds a video model by id, slug or alias. */
export function findVideoModel(modelId: string): VideoEntry | undefined {
  return findEntry<VideoEntry>(VIDEO_MODELS, modelId);
}
