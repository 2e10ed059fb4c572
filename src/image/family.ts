/**
 * How each family of image models writes its input, as data for the one writer in `input.ts`.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";

/** The input of a family of workers. */
export interface Family {
  /** How a size is written: `size: "1024*768"`, `size: "1024x768"`, or `width: 1024, height: 768`. */
  size: "size *" | "size x" | "width height";
  /** The sizes that the family's documentation allows, where it names a rule. */
  sides?: { min: number; max: number; multipleOf: number };
  /** The size that stands for each aspect ratio; absent where the worker takes `aspect_ratio` itself. */
  ratios?: Record<string, `${number}x${number}`>;
  /** Input images: under which key, how many, and whether one is needed. Absent where the worker takes none. */
  images?: { key: "image" | "images"; max: number; required: boolean };
  /** The worker's own name for the option `output_format`, and so that it is written `jpeg`, not `jpg`. */
  format?: "output_format" | "image_format";
}

/** Any worker that is not in the catalogue: the standard options that are set, under their most usual names. */
export const PLAIN: Family = {
  size: "width height",
  images: { key: "image", max: Infinity, required: false },
};

/** FLUX.1 dev and schnell. */
export const FLUX: Family = {
  size: "width height",
  sides: { min: 256, max: 1536, multipleOf: 64 },
  ratios: { "1:1": "1024x1024", "4:3": "1024x768", "3:4": "768x1024" },
  format: "image_format",
};

/** FLUX.1 Kontext: one image in, one out. */
export const KONTEXT: Family = {
  size: "size *",
  ratios: { "1:1": "1024x1024", "4:3": "1024x768", "3:4": "768x1024" },
  images: { key: "image", max: 1, required: true },
  format: "output_format",
};

/** Qwen-Image; the ratios are at the size its page shows. */
export const QWEN: Family = {
  size: "size *",
  ratios: { "1:1": "1328x1328", "4:3": "1472x1104", "3:4": "1104x1472" },
};

/** Seedream 3, whose sizes have the letter x. */
export const SEEDREAM_3: Family = {
  size: "size x",
  ratios: { "1:1": "1024x1024", "4:3": "1152x864", "3:4": "864x1152" },
};

/** What {@link RunpodImageModelOptions} documents as sent when the caller sets nothing. */
export const SAFE_DEFAULTS: JSONObject = { negative_prompt: "", enable_safety_checker: true };
