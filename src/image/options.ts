/**
 * The ids of the image models and the options of each: the types that callers see.
 *
 * @module
 */
import type { JSONValue } from "@ai-sdk/provider";
import type { RunpodWaitOptions } from "../job/options.ts";
import type { RunpodLora } from "../input/lora.ts";

/** Every option that the image workers document. Each model has some of them: {@link RunpodImageModelOptions}. */
export interface RunpodImageWorkerOptions {
  /** What the image should not show. Default `""` for Qwen-Image and FLUX.1. */
  negative_prompt?: string;
  /** Whether the service filters unsafe content. Default true. */
  enable_safety_checker?: boolean;
  /** Whether the service lets unsafe content pass. Default false. */
  disable_safety_checker?: boolean;
  /** Input image: an http(s) URL or a base64 data URI. `prompt.images` does the same. */
  image?: string;
  /** Input images: http(s) URLs or base64 data URIs. `prompt.images` does the same. */
  images?: string[];
  /** Denoising steps. Default: 4 for FLUX.1 schnell (1 to 8), 28 for FLUX.1 dev and Kontext (1 to 50). */
  num_inference_steps?: number;
  /** How closely the image follows the prompt. Default: 7 for FLUX.1 schnell, 2 for FLUX.1 dev and Kontext (0 to 10). */
  guidance?: number;
  /** How far the image may depart from the input image, 0 to 1. Default 0.8. */
  strength?: number;
  /** LoRA adapters to load. */
  loras?: RunpodLora[];
  /** How large the image is. Default `2k` for Nano Banana Pro, `1k` for Nano Banana 2. */
  resolution?: "1k" | "2k" | "4k";
  /** Aspect ratio; `aspectRatio` does the same, but for `match_input_image`, which is the default. */
  aspect_ratio?: "match_input_image" | `${number}:${number}`;
  /** File format. `jpg` is another name for `jpeg`. Default `png`; `jpeg` for Qwen-Image-Edit. */
  output_format?: "png" | "jpeg" | "jpg" | "webp";
  /** File format, as FLUX.1 dev and schnell call it. Default `png`. */
  image_format?: "png" | "jpeg";
  /** Whether the worker sends the image itself instead of a URL. Default false. */
  enable_base64_output?: boolean;
}

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

/** An image model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodImageModelId =
  | RunpodKnownImageModelId
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/**
 * Options of an image model, under `providerOptions.runpod`: for a known model those that its page documents, for any
 * other, and without a type argument, whatever the worker takes.
 *
 * @example
 * ```ts
 * import type { RunpodImageModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const exact: RunpodImageModelOptions<"qwen/qwen-image-edit-2511"> = { output_format: "webp", timeoutMillis: 120_000 };
 * const any: RunpodImageModelOptions = { negative_prompt: "blurry", my_own_option: [1, 2] };
 * ```
 */
export type RunpodImageModelOptions<Id extends string = string> =
  & RunpodWaitOptions
  & {
    /** The id of a job to continue, instead of submitting a new one. */
    jobId?: string;
  }
  & (Id extends RunpodKnownImageModelId ? RunpodImageOptionsById[Id]
    : RunpodImageWorkerOptions | { [workerOption: string]: JSONValue | undefined });
