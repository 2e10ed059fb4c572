/**
 * The image models of Runpod's public endpoints, as their pages describe them.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { type CatalogueEntry, findEntry, findFamily } from "../input/catalogue.ts";
import type { ImageRules } from "../input/images.ts";
import type { Rule, Rules } from "../input/rules.ts";
import type { SizeRules } from "../input/size.ts";
import type { RunpodImageOptionsById, RunpodKnownImageModelId } from "./options.ts";

/** What is known of one image model. */
export interface ImageEntry extends CatalogueEntry {
  size: SizeRules;
  /** Input images. Absent where the worker takes none. */
  images?: ImageRules;
  /** Whether the worker takes a seed. */
  seed: boolean;
  /** The worker options that are documented. */
  options: Record<string, Rule>;
  /** Worker options that are sent unless the caller sets them. Only the first models of this provider have any. */
  defaults?: JSONObject;
  /** The worker's own name for `output_format`. */
  format?: "image_format";
}

/** Any size, written `1024*1024`; the ratios are at about a megapixel, which is the default everywhere. */
const FREE: SizeRules = {
  as: "size *",
  ratios: {
    "1:1": "1024x1024",
    "16:9": "1280x720",
    "9:16": "720x1280",
    "4:3": "1152x864",
    "3:4": "864x1152",
    "3:2": "1248x832",
    "2:3": "832x1248",
  },
};

const FLUX_RATIOS = { "1:1": "1024x1024", "4:3": "1024x768", "3:4": "768x1024" } as const;
const FLUX: SizeRules = {
  as: "width height",
  sides: { min: 256, max: 1536, multipleOf: 64 },
  ratios: FLUX_RATIOS,
};

/** The last of the sizes looks like a slip for 1536x1280, so its ratio is not offered; a warning is all that either costs. */
const QWEN_EDIT: SizeRules = {
  as: "size *",
  sizes: ["1024x1024", "1024x1280", "1280x1024", "1280x1280", "1280x1536", "1536x1080"],
  ratios: { "1:1": "1024x1024", "4:5": "1024x1280", "5:4": "1280x1024", "5:6": "1280x1536" },
};

const PRUNA_RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"] as const;

const FORMATS = ["png", "jpeg", "jpg"] as const;
const ALL_FORMATS = ["png", "jpeg", "jpg", "webp"] as const;
const TIERS = ["1k", "2k", "4k"] as const;
const GUIDANCE = { min: 0, max: 10 };
const SAFETY = { enable_safety_checker: "boolean" } as const;

/** What is sent of the first models of this provider when the caller sets nothing. */
const SAFE_DEFAULTS = { negative_prompt: "", enable_safety_checker: true };

const flux = (steps: number, maxSteps: number, guidance: number) => ({
  size: FLUX,
  seed: true,
  options: {
    negative_prompt: "text",
    num_inference_steps: { min: 1, max: maxSteps, whole: true },
    guidance: GUIDANCE,
    image_format: ["png", "jpeg"],
    output_format: FORMATS,
    ...SAFETY,
  },
  defaults: { ...SAFE_DEFAULTS, num_inference_steps: steps, guidance, image_format: "png" },
  format: "image_format",
} as const);

const one = (required: boolean): ImageRules => ({ key: "image", max: 1, required });
const upTo = (max: number): ImageRules => ({ key: "images", max, required: true });

/** The image models by id. */
export const IMAGE_MODELS: { readonly [Id in RunpodKnownImageModelId]: Row<Id> } = {
  "alibaba/wan-2.6": {
    endpoint: "wan-2-6-t2i",
    aliases: ["alibaba/wan-2.6-t2i"],
    size: {
      as: "size *",
      sizes: ["1024x1024", "1024x768", "1440x1024"],
      ratios: { "1:1": "1024x1024", "4:3": "1024x768" },
    },
    seed: true,
    options: SAFETY,
  },
  "black-forest-labs/flux-1-dev": {
    endpoint: "black-forest-labs-flux-1-dev",
    aliases: ["flux/flux-dev"],
    ...flux(28, 50, 2),
  },
  "black-forest-labs/flux-1-kontext-dev": {
    endpoint: "black-forest-labs-flux-1-kontext-dev",
    aliases: [],
    size: { as: "size *", ratios: FLUX_RATIOS },
    images: one(true),
    seed: true,
    options: {
      image: "url",
      negative_prompt: "text",
      num_inference_steps: { min: 1, max: 50, whole: true },
      guidance: GUIDANCE,
      output_format: FORMATS,
      ...SAFETY,
    },
    defaults: { ...SAFE_DEFAULTS, num_inference_steps: 28, guidance: 2, output_format: "png" },
  },
  "black-forest-labs/flux-1-schnell": {
    endpoint: "black-forest-labs-flux-1-schnell",
    aliases: [],
    ...flux(4, 8, 7),
  },
  "black-forest-labs/flux-2-klein-9b-edit": {
    endpoint: "flux-2-klein-9b-edit",
    aliases: [],
    removed: "2026-03-12",
    size: {},
    images: upTo(5),
    seed: true,
    options: { images: "list", enable_base64_output: "boolean" },
  },
  "bytedance/seedream-3.0": {
    endpoint: "seedream-3-0-t2i",
    aliases: [],
    removed: "2026-06-18",
    size: { as: "size x", ratios: { "1:1": "1024x1024", "4:3": "1152x864", "3:4": "864x1152" } },
    seed: true,
    options: { guidance: {} },
  },
  "bytedance/seedream-4.0": {
    endpoint: "seedream-v4-t2i",
    aliases: ["bytedance-seedream-4-0-t2i"],
    size: FREE,
    seed: true,
    options: { negative_prompt: "text", ...SAFETY },
  },
  "bytedance/seedream-4.0-edit": {
    endpoint: "seedream-v4-edit",
    aliases: [],
    size: FREE,
    images: upTo(Infinity),
    seed: false,
    options: { images: "list", ...SAFETY },
  },
  "google/nano-banana-2-edit": {
    endpoint: "google-nano-banana-2-edit",
    aliases: ["nano-banana-2-edit"],
    size: {
      ratios: [
        "1:1",
        "3:2",
        "2:3",
        "3:4",
        "4:3",
        "4:5",
        "5:4",
        "9:16",
        "16:9",
        "21:9",
        "1:4",
        "4:1",
        "1:8",
        "8:1",
      ],
    },
    images: upTo(14),
    seed: false,
    options: { images: "list", resolution: TIERS, output_format: FORMATS, enable_base64_output: "boolean" },
  },
  "google/nano-banana-edit": {
    endpoint: "nano-banana-edit",
    aliases: ["google-nano-banana-edit"],
    size: {},
    images: upTo(4),
    seed: false,
    options: { images: "list", ...SAFETY },
  },
  "google/nano-banana-pro-edit": {
    endpoint: "nano-banana-pro-edit",
    aliases: [],
    size: {
      ratios: ["1:1", "3:2", "2:3", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
      doubtfulRatios: ["3:4", "9:21"],
    },
    images: upTo(14),
    seed: false,
    options: { images: "list", resolution: TIERS, output_format: FORMATS, ...SAFETY },
  },
  "pruna/p-image-edit": {
    endpoint: "p-image-edit",
    aliases: [],
    size: { ratios: PRUNA_RATIOS },
    images: upTo(5),
    seed: true,
    options: {
      images: "list",
      aspect_ratio: ["match_input_image", ...PRUNA_RATIOS],
      disable_safety_checker: "boolean",
    },
  },
  "pruna/p-image-t2i": {
    endpoint: "p-image-t2i",
    aliases: [],
    size: { ratios: PRUNA_RATIOS },
    seed: true,
    options: { disable_safety_checker: "boolean" },
  },
  "qwen/qwen-image": {
    endpoint: "qwen-image-t2i",
    aliases: [],
    size: { as: "size *", ratios: { "1:1": "1328x1328", "4:3": "1472x1104", "3:4": "1104x1472" } },
    seed: true,
    options: { negative_prompt: "text", ...SAFETY },
    defaults: SAFE_DEFAULTS,
  },
  "qwen/qwen-image-edit": {
    endpoint: "qwen-image-edit",
    aliases: [],
    size: {},
    images: one(true),
    seed: true,
    options: { image: "url", negative_prompt: "text", output_format: FORMATS, ...SAFETY },
  },
  "qwen/qwen-image-edit-2511": {
    endpoint: "qwen-image-edit-2511",
    aliases: [],
    size: QWEN_EDIT,
    images: upTo(3),
    seed: true,
    options: { images: "list", output_format: ALL_FORMATS },
  },
  "qwen/qwen-image-edit-2511-lora": {
    endpoint: "qwen-image-edit-2511-lora",
    aliases: [],
    size: QWEN_EDIT,
    images: upTo(3),
    seed: true,
    options: { images: "list", loras: "list", output_format: ALL_FORMATS },
  },
  "qwen/qwen-image-lora": {
    endpoint: "qwen-image-t2i-lora",
    aliases: ["qwen/qwen-image-t2i-lora"],
    size: FREE,
    seed: true,
    options: { loras: "list", ...SAFETY },
  },
  "tongyi-mai/z-image-turbo": {
    endpoint: "z-image-turbo",
    aliases: [],
    size: {
      as: "size *",
      sizes: ["1024x1024", "512x512", "768x768", "1280x1280", "1024x768", "768x1024", "1280x720", "720x1280"],
    },
    images: one(false),
    seed: true,
    options: { image: "url", strength: { min: 0, max: 1 }, output_format: ALL_FORMATS, ...SAFETY },
  },
};

/** A row has a rule for each option of its model's type. */
type Row<Id extends RunpodKnownImageModelId> = ImageEntry & { options: Rules<RunpodImageOptionsById[Id]> };

/** Finds an image model by id, slug or alias. */
export function findImageModel(modelId: string): ImageEntry | undefined {
  return findEntry<ImageEntry>(IMAGE_MODELS, modelId);
}

/**
 * Finds the image model that another one is like.
 *
 * @throws {InvalidArgumentError} when there is none by that id.
 */
export function findImageFamily(family: string): ImageEntry {
  return findFamily<ImageEntry>(IMAGE_MODELS, family, "image models");
}
