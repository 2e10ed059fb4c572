/**
 * Writes a worker's input from the SDK's call: the one writer that all image models share.
 *
 * @module
 */
import type { ImageModelV4CallOptions, JSONObject, SharedV4Warning } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { toUrl } from "../files/file_url.ts";
import { type ImageRules, splitImages, writeImages } from "../input/images.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import { once, splitOptions } from "../call/options.ts";
import { checkRules, checkSetting } from "../input/rules.ts";
import { sizeNames, type SizeRules, writeSize } from "../input/size.ts";
import { type CallContext, refuse, warnRemoved, warnUnsupported, withOptions } from "../input/context.ts";
import type { ImageEntry } from "./catalogue.ts";
import type { RunpodImageCall, RunpodImageModelSettings } from "./model.ts";

/** What to run and how long to wait for it. */
export interface ImageInput {
  input: JSONObject;
  wait: RunpodWaitOptions;
  /** A job to continue, in place of a new one. */
  jobId: string | undefined;
  warnings: SharedV4Warning[];
}

/** Any worker that is not in the catalogue: the standard settings that are set, under their most usual names. */
const PLAIN: { size: SizeRules; images: ImageRules } = {
  size: { as: "width height", ratios: "any" },
  images: { key: "image", max: Infinity, required: false },
};

/** What a call of the model attempts, to follow "Cannot". */
export function imageAttempt(modelId: string): string {
  return `generate an image with "${modelId}"`;
}

/**
 * Writes the input of an image job.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 */
export async function writeInput(
  modelId: string,
  entry: ImageEntry | undefined,
  map: RunpodImageModelSettings["input"],
  call: ImageModelV4CallOptions,
): Promise<ImageInput> {
  const warnings: SharedV4Warning[] = [];
  const context: CallContext = { modelId, attempt: imageAttempt(modelId), warnings };
  const { ours: { jobId, ...wait }, worker } = splitOptions(call.providerOptions, ownOptions());
  // What continues a job has been written before.
  if (jobId !== undefined) return { input: {}, wait, jobId, warnings };

  if (entry) {
    warnRemoved(context, entry);
    checkRules(context, worker, entry.options);
  }
  const { urls, rest } = readImages(context, entry, call, worker);
  const settings: JSONObject = {
    ...(call.prompt === undefined ? {} : { prompt: call.prompt }),
    ...writeSize(context, (entry ?? PLAIN).size, call),
    ...writeSeed(context, entry, call),
    ...(map ? {} : writeImages(context, (entry ?? PLAIN).images, urls)),
    ...writeMask(context, entry, map, call),
  };
  const input = {
    ...entry?.defaults,
    // A function of the caller's is given both, and may use both.
    ...withOptions({ warnings: map ? [] : warnings }, settings, renameFormat(entry, rest), {
      ...sizeNames(call),
      seed: "seed",
      mask: "mask",
    }),
  };
  if (call.n > 1) warnUnsupported(context, "n", "one call makes one image; generateImage splits n");
  if (map) return { input: await map(describeCall(call, urls, rest, input)), wait, jobId, warnings };
  if (entry && String(input.prompt ?? "").trim() === "") throw refuse(context, "prompt", "a prompt is required");
  return { input, wait, jobId, warnings };
}

const ownOptions = once(() => z.object(waitOptions()));

/** Input images from wherever they are; a worker that is not known may mean anything by its options. */
function readImages(
  context: CallContext,
  entry: ImageEntry | undefined,
  { files = [] }: ImageModelV4CallOptions,
  worker: JSONObject,
): { urls: string[]; rest: JSONObject } {
  if (entry?.images) return splitImages(context, files.map(toUrl), worker);
  if (files.length === 0 || (worker.image === undefined && worker.images === undefined)) {
    return { urls: files.map(toUrl), rest: worker };
  }
  warnUnsupported(context, "files", "providerOptions.runpod has the input image");
  return { urls: [], rest: worker };
}

function writeSeed(
  context: CallContext,
  entry: ImageEntry | undefined,
  { seed }: ImageModelV4CallOptions,
): JSONObject {
  if (seed === undefined) return {};
  if (!entry || entry.seed) {
    checkSetting(context, "seed", seed, { whole: true });
    return { seed };
  }
  warnUnsupported(context, "seed", `"${context.modelId}" takes no seed`);
  return {};
}

/** No model of the catalogue takes a mask. */
function writeMask(
  context: CallContext,
  entry: ImageEntry | undefined,
  map: RunpodImageModelSettings["input"],
  { mask }: ImageModelV4CallOptions,
): JSONObject {
  if (mask === undefined || map) return {};
  if (!entry) return { mask: toUrl(mask) };
  warnUnsupported(context, "mask", `"${context.modelId}" takes no mask`);
  return {};
}

/** `output_format: "jpg"` is how the provider names it; workers say `jpeg`, and FLUX.1 has another key. */
function renameFormat(entry: ImageEntry | undefined, { output_format, ...worker }: JSONObject): JSONObject {
  if (output_format === undefined) return worker;
  if (!entry?.options.output_format) return { ...worker, output_format };
  return { [entry.format ?? "output_format"]: output_format === "jpg" ? "jpeg" : output_format, ...worker };
}

function describeCall(
  { prompt, size, aspectRatio, seed, mask }: ImageModelV4CallOptions,
  images: string[],
  options: JSONObject,
  input: JSONObject,
): RunpodImageCall {
  const [width, height] = size?.split("x").map(Number) ?? [];
  return { prompt, width, height, aspectRatio, seed, images, mask: mask && toUrl(mask), options, input };
}
