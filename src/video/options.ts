/**
 * The ids of the video models and the options of each: the types that callers see.
 *
 * @module
 */
import type { JSONValue } from "@ai-sdk/provider";
import type { RunpodWaitOptions } from "../job/options.ts";
import type { RunpodLora } from "../input/lora.ts";

/** Every option that the video workers document. Each model has some of them: {@link RunpodVideoModelOptions}. */
export interface RunpodVideoWorkerOptions {
  /** What the video should not show. Default `""`. */
  negative_prompt?: string;
  /** Whether the service filters unsafe content. Default true. */
  enable_safety_checker?: boolean;
  /** Input image: an http(s) URL or a base64 data URI. `prompt.image` does the same. */
  image?: string;
  /** Input images: http(s) URLs or base64 data URIs. `inputReferences` does the same. */
  images?: string[];
  /** The image that the video ends with. `frameImages` does the same. */
  last_image?: string;
  /** A video to take the motion or the looks from: a URL. `inputReferences` does the same. */
  video?: string;
  /** The sound that the video goes with: a URL of a `wav` or `mp3` file. `inputReferences` does the same. */
  audio?: string;
  /** How fine the video is. Default `720p`. `resolution` of the AI SDK does the same: `1280x720` is `720p`. */
  resolution?: "480p" | "540p" | "720p" | "1080p";
  /** The same, as Sora and InfiniteTalk call it. */
  size?: "480p" | "720p" | "1080p";
  /** Whether the video is one shot or several. Default `single`. */
  shot_type?: "single" | "multi";
  /** Whether the service rewrites the prompt into a longer one. Default false. */
  enable_prompt_expansion?: boolean;
  /** Whether the service rewrites the prompt. Default false. */
  enable_prompt_optimization?: boolean;
  /** Whether the service rewrites the prompt, as P-Video calls it. Default true. */
  prompt_upsampling?: boolean;
  /** Denoising steps, 1 to 50. Default 30. */
  num_inference_steps?: number;
  /** How closely the video follows the prompt, 0 to 10. Default 5. */
  guidance?: number;
  /** How closely the video follows the prompt, as Kling calls it. Default 0.5. */
  guidance_scale?: number;
  /** How the motion flows. Default 5. */
  flow_shift?: number;
  /** LoRA adapters for the first stage, which decides on motion and layout. */
  high_noise_loras?: RunpodLora[];
  /** LoRA adapters for the second stage, which draws the details. */
  low_noise_loras?: RunpodLora[];
  /** Which input the character faces like. */
  character_orientation?: "video" | "image";
  /** Whether the video keeps the sound of the input video. Default true. */
  keep_original_sound?: boolean;
  /** Whether the camera stands still. Default false. */
  camera_fixed?: boolean;
  /** Whether the model makes sound too; `generateAudio` does the same. Default true for Vidu, false for Seedance. */
  generate_audio?: boolean;
  /** Whether the video has sound; `generateAudio` does the same. Default true. */
  save_audio?: boolean;
  /** Whether there is background music. Default true. */
  bgm?: boolean;
  /** A preview at a quarter of the price. Default false. */
  draft?: boolean;
  /** The look. Default `general`. */
  style?: "general" | "anime";
  /** How much moves. Default `auto`. */
  movement_amplitude?: "auto" | "small" | "medium" | "large";
}

/** The worker options of each video model of Runpod's public endpoints. */
export type RunpodVideoOptionsById = {
  "alibaba/wan-2.1-i2v-720": Pick<
    RunpodVideoWorkerOptions,
    | "image"
    | "negative_prompt"
    | "num_inference_steps"
    | "guidance"
    | "flow_shift"
    | "enable_prompt_optimization"
    | "enable_safety_checker"
  >;
  "alibaba/wan-2.1-t2v-720": Pick<
    RunpodVideoWorkerOptions,
    | "negative_prompt"
    | "num_inference_steps"
    | "guidance"
    | "flow_shift"
    | "enable_prompt_optimization"
    | "enable_safety_checker"
  >;
  "alibaba/wan-2.2-i2v-720": Pick<
    RunpodVideoWorkerOptions,
    | "image"
    | "negative_prompt"
    | "num_inference_steps"
    | "guidance"
    | "flow_shift"
    | "enable_prompt_optimization"
    | "enable_safety_checker"
  >;
  "alibaba/wan-2.2-t2v-720": Pick<
    RunpodVideoWorkerOptions,
    | "negative_prompt"
    | "num_inference_steps"
    | "guidance"
    | "flow_shift"
    | "enable_prompt_optimization"
    | "enable_safety_checker"
  >;
  "alibaba/wan-2.2-t2v-720-lora": Pick<
    RunpodVideoWorkerOptions,
    "image" | "high_noise_loras" | "low_noise_loras" | "enable_safety_checker"
  >;
  "alibaba/wan-2.5": Pick<
    RunpodVideoWorkerOptions,
    "image" | "negative_prompt" | "enable_prompt_expansion" | "enable_safety_checker"
  >;
  "alibaba/wan-2.6-i2v": Pick<
    RunpodVideoWorkerOptions,
    "image" | "audio" | "negative_prompt" | "shot_type" | "enable_prompt_expansion" | "enable_safety_checker"
  >;
  "alibaba/wan-2.6-t2v": Pick<
    RunpodVideoWorkerOptions,
    "audio" | "negative_prompt" | "shot_type" | "enable_prompt_expansion"
  >;
  "bytedance/seedance-1.0-pro": Pick<RunpodVideoWorkerOptions, "image">;
  "bytedance/seedance-v1.5-pro-i2v":
    & Pick<RunpodVideoWorkerOptions, "image" | "last_image" | "camera_fixed" | "generate_audio">
    & { resolution?: "480p" | "720p" };
  "kwaivgi/kling-v2.1-i2v-pro": Pick<
    RunpodVideoWorkerOptions,
    "image" | "negative_prompt" | "guidance_scale" | "enable_safety_checker"
  >;
  "kwaivgi/kling-v2.6-std-motion-control": Pick<
    RunpodVideoWorkerOptions,
    "image" | "video" | "character_orientation" | "negative_prompt" | "keep_original_sound"
  >;
  "kwaivgi/kling-video-o1-r2v": Pick<
    RunpodVideoWorkerOptions,
    "images" | "video" | "negative_prompt" | "enable_prompt_expansion" | "enable_safety_checker"
  >;
  "meigen-ai/infinitetalk":
    & Pick<RunpodVideoWorkerOptions, "image" | "audio" | "enable_safety_checker">
    & { size?: "480p" | "720p" };
  "openai/sora-2-i2v": Pick<RunpodVideoWorkerOptions, "image">;
  "openai/sora-2-pro-i2v": Pick<RunpodVideoWorkerOptions, "image"> & { size?: "720p" | "1080p" };
  "pruna/p-video":
    & Pick<RunpodVideoWorkerOptions, "image" | "audio" | "draft" | "save_audio" | "prompt_upsampling">
    & { resolution?: "720p" | "1080p" };
  "vidu/q3-i2v":
    & Pick<RunpodVideoWorkerOptions, "image" | "movement_amplitude" | "generate_audio" | "bgm">
    & { resolution?: "540p" | "720p" | "1080p" };
  "vidu/q3-t2v":
    & Pick<RunpodVideoWorkerOptions, "style" | "movement_amplitude" | "generate_audio" | "bgm">
    & { resolution?: "540p" | "720p" | "1080p" };
};

/** The id of a video model of Runpod's public endpoints. */
export type RunpodKnownVideoModelId = keyof RunpodVideoOptionsById;

/** A video model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodVideoModelId =
  | RunpodKnownVideoModelId
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/**
 * Options of a video model, under `providerOptions.runpod`: for a known model those that its page documents, for any
 * other, and without a type argument, whatever the worker takes.
 *
 * Where the AI SDK waits (its `poll`, or `startVideo` and `getVideoStatus`), only `cancelOnAbort` counts of
 * {@link RunpodWaitOptions}, and `timeoutMillis` for the submission. An abort then cancels the job once the status has been
 * read; with `cancelOnAbort: true` from the start on. With a `webhook` all of them count, after it has come.
 *
 * @example
 * ```ts
 * import type { RunpodVideoModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const exact: RunpodVideoModelOptions<"vidu/q3-t2v"> = { style: "anime", timeoutMillis: 900_000 };
 * const any: RunpodVideoModelOptions = { negative_prompt: "blurry", my_own_option: [1, 2] };
 * ```
 */
export type RunpodVideoModelOptions<Id extends string = string> =
  & RunpodWaitOptions
  & {
    /** The id of a job to continue, instead of submitting a new one. */
    jobId?: string;
  }
  & (Id extends RunpodKnownVideoModelId ? RunpodVideoOptionsById[Id]
    : RunpodVideoWorkerOptions | { [workerOption: string]: JSONValue | undefined });
