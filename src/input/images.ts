/**
 * Input images: taken from wherever the caller has put them, and written as the worker wants them.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { isFileUrl, mediaTypeOf } from "../files/file_url.ts";
import { badOption, type CallContext, isNot, refuse, warnOverridden, warnUnsupported } from "./context.ts";
import type { ImageRules, Row } from "./row.ts";

/** What the SDK calls input images, for messages. */
export interface ImageSource {
  /** The setting. */
  name: string;
  /** How to pass an image. */
  advice: string;
}

/** Input images as URLs or data URIs, and the worker options that are left. */
export interface TakenImages {
  urls: string[];
  options: JSONObject;
}

/**
 * Takes the input images out of the worker options, which win, or out of the call.
 *
 * @throws {InvalidArgumentError} for an option that is not a URL or a data URI, where the worker documents that option.
 */
export function takeImages(
  context: CallContext,
  row: Row,
  urls: string[],
  options: JSONObject,
  { name }: ImageSource,
): TakenImages {
  const keys = new Set(["image", "images", row.images?.one, row.images?.many].filter((key) => key !== undefined));
  const used = [...keys].filter((key) => options[key] !== undefined);
  if (used.length === 0) return { urls, options };
  if (urls.length > 0) warnOverridden(context, name, used[0]);
  // The model takes no images by these options, or may mean anything by them.
  const isOurs = row.images ? !row.images.isUndocumented : used.some((key) => row.options[key] !== undefined);
  if (!isOurs) return { urls: [], options };

  const given = used.flatMap((key): JSONValue[] => [options[key]].flat().filter((value) => value !== undefined));
  const bad = given.find((value) => !isFileUrl(value));
  if (bad !== undefined) throw badOption(used[0], isNot(bad, "a URL or a base64 data URI"));
  return {
    urls: given as string[],
    options: Object.fromEntries(Object.entries(options).filter(([key]) => !keys.has(key))),
  };
}

/**
 * Writes input images.
 *
 * @throws {InvalidArgumentError} for a worker that needs one and gets none, and for more than it takes.
 */
export function writeImages(
  context: CallContext,
  rules: ImageRules | undefined,
  urls: string[],
  { name, advice }: ImageSource,
): JSONObject {
  if (!rules) {
    if (urls.length > 0) warnUnsupported(context, name, `"${context.modelId}" takes no input image`);
    return {};
  }
  const { one, many, max, required, isUpload } = rules;
  if (urls.length === 0) {
    if (!required) return {};
    const option = `providerOptions.runpod.${one ?? many}`;
    throw refuse(context, name, `an input image is required; pass ${advice} or ${option}`);
  }
  checkImages(context, name, urls);
  if (urls.length > max) {
    throw refuse(context, name, `it takes at most ${max} input image${max === 1 ? "" : "s"}, not ${urls.length}`);
  }
  if (isUpload) {
    if (urls.some((url) => !url.startsWith("data:"))) {
      throw refuse(context, name, "this worker fetches no URL; pass bytes, or the settings comfyui(workflow)");
    }
    return { [many!]: urls.map((image, at) => ({ name: `input-${at}.png`, image })) };
  }
  if (one !== undefined && urls.length === 1) return { [one]: urls[0] };
  return { [many ?? one!]: urls };
}

/**
 * Checks what can be seen of images without reading them.
 *
 * @throws {InvalidArgumentError} for an unreadable address, and for another kind of file.
 */
export function checkImages(context: CallContext, name: string, urls: string[]): void {
  const bad = urls.find((url): boolean => !isFileUrl(url));
  if (bad !== undefined) {
    const isInline = bad.startsWith("data:");
    throw refuse(context, name, `an input image is not ${isInline ? "valid base64" : "at an http(s) URL"}`);
  }
  const wrong = urls.map(mediaTypeOf).find((mediaType) => mediaType && !/^(image|application)\//.test(mediaType));
  if (wrong !== undefined) {
    throw refuse(context, name, `an input image is of type "${wrong}", which is not an image type`);
  }
}
