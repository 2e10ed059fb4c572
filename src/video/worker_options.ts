/**
 * The options of video workers.
 *
 * @module
 */
import type { RunpodLora } from "../input/lora.ts";

/** Every option that the video workers document. Each model has some of them: {@link RunpodVideoModelOptions}. */
export type RunpodVideoWorkerOptions = {
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
  /** The audio that the video goes with: a URL of a `wav` or `mp3` file. `inputReferences` does the same. */
  audio?: string;
  /** How fine the video is. Default `720p`. `resolution` of the AI SDK does the same: `1280x720` is `720p`. */
  resolution?: "480p" | "540p" | "720p" | "1080p";
  /** The same as `resolution`, as Sora and InfiniteTalk call it. */
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
  /** Whether the character faces the way it does in the image or in the video. */
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
};
