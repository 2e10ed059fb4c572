/**
 * The video models of Runpod's public endpoints, as their pages describe them.
 *
 * @module
 */
import { type CatalogueEntry, findEntry, findFamily } from "../input/catalogue.ts";
import type { ImageRules } from "../input/images.ts";
import type { Rule, Rules } from "../input/rules.ts";
import type { SizeRules } from "../input/size.ts";
import type { RunpodKnownVideoModelId, RunpodVideoOptionsById } from "./options.ts";

/** What a worker takes. */
export interface VideoRules {
  size: SizeRules;
  /** Input images. Absent where the worker takes none. */
  images?: ImageRules;
  /** Whether reference images count as input images. */
  references?: true;
  /** Whether the worker takes the last frame, as `last_image`. */
  lastImage?: true;
  /** Whether the worker takes a video, as `video`. */
  video?: true;
  /** Whether the worker takes sound, as `audio`. */
  audio?: true;
  /** How long the video may be, in seconds. Absent where that cannot be set. */
  duration?: Rule;
  /** Frames per second. Absent where that cannot be set. */
  fps?: Rule;
  /** Whether the worker takes a seed. */
  seed: boolean;
  /** The key that says whether the video has sound. */
  generateAudio?: "generate_audio" | "save_audio";
  /** The keys that the input must have, beside images. */
  required: readonly string[];
  /** The keys that the worker ignores, each with the key that makes it so. */
  ignores?: Readonly<Record<string, string>>;
  /** The worker options that are documented. */
  options: Record<string, Rule>;
}

/** What is known of one video model. */
export interface VideoEntry extends CatalogueEntry, VideoRules {}

/** Any size, written `1280*720`; the ratios have about as many pixels as that, which is the default everywhere. */
const FREE: SizeRules = {
  as: "size *",
  ratios: { "16:9": "1280x720", "9:16": "720x1280", "1:1": "960x960", "4:3": "1088x816", "3:4": "816x1088" },
};

const SAFETY = { enable_safety_checker: "boolean" } as const;
const EXPANSION = { enable_prompt_expansion: "boolean" } as const;

const image = (required = true): ImageRules => ({ key: "image", max: 1, required });

const WAN_2_6 = {
  duration: [5, 10, 15],
  seed: true,
  audio: true,
  options: { audio: "url", negative_prompt: "text", shot_type: ["single", "multi"], ...EXPANSION },
} as const;

/** WAN 2.1 and 2.2; the durations are those that have a price. */
const wan = (...duration: number[]) => ({
  size: FREE,
  duration,
  seed: true,
  required: ["prompt"],
  options: {
    negative_prompt: "text",
    num_inference_steps: { min: 1, max: 50, whole: true },
    guidance: { min: 0, max: 10 },
    flow_shift: { whole: true },
    enable_prompt_optimization: "boolean",
    ...SAFETY,
  },
} as const);

const wanImage = (...duration: number[]) => {
  const { options, ...rules } = wan(...duration);
  return { ...rules, images: image(), options: { image: "url", ...options } } as const;
};

const VIDU_TIERS = ["540p", "720p", "1080p"] as const;
const VIDU = {
  duration: { min: 1, max: 16, whole: true },
  seed: true,
  generateAudio: "generate_audio",
  required: ["prompt"],
} as const;
const VIDU_OPTIONS = {
  resolution: VIDU_TIERS,
  movement_amplitude: ["auto", "small", "medium", "large"],
  generate_audio: "boolean",
  bgm: "boolean",
} as const;

const SORA = { duration: [4, 8, 12], seed: false, required: ["prompt", "duration"] } as const;

/** The video models by id. */
export const VIDEO_MODELS: { readonly [Id in RunpodKnownVideoModelId]: Row<Id> } = {
  "alibaba/wan-2.1-i2v-720": {
    endpoint: "wan-2-1-i2v-720",
    aliases: [],
    ...wanImage(5, 10, 15),
  },
  "alibaba/wan-2.1-t2v-720": {
    endpoint: "wan-2-1-t2v-720",
    aliases: [],
    removed: "2026-06-18",
    ...wan(5, 10, 15),
  },
  "alibaba/wan-2.2-i2v-720": {
    endpoint: "wan-2-2-i2v-720",
    aliases: [],
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
    size: {},
    images: image(),
    duration: [5, 8],
    seed: true,
    required: ["prompt"],
    options: { image: "url", high_noise_loras: "list", low_noise_loras: "list", ...SAFETY },
  },
  "alibaba/wan-2.5": {
    endpoint: "wan-2-5",
    aliases: [],
    size: FREE,
    images: image(),
    duration: [5, 10],
    seed: true,
    required: ["prompt"],
    options: { image: "url", negative_prompt: "text", ...EXPANSION, ...SAFETY },
  },
  "alibaba/wan-2.6-i2v": {
    endpoint: "wan-2-6-i2v",
    aliases: [],
    ...WAN_2_6,
    size: { as: "size *", sizes: ["1280x720", "1920x1080"] },
    images: image(),
    required: ["prompt"],
    options: { image: "url", ...WAN_2_6.options, ...SAFETY },
  },
  "alibaba/wan-2.6-t2v": {
    endpoint: "wan-2-6-t2v",
    aliases: [],
    ...WAN_2_6,
    size: { as: "size *", sizes: ["1280x720", "1920x1080", "720x1280", "1080x1920"] },
    required: ["prompt"],
  },
  "bytedance/seedance-1.0-pro": {
    endpoint: "seedance-1-0-pro",
    aliases: [],
    removed: "2026-06-18",
    size: {
      as: "size x",
      ratios: { "16:9": "1920x1080", "9:16": "1080x1920", "1:1": "1440x1440", "4:3": "1664x1248", "3:4": "1248x1664" },
    },
    images: image(false),
    duration: [5, 10],
    fps: { min: 1, whole: true },
    seed: false,
    required: ["prompt"],
    options: { image: "url" },
  },
  "bytedance/seedance-v1.5-pro-i2v": {
    endpoint: "seedance-v1-5-pro-i2v",
    aliases: [],
    size: {
      as: "resolution tier",
      tiers: ["480p", "720p"],
      ratios: ["21:9", "16:9", "9:16", "1:1", "4:3", "3:4"],
    },
    images: image(),
    lastImage: true,
    duration: { min: 4, max: 12, whole: true },
    seed: true,
    generateAudio: "generate_audio",
    required: ["prompt"],
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
    aliases: [],
    size: {},
    images: image(),
    duration: [5, 10],
    seed: false,
    required: ["prompt"],
    options: { image: "url", negative_prompt: "text", guidance_scale: {}, ...SAFETY },
  },
  "kwaivgi/kling-v2.6-std-motion-control": {
    endpoint: "kling-v2-6-std-motion-control",
    aliases: [],
    size: {},
    images: image(),
    references: true,
    video: true,
    seed: false,
    required: ["video", "character_orientation"],
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
    aliases: [],
    size: { ratios: ["16:9", "9:16", "1:1"] },
    images: { key: "images", max: 10, required: true },
    references: true,
    video: true,
    duration: { min: 3, max: 10, whole: true },
    seed: true,
    required: ["prompt"],
    options: { images: "list", video: "url", negative_prompt: "text", ...EXPANSION, ...SAFETY },
  },
  "meigen-ai/infinitetalk": {
    endpoint: "infinitetalk",
    aliases: [],
    size: { as: "size tier", tiers: ["480p", "720p"] },
    images: image(),
    audio: true,
    seed: false,
    required: ["prompt", "audio", "size"],
    options: { image: "url", audio: "url", size: ["480p", "720p"], ...SAFETY },
  },
  "openai/sora-2-i2v": {
    endpoint: "sora-2-i2v",
    aliases: [],
    size: {},
    images: image(),
    ...SORA,
    options: { image: "url" },
  },
  "openai/sora-2-pro-i2v": {
    endpoint: "sora-2-pro-i2v",
    aliases: [],
    // The tiers are those that have a price.
    size: { as: "size tier", tiers: ["720p", "1080p"] },
    images: image(),
    ...SORA,
    options: { image: "url", size: ["720p", "1080p"] },
  },
  "pruna/p-video": {
    endpoint: "p-video",
    aliases: [],
    size: {
      as: "resolution tier",
      tiers: ["720p", "1080p"],
      ratios: ["16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "1:1"],
    },
    images: image(false),
    audio: true,
    duration: { min: 1, max: 10, whole: true },
    fps: [24, 48],
    seed: true,
    generateAudio: "save_audio",
    required: ["prompt"],
    ignores: { aspect_ratio: "image", duration: "audio" },
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
    aliases: [],
    size: { as: "resolution tier", tiers: VIDU_TIERS },
    images: image(),
    ...VIDU,
    options: { image: "url", ...VIDU_OPTIONS },
  },
  "vidu/q3-t2v": {
    endpoint: "vidu-q3-t2v",
    aliases: [],
    size: {
      as: "resolution tier",
      tiers: VIDU_TIERS,
      ratios: ["4:3", "16:9", "9:16", "3:4", "1:1"],
    },
    ...VIDU,
    options: { style: ["general", "anime"], ...VIDU_OPTIONS },
  },
};

/** A row has a rule for each option of its model's type. */
type Row<Id extends RunpodKnownVideoModelId> = VideoEntry & { options: Rules<RunpodVideoOptionsById[Id]> };

/** Finds a video model by id, slug or alias. */
export function findVideoModel(modelId: string): VideoEntry | undefined {
  return findEntry<VideoEntry>(VIDEO_MODELS, modelId);
}

/**
 * Finds the video model that another one is like.
 *
 * @throws {InvalidArgumentError} when there is none by that id.
 */
export function findVideoFamily(family: string): VideoEntry {
  return findFamily<VideoEntry>(VIDEO_MODELS, family, "video models");
}
