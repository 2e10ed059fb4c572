/**
 * Writes input images as a model wants them, wherever the caller has put them.
 *
 * @module
 */
import type { ImageModelV4File, JSONObject, JSONValue } from "@ai-sdk/provider";
import { toUrl } from "./file.ts";
import { badOption } from "./options.ts";
import { refuse, warnUnsupported, type Writing } from "./writing.ts";

/** The input images of a model. */
export interface ImageRules {
  /** Under which key: `image` takes one, `images` a list. */
  key: "image" | "images";
  max: number;
  required: boolean;
}

/** Input images, and what is left of the worker's options. */
export interface SplitImages {
  urls: string[];
  rest: JSONObject;
}

/**
 * Takes the input images out of the caller's files and the worker's options, which win.
 *
 * @throws {InvalidArgumentError} for one that is no URL or data URI.
 */
export function splitImages(
  writing: Writing,
  files: ImageModelV4File[],
  { image, images, ...rest }: JSONObject,
): SplitImages {
  const given = [image, images].flat().filter((value): value is JSONValue => value !== undefined);
  if (given.length === 0) return { urls: files.map(toUrl), rest };
  if (files.length > 0) warnUnsupported(writing, "files", "providerOptions.runpod has the input image");
  const bad = given.find((value) => typeof value !== "string" || !/^(https?:\/\/|data:)/i.test(value));
  if (bad !== undefined) {
    throw badOption(image === undefined ? "runpod.images" : "runpod.image", bad, "a URL or a base64 data URI");
  }
  return { urls: given as string[], rest };
}

/**
 * Writes input images.
 *
 * @throws {InvalidArgumentError} for a model that needs one and gets none, and for more than it takes.
 */
export function writeImages(writing: Writing, rules: ImageRules | undefined, urls: string[]): JSONObject {
  if (!rules) {
    if (urls.length > 0) warnUnsupported(writing, "files", `"${writing.modelId}" takes no input image`);
    return {};
  }
  const { key, max, required } = rules;
  if (urls.length === 0) {
    if (!required) return {};
    throw refuse(writing, "files", "an input image is required; pass prompt.images or providerOptions.runpod.image");
  }
  if (urls.length > max) {
    throw refuse(
      writing,
      "files",
      `it takes at most ${max} input image${max === 1 ? "" : "s"}, not ${urls.length}`,
    );
  }
  return key === "images" || urls.length > 1 ? { images: urls } : { image: urls[0] };
}
