/**
 * Image generation: a worker's input from a call, and images from a worker's output.
 *
 * @module
 */
import type { ImageModelV4CallOptions, ImageModelV4Result, JSONObject } from "@ai-sdk/provider";
import type { Modality, ModalityTypes, ModelCall, ReadContext } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { jobSettings, settingsSchema } from "../call/settings.ts";
import { toBytes } from "../files/base64.ts";
import { toUrl } from "../files/file_url.ts";
import { resolveRow } from "../input/catalogue.ts";
import { contextFor, warnUnsupported } from "../input/context.ts";
import { type ImageSource, takeImages, writeImages } from "../input/images.ts";
import { sidesOf } from "../input/size.ts";
import { writeInput } from "../input/writer.ts";
import { once } from "../once.ts";
import type { JobOutput } from "../output/job_output.ts";
import { ANY_IMAGE_WORKER, IMAGE_MODELS, IMAGE_WORKERS, type ImageRow } from "./catalogue.ts";
import type { RunpodImageModelSettings } from "./options.ts";

/** The types of image generation. */
export interface ImageKind extends ModalityTypes {
  call: ImageModelV4CallOptions;
  settings: RunpodImageModelSettings;
  row: ImageRow;
  options: Record<never, never>;
  reading: undefined;
  result: Pick<ImageModelV4Result, "images" | "providerMetadata">;
}

/** Image generation. */
export const imageModality: Modality<ImageKind> = {
  provider: "runpod.image",
  verb: "generate an image",
  settings: settingsSchema(jobSettings),
  options: once(callOptions),
  resolve: (config) =>
    resolveRow<ImageRow>(IMAGE_MODELS, IMAGE_WORKERS, ANY_IMAGE_WORKER, { kind: "image", ...config }),
  async write(modelCall) {
    return { input: await writeImageInput(modelCall), reading: undefined };
  },
  read: readImages,
};

const FILES: ImageSource = { name: "files", advice: "prompt.images" };

async function writeImageInput(modelCall: ModelCall<ImageKind>): Promise<JSONObject> {
  const { call, row, settings: { input: makeInput }, workerOptions, warnings } = modelCall;
  const { prompt, size, aspectRatio, seed, files = [], mask } = call;
  const context = contextFor(makeInput, modelCall);
  const { urls, options } = takeImages(context, row, files.map(toUrl), workerOptions, FILES);
  const input = writeInput(context, makeInput ? { ...row, required: [] } : row, {
    settings: { prompt, seed, mask: makeInput ? undefined : mask && toUrl(mask) },
    size: { size, aspectRatio },
    files: () => makeInput ? {} : writeImages(context, row.images, urls, FILES),
    options,
  });
  if (call.n > 1) warnUnsupported({ warnings }, "n", "one call makes one image; generateImage splits n");
  if (!makeInput) return input;
  const [width, height] = sidesOf(size);
  return await makeInput({
    prompt,
    width,
    height,
    aspectRatio,
    seed,
    images: urls,
    mask: mask && toUrl(mask),
    options,
    input,
  });
}

async function readImages(output: JobOutput, { warnings }: ReadContext<ImageKind>): Promise<ImageKind["result"]> {
  const files = output.files("image", warnings);
  const contents = await Promise.all(files.map((file) => output.content(file, "image")));
  // The SDK wants all images in one form, so base64 stays only where every image is base64.
  const images = contents.every((content) => typeof content === "string") ? contents : contents.map(toBytes);
  const described = files.map(({ url }) => ({ url, ...output.about }));
  return { images, providerMetadata: { runpod: { images: described } } };
}
