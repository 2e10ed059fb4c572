/**
 * The image models of Runpod's public endpoints, as their pages describe them.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { type CatalogueEntry, findEntry } from "../input/catalogue.ts";
import { COMFYUI, type ImageRules, type Row } from "../input/row.ts";
import type { Rules } from "../input/rules.ts";
import type { SizeRules } from "../input/size.ts";
import type { RunpodImageWorkerOptions } from "./worker_options.ts";

/** The worker options of each image model of Runpod's public endpoints. */
export type RunpodImageOptionsById = {
  "alibaba/wan-2.6": Pick<RunpodImageWorkerOptions, "enable_safety_checker">;
  "black-forest-labs/flux-1-dev":
    & Pick<
      RunpodImageWorkerOptions,
      "negative_prompt" | "num_inference_steps" | "guidance" | "image_format" | "enable_safety_checker"
    >
    & { output_format?: "png" | "jpeg" | "jpg" };
  "black-forest-labs/flux-1-kontext-dev":
    & Pick<
      RunpodImageWorkerOptions,
      "image" | "negative_prompt" | "num_inference_steps" | "guidance" | "enable_safety_checker"
    >
    & { output_format?: "png" | "jpeg" | "jpg" };
  "black-forest-labs/flux-1-schnell":
    & Pick<
      RunpodImageWorkerOptions,
      "negative_prompt" | "num_inference_steps" | "guidance" | "image_format" | "enable_safety_checker"
    >
    & { output_format?: "png" | "jpeg" | "jpg" };
  "black-forest-labs/flux-2-klein-9b-edit": Pick<RunpodImageWorkerOptions, "images" | "enable_base64_output">;
  "bytedance/seedream-3.0": Pick<RunpodImageWorkerOptions, "guidance">;
  "bytedance/seedream-4.0": Pick<RunpodImageWorkerOptions, "negative_prompt" | "enable_safety_checker">;
  "bytedance/seedream-4.0-edit": Pick<RunpodImageWorkerOptions, "images" | "enable_safety_checker">;
  "google/nano-banana-2-edit":
    & Pick<RunpodImageWorkerOptions, "images" | "resolution" | "enable_base64_output">
    & { output_format?: "png" | "jpeg" | "jpg" };
  "google/nano-banana-edit": Pick<RunpodImageWorkerOptions, "images" | "enable_safety_checker">;
  "google/nano-banana-pro-edit":
    & Pick<RunpodImageWorkerOptions, "images" | "resolution" | "enable_safety_checker">
    & { output_format?: "png" | "jpeg" | "jpg" };
  "pruna/p-image-edit": Pick<RunpodImageWorkerOptions, "images" | "aspect_ratio" | "disable_safety_checker">;
  "pruna/p-image-t2i": Pick<RunpodImageWorkerOptions, "disable_safety_checker">;
  "qwen/qwen-image": Pick<RunpodImageWorkerOptions, "negative_prompt" | "enable_safety_checker">;
  "qwen/qwen-image-edit":
    & Pick<RunpodImageWorkerOptions, "image" | "negative_prompt" | "enable_safety_checker">
    & { output_format?: "png" | "jpeg" | "jpg" };
  "qwen/qwen-image-edit-2511": Pick<RunpodImageWorkerOptions, "images" | "output_format">;
  "qwen/qwen-image-edit-2511-lora": Pick<RunpodImageWorkerOptions, "images" | "loras" | "output_format">;
  "qwen/qwen-image-lora": Pick<RunpodImageWorkerOptions, "loras" | "enable_safety_checker">;
  "tongyi-mai/z-image-turbo": Pick<
    RunpodImageWorkerOptions,
    "image" | "strength" | "output_format" | "enable_safety_checker"
  >;
};

/** The id of an image model of Runpod's public endpoints. */
export type RunpodKnownImageModelId = keyof RunpodImageOptionsById;

/** An image worker that Runpod ships. */
export type RunpodImageWorkerName = "sdxl" | "a1111" | "comfyui" | "vllm-omni";

/** What is known of one image model. */
export interface ImageRow extends Row {
  size: SizeRules;
}

/** A row of the catalogue. */
export type ImageEntry = CatalogueEntry & ImageRow;

/** Any worker that is not in the catalogue: whatever is set, under its most usual key. */
export const ANY_IMAGE_WORKER: ImageRow = {
  keys: { prompt: "prompt", seed: "seed", mask: "mask" },
  size: { as: "width height", ratios: "any" },
  images: { one: "image", many: "images", max: Infinity, required: false, isUndocumented: true },
  options: {},
  required: [],
};

/** A size of any numbers, and no ratio. */
const SIDES: SizeRules = { as: "width height", ratios: [] };

/** The image workers that Runpod ships. */
export const IMAGE_WORKERS: { readonly [Name in RunpodImageWorkerName]: ImageRow } = {
  "sdxl": {
    keys: { prompt: "prompt", seed: "seed" },
    size: SIDES,
    images: { one: "image_url", max: 1, required: false },
    options: {},
    required: [],
  },
  "a1111": { keys: { prompt: "prompt", seed: "seed" }, size: SIDES, options: {}, required: [] },
  "comfyui": COMFYUI,
  "vllm-omni": {
    keys: { prompt: "prompt", seed: "seed" },
    size: { as: "size x", ratios: [] },
    options: {},
    defaults: { task: "image" },
    required: [],
  },
};

/** Every model of the catalogue needs a prompt. */
const PROMPT = { keys: { prompt: "prompt" }, required: ["prompt"] } as const;
/** Most take a seed too. */
const PROMPT_AND_SEED = { keys: { prompt: "prompt", seed: "seed" }, required: ["prompt"] } as const;

/** Any size, written `1024*1024`. The sizes for ratios have about a megapixel, as the workers' default size has. */
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
  isStrict: true,
};

/** The last size looks like a typing error for 1536x1280, so its ratio is not offered. Either size only costs a warning. */
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

/** What is sent to the first models of this provider when the caller sets nothing. */
const SAFE_DEFAULTS = { negative_prompt: "", enable_safety_checker: true };

/** `jpg` is what the provider calls the format that workers call `jpeg`. */
const formatAs = (key: string) => ({ output_format, ...options }: JSONObject): JSONObject =>
  output_format === undefined ? options : { [key]: output_format === "jpg" ? "jpeg" : output_format, ...options };
const JPG_AS_JPEG = { rewrite: formatAs("output_format") };

const flux = (steps: number, maxSteps: number, guidance: number) => ({
  ...PROMPT_AND_SEED,
  size: FLUX,
  options: {
    negative_prompt: "text",
    num_inference_steps: { min: 1, max: maxSteps, whole: true },
    guidance: GUIDANCE,
    image_format: ["png", "jpeg"],
    output_format: FORMATS,
    ...SAFETY,
  },
  defaults: { ...SAFE_DEFAULTS, num_inference_steps: steps, guidance, image_format: "png" },
  rewrite: formatAs("image_format"),
} as const);

const one = (required = true): ImageRules => ({ one: "image", max: 1, required });
const upTo = (max: number, required = true): ImageRules => ({ many: "images", max, required });

/** A row has a rule for each option in its model's type. */
type RowOf<Id extends RunpodKnownImageModelId> = ImageEntry & { options: Rules<RunpodImageOptionsById[Id]> };

/** The image models by id, in alphabetical order. */
export const IMAGE_MODELS: { readonly [Id in RunpodKnownImageModelId]: RowOf<Id> } = {
  "alibaba/wan-2.6": {
    endpoint: "wan-2-6-t2i",
    aliases: ["alibaba/wan-2.6-t2i"],
    ...PROMPT_AND_SEED,
    size: {
      as: "size *",
      sizes: ["1024x1024", "1024x768", "1440x1024"],
      ratios: { "1:1": "1024x1024", "4:3": "1024x768" },
    },
    options: SAFETY,
  },
  "black-forest-labs/flux-1-dev": {
    endpoint: "black-forest-labs-flux-1-dev",
    aliases: ["flux/flux-dev"],
    ...flux(28, 50, 2),
  },
  "black-forest-labs/flux-1-kontext-dev": {
    endpoint: "black-forest-labs-flux-1-kontext-dev",
    ...PROMPT_AND_SEED,
    size: { as: "size *", ratios: FLUX_RATIOS, isStrict: true },
    images: one(),
    ...JPG_AS_JPEG,
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
    ...flux(4, 8, 7),
  },
  "black-forest-labs/flux-2-klein-9b-edit": {
    endpoint: "flux-2-klein-9b-edit",
    removed: "2026-03-12",
    ...PROMPT_AND_SEED,
    size: {},
    images: upTo(5),
    options: { images: "list", enable_base64_output: "boolean" },
  },
  "bytedance/seedream-3.0": {
    endpoint: "seedream-3-0-t2i",
    removed: "2026-06-18",
    ...PROMPT_AND_SEED,
    size: { as: "size x", ratios: { "1:1": "1024x1024", "4:3": "1152x864", "3:4": "864x1152" }, isStrict: true },
    options: { guidance: {} },
  },
  "bytedance/seedream-4.0": {
    endpoint: "seedream-v4-t2i",
    aliases: ["bytedance-seedream-4-0-t2i"],
    ...PROMPT_AND_SEED,
    size: FREE,
    options: { negative_prompt: "text", ...SAFETY },
  },
  "bytedance/seedream-4.0-edit": {
    endpoint: "seedream-v4-edit",
    ...PROMPT,
    size: FREE,
    images: upTo(Infinity),
    options: { images: "list", ...SAFETY },
  },
  "google/nano-banana-2-edit": {
    endpoint: "google-nano-banana-2-edit",
    aliases: ["nano-banana-2-edit"],
    ...PROMPT,
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
    ...JPG_AS_JPEG,
    options: { images: "list", resolution: TIERS, output_format: FORMATS, enable_base64_output: "boolean" },
  },
  "google/nano-banana-edit": {
    endpoint: "nano-banana-edit",
    aliases: ["google-nano-banana-edit"],
    ...PROMPT,
    size: {},
    images: upTo(4),
    options: { images: "list", ...SAFETY },
  },
  "google/nano-banana-pro-edit": {
    endpoint: "nano-banana-pro-edit",
    ...PROMPT,
    size: {
      ratios: ["1:1", "3:2", "2:3", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
    },
    images: upTo(14),
    ...JPG_AS_JPEG,
    options: { images: "list", resolution: TIERS, output_format: FORMATS, ...SAFETY },
  },
  "pruna/p-image-edit": {
    endpoint: "p-image-edit",
    ...PROMPT_AND_SEED,
    size: { ratios: PRUNA_RATIOS },
    images: upTo(5),
    options: {
      images: "list",
      aspect_ratio: ["match_input_image", ...PRUNA_RATIOS],
      disable_safety_checker: "boolean",
    },
  },
  "pruna/p-image-t2i": {
    endpoint: "p-image-t2i",
    ...PROMPT_AND_SEED,
    size: { ratios: PRUNA_RATIOS },
    options: { disable_safety_checker: "boolean" },
  },
  "qwen/qwen-image": {
    endpoint: "qwen-image-t2i",
    ...PROMPT_AND_SEED,
    size: { as: "size *", ratios: { "1:1": "1328x1328", "4:3": "1472x1104", "3:4": "1104x1472" }, isStrict: true },
    options: { negative_prompt: "text", ...SAFETY },
    defaults: SAFE_DEFAULTS,
  },
  "qwen/qwen-image-edit": {
    endpoint: "qwen-image-edit",
    ...PROMPT_AND_SEED,
    size: {},
    images: one(),
    ...JPG_AS_JPEG,
    options: { image: "url", negative_prompt: "text", output_format: FORMATS, ...SAFETY },
  },
  "qwen/qwen-image-edit-2511": {
    endpoint: "qwen-image-edit-2511",
    ...PROMPT_AND_SEED,
    size: QWEN_EDIT,
    images: upTo(3),
    ...JPG_AS_JPEG,
    options: { images: "list", output_format: ALL_FORMATS },
  },
  "qwen/qwen-image-edit-2511-lora": {
    endpoint: "qwen-image-edit-2511-lora",
    ...PROMPT_AND_SEED,
    size: QWEN_EDIT,
    images: upTo(3),
    ...JPG_AS_JPEG,
    options: { images: "list", loras: "list", output_format: ALL_FORMATS },
  },
  "qwen/qwen-image-lora": {
    endpoint: "qwen-image-t2i-lora",
    aliases: ["qwen/qwen-image-t2i-lora"],
    ...PROMPT_AND_SEED,
    size: FREE,
    options: { loras: "list", ...SAFETY },
  },
  "tongyi-mai/z-image-turbo": {
    endpoint: "z-image-turbo",
    ...PROMPT_AND_SEED,
    size: {
      as: "size *",
      sizes: ["1024x1024", "512x512", "768x768", "1280x1280", "1024x768", "768x1024", "1280x720", "720x1280"],
    },
    images: one(false),
    ...JPG_AS_JPEG,
    options: { image: "url", strength: { min: 0, max: 1 }, output_format: ALL_FORMATS, ...SAFETY },
  },
};

/** Finds an image model by id, slug or alias. */
export function findImageModel(modelId: string): ImageEntry | undefined {
  return findEntry<ImageEntry>(IMAGE_MODELS, modelId);
}
