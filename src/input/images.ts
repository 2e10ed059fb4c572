/**
 * Writes input images as a model wants them, wherever the caller has put them.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { isFileUrl, mediaTypeOf } from "../files/file_url.ts";
import { badOption } from "../call/options.ts";
import { type CallContext, refuse, warnUnsupported } from "./context.ts";

/** The input images of a model. */
export interface ImageRules {
  /** Under which key: `image` takes one, `images` a list. */
  key: "image" | "images";
  max: number;
  required: boolean;
}

/** What the caller calls input images, for messages. */
export interface ImageSource {
  feature: string;
  /** How to pass one. */
  advice: string;
}

const FILES: ImageSource = { feature: "files", advice: "prompt.images" };

/** Input images, and what is left of the worker's options. */
export interface SplitImages {
  urls: string[];
  rest: JSONObject;
}

/**
 * Takes the input images out of the caller's files and the worker's options, which win.
 *
 * @throws {InvalidArgumentError} for one that is no URL or data URI, or not of an image.
 */
export function splitImages(
  context: CallContext,
  files: string[],
  { image, images, ...rest }: JSONObject,
  { feature }: ImageSource = FILES,
): SplitImages {
  const given = [image, images].flat().filter((value): value is JSONValue => value !== undefined);
  if (given.length === 0) return { urls: files, rest };
  if (files.length > 0) warnUnsupported(context, feature, "providerOptions.runpod has the input image");
  const bad = given.find((value) => !isFileUrl(value));
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
export function writeImages(
  context: CallContext,
  rules: ImageRules | undefined,
  urls: string[],
  { feature, advice }: ImageSource = FILES,
): JSONObject {
  if (!rules) {
    if (urls.length > 0) warnUnsupported(context, feature, `"${context.modelId}" takes no input image`);
    return {};
  }
  const { key, max, required } = rules;
  if (urls.length === 0) {
    if (!required) return {};
    throw refuse(context, feature, `an input image is required; pass ${advice} or providerOptions.runpod.${key}`);
  }
  checkImages(context, feature, urls);
  if (urls.length > max) {
    throw refuse(
      context,
      feature,
      `it takes at most ${max} input image${max === 1 ? "" : "s"}, not ${urls.length}`,
    );
  }
  return key === "images" || urls.length > 1 ? { images: urls } : { image: urls[0] };
}

/**
 * Checks what can be seen of images without reading them.
 *
 * @throws {InvalidArgumentError} for what cannot be read, and for another kind of file.
 */
export function checkImages(context: CallContext, feature: string, urls: string[]): void {
  const bad = urls.find((url): boolean => !isFileUrl(url));
  if (bad !== undefined) {
    const isInline = bad.startsWith("data:");
    throw refuse(context, feature, `an input image is not ${isInline ? "valid base64" : "at an http(s) URL"}`);
  }
  const wrong = urls.map(mediaTypeOf).find((mediaType) => mediaType && !/^(image|application)\//.test(mediaType));
  if (wrong !== undefined) throw refuse(context, feature, `an input image is of type "${wrong}", which is no image`);
}
