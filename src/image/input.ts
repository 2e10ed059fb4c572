/**
 * Writes a worker's input from the SDK's call: the one writer that all families share.
 *
 * @module
 */
import {
  type ImageModelV4CallOptions,
  InvalidArgumentError,
  type JSONObject,
  type JSONValue,
  type SharedV4Warning,
} from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { toUrl } from "../file.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import { badOption, checkOptions, once, splitOptions } from "../options.ts";
import type { ImageEntry } from "./catalogue.ts";
import { type Family, PLAIN } from "./family.ts";

/**
 * Options of image models, under `providerOptions.runpod`. Every other key goes to the worker as it is.
 *
 * @example
 * ```ts
 * import type { RunpodImageModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const options: RunpodImageModelOptions = { negative_prompt: "blurry", num_inference_steps: 50 };
 * ```
 */
export interface RunpodImageModelOptions extends RunpodWaitOptions {
  /** What the image should not show. Default `""` for Qwen-Image and FLUX; others get none. */
  negative_prompt?: string;
  /** Whether the service filters unsafe content. Default `true` for Qwen-Image and FLUX; others get none. */
  enable_safety_checker?: boolean;
  /** Input image of editing models: an http(s) URL or a base64 data URI. `prompt.images` does the same. */
  image?: string;
  /** Denoising steps. Default: 4 for FLUX schnell, 28 for FLUX dev and Kontext. */
  num_inference_steps?: number;
  /** How closely the image follows the prompt. Default: 7 for FLUX schnell, 2 for FLUX dev and Kontext. */
  guidance?: number;
  /** File format of FLUX models. Default `png`. */
  output_format?: "png" | "jpg" | "jpeg";
  /** The id of a job to continue, instead of submitting a new one. */
  jobId?: string;
  /** Any other input of the worker. */
  [workerOption: string]: JSONValue | undefined;
}

/** What to run and how long to wait for it. */
export interface ImageInput {
  input: JSONObject;
  wait: RunpodWaitOptions;
  /** A job to continue, in place of a new one. */
  jobId: string | undefined;
  warnings: SharedV4Warning[];
}

/**
 * Writes the input of an image job.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 */
export function writeInput(
  modelId: string,
  entry: ImageEntry | undefined,
  call: ImageModelV4CallOptions,
): ImageInput {
  const family = entry?.family ?? PLAIN;
  const warnings: SharedV4Warning[] = [];
  const { ours, worker } = splitOptions(call.providerOptions, ownOptions());
  if (entry) checkOptions(worker, documentedOptions());
  const given = renameFormat(family, worker);

  const input: JSONObject = {
    ...entry?.defaults,
    ...(call.prompt === undefined ? {} : { prompt: call.prompt }),
    ...writeSize(modelId, family, call, warnings),
    ...(call.seed === undefined ? {} : { seed: call.seed }),
    ...writeImages(modelId, family, call, given, warnings),
    ...given,
  };

  if (entry && !input.prompt) throw refuse(modelId, "prompt", "a prompt is required");
  if (call.mask) warnings.push({ type: "unsupported", feature: "mask", details: `"${modelId}" takes no mask` });
  if (call.n > 1) {
    warnings.push({ type: "unsupported", feature: "n", details: "one call makes one image; generateImage splits n" });
  }
  const { jobId, ...wait } = ours;
  return { input, wait, jobId, warnings };
}

const ownOptions = once(() => z.object(waitOptions()));

/** The types of the worker options that {@link RunpodImageModelOptions} names. */
const documentedOptions = once(() =>
  z.object({
    negative_prompt: z.optional(z.string("a string")),
    enable_safety_checker: z.optional(z.boolean("true or false")),
    image: z.optional(
      z.string("a URL or a base64 data URI").check(z.regex(/^(https?:\/\/|data:)/i, "a URL or a base64 data URI")),
    ),
    num_inference_steps: z.optional(z.int("a whole number above 0").check(z.minimum(1, "a whole number above 0"))),
    guidance: z.optional(z.number("a number")),
    output_format: z.optional(z.string('a file format such as "png" or "jpg"')),
  })
);

function writeSize(
  modelId: string,
  family: Family,
  { size, aspectRatio }: ImageModelV4CallOptions,
  warnings: SharedV4Warning[],
): JSONObject {
  if (size !== undefined) {
    const match = /^([1-9]\d*)x([1-9]\d*)$/.exec(size);
    if (!match) {
      throw refuse(modelId, "size", `size "${size}" is not a width and a height in pixels, such as "1024x1024"`);
    }
    if (aspectRatio !== undefined) {
      warnings.push({
        type: "unsupported",
        feature: "aspectRatio",
        details: "size is set, and the two exclude each other",
      });
    }
    const [width, height] = [Number(match[1]), Number(match[2])];
    warnOfSides(modelId, family, [width, height], warnings);
    return SIZE_WRITERS[family.size](width, height);
  }
  if (aspectRatio === undefined) return {};
  if (!family.ratios) return { aspect_ratio: aspectRatio };
  if (!Object.hasOwn(family.ratios, aspectRatio)) {
    const allowed = Object.keys(family.ratios).map((ratio) => `"${ratio}"`).join(", ");
    throw refuse(modelId, "aspectRatio", `aspect ratio "${aspectRatio}" is not one of ${allowed}`);
  }
  const [width, height] = family.ratios[aspectRatio].split("x").map(Number);
  return SIZE_WRITERS[family.size](width, height);
}

const SIZE_WRITERS: Record<Family["size"], (width: number, height: number) => JSONObject> = {
  "size *": (width, height) => ({ size: `${width}*${height}` }),
  "size x": (width, height) => ({ size: `${width}x${height}` }),
  "width height": (width, height) => ({ width, height }),
};

function warnOfSides(modelId: string, { sides }: Family, size: number[], warnings: SharedV4Warning[]): void {
  if (!sides) return;
  const { min, max, multipleOf } = sides;
  if (size.every((side) => side >= min && side <= max && side % multipleOf === 0)) return;
  warnings.push({
    type: "other",
    message: `Size "${
      size.join("x")
    }" is sent as it is, but "${modelId}" documents sides of ${min} to ${max} pixels, in steps of ${multipleOf}`,
  });
}

function writeImages(
  modelId: string,
  { images }: Family,
  { files = [] }: ImageModelV4CallOptions,
  given: JSONObject,
  warnings: SharedV4Warning[],
): JSONObject {
  if (!images) {
    if (files.length > 0) {
      warnings.push({ type: "unsupported", feature: "files", details: `"${modelId}" takes no input image` });
    }
    return {};
  }
  if (given.image !== undefined || given.images !== undefined) {
    if (files.length > 0) {
      warnings.push({ type: "unsupported", feature: "files", details: "providerOptions.runpod has the input image" });
    }
    return {};
  }
  if (files.length === 0) {
    if (!images.required) return {};
    throw refuse(modelId, "files", "an input image is required; pass prompt.images or providerOptions.runpod.image");
  }
  if (files.length > images.max) {
    throw refuse(
      modelId,
      "files",
      `it takes at most ${images.max} input image${images.max === 1 ? "" : "s"}, not ${files.length}`,
    );
  }
  const urls = files.map(toUrl);
  if (images.key === "images") return { images: urls };
  return urls.length === 1 ? { image: urls[0] } : { images: urls };
}

/** `output_format: "jpg"` is how the provider names it; the worker has its own key and says `jpeg`. */
function renameFormat({ format }: Family, { output_format, ...worker }: JSONObject): JSONObject {
  if (output_format === undefined) return worker;
  if (!format) return { ...worker, output_format };
  if (output_format !== "png" && output_format !== "jpg" && output_format !== "jpeg") {
    throw badOption("runpod.output_format", output_format, '"png" or "jpg"');
  }
  return { [format]: output_format === "jpg" ? "jpeg" : output_format, ...worker };
}

function refuse(modelId: string, argument: string, reason: string): InvalidArgumentError {
  return new InvalidArgumentError({
    argument,
    message: `Cannot generate an image with "${modelId}": ${reason}`,
  });
}
