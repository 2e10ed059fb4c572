/**
 * The image models of Runpod's public endpoints.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { type CatalogueEntry, findEntry, type Known } from "../catalogue.ts";
import { type Family, FLUX, KONTEXT, QWEN, SAFE_DEFAULTS, SEEDREAM_3 } from "./family.ts";

/** An image model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodImageModelId =
  | "black-forest-labs/flux-1-dev"
  | "black-forest-labs/flux-1-kontext-dev"
  | "black-forest-labs/flux-1-schnell"
  | "bytedance/seedream-3.0"
  | "qwen/qwen-image"
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/** What is known of one image model. */
export interface ImageEntry extends CatalogueEntry {
  family: Family;
  /** Worker options that are sent unless the caller sets them. */
  defaults: JSONObject;
}

const CATALOGUE: Record<Known<RunpodImageModelId>, ImageEntry> = {
  "black-forest-labs/flux-1-dev": {
    endpoint: "black-forest-labs-flux-1-dev",
    aliases: [],
    family: FLUX,
    defaults: { ...SAFE_DEFAULTS, num_inference_steps: 28, guidance: 2, image_format: "png" },
  },
  "black-forest-labs/flux-1-schnell": {
    endpoint: "black-forest-labs-flux-1-schnell",
    aliases: [],
    family: FLUX,
    defaults: { ...SAFE_DEFAULTS, num_inference_steps: 4, guidance: 7, image_format: "png" },
  },
  "black-forest-labs/flux-1-kontext-dev": {
    endpoint: "black-forest-labs-flux-1-kontext-dev",
    aliases: [],
    family: KONTEXT,
    defaults: { ...SAFE_DEFAULTS, num_inference_steps: 28, guidance: 2, output_format: "png" },
  },
  "qwen/qwen-image": {
    endpoint: "qwen-image-t2i",
    aliases: [],
    family: QWEN,
    defaults: SAFE_DEFAULTS,
  },
  "bytedance/seedream-3.0": {
    endpoint: "seedream-3-0-t2i",
    aliases: [],
    family: SEEDREAM_3,
    // Its page had neither a negative prompt nor a safety checker.
    defaults: {},
  },
};

/** Finds an image model by id, slug or alias. */
export function findImageModel(modelId: string): ImageEntry | undefined {
  return findEntry(CATALOGUE, modelId);
}
