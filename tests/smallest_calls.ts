/**
 * The smallest calls of models.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  ImageModelV4CallOptions,
} from "@ai-sdk/provider";

/** The smallest prompt of a language model. */
export const PROMPT = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }];

/** The smallest call of an image model. */
export const IMAGE_CALL: ImageModelV4CallOptions = {
  prompt: "A red apple",
  n: 1,
  size: undefined,
  aspectRatio: undefined,
  seed: undefined,
  files: undefined,
  mask: undefined,
  providerOptions: {},
};

/** The smallest call of a video model. */
export const VIDEO_CALL: VideoModelV4CallOptions = {
  prompt: "A red apple rolls",
  n: 1,
  aspectRatio: undefined,
  resolution: undefined,
  duration: undefined,
  fps: undefined,
  seed: undefined,
  image: undefined,
  frameImages: undefined,
  inputReferences: undefined,
  generateAudio: undefined,
  providerOptions: {},
};
