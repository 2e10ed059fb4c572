/**
 * The options of image workers.
 *
 * @module
 */
import type { RunpodLora } from "../input/lora.ts";

/** Every option that the image workers document. Each model has some of them: {@link RunpodImageModelOptions}. */
export type RunpodImageWorkerOptions = {
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
};
