/**
 * What callers may set for a video model and for one call of it.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import type { RunpodJobOptions } from "../job/options.ts";
import type { RunpodKnownVideoModelId, RunpodVideoOptionsById, RunpodVideoWorkerName } from "./catalogue.ts";
import type { RunpodVideoWorkerOptions } from "./worker_options.ts";

/** A video model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodVideoModelId =
  | RunpodKnownVideoModelId
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/**
 * Options of a video model, under `providerOptions.runpod`: for a known model those that its page documents, for any
 * other, and without a type argument, whatever the worker takes.
 *
 * Where the AI SDK itself waits (with its `poll`, or with `startVideo` and `getVideoStatus`), only two of
 * {@link RunpodWaitOptions} count: `cancelOnAbort`, and `timeoutMillis` for the submission. An abort then cancels the job
 * once its status has been read; with `cancelOnAbort: true` from the start. With the SDK's `webhook` all of them count,
 * once the webhook was called.
 *
 * @example
 * ```ts
 * import type { RunpodVideoModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const exact: RunpodVideoModelOptions<"vidu/q3-t2v"> = { style: "anime", timeoutMillis: 900_000 };
 * const any: RunpodVideoModelOptions = { negative_prompt: "blurry", my_own_option: [1, 2] };
 * ```
 */
export type RunpodVideoModelOptions<Id extends RunpodVideoModelId = string> =
  & RunpodJobOptions
  & (Id extends RunpodKnownVideoModelId ? RunpodVideoOptionsById[Id]
    : RunpodVideoWorkerOptions | { [workerOption: string]: JSONValue | undefined });

/** How to talk to a worker of your own. */
export interface RunpodVideoModelSettings {
  /**
   * The known model whose input yours takes. Default: the one with this id; else what is set of `prompt`, `image` (or
   * `images`), `last_image`, `video`, `audio`, `duration`, `fps`, `seed`, `width` and `height`, `aspect_ratio` and
   * `generate_audio`.
   */
  family?: RunpodKnownVideoModelId;
  /** The worker of Runpod's that the endpoint runs, whose input is known. */
  worker?: RunpodVideoWorkerName;
  /** The worker's own keys for settings of the call, such as `{ prompt: "text", duration: "seconds" }`. Default: those of the family or worker. */
  keys?: {
    [
      Setting in
        | "prompt"
        | "seed"
        | "duration"
        | "fps"
        | "width"
        | "height"
        | "image"
        | "images"
        | "lastFrame"
        | "video"
        | "audio"
        | "generateAudio"
    ]?: string;
  };
  /**
   * Makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodVideoModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodVideoModelSettings = {
   *   input: ({ prompt, images, duration = 5 }) => ({ text: prompt ?? "", pictures: images, frames: duration * 24 }),
   *   output: (output) => (output as { film: string }).film,
   * };
   * ```
   */
  input?: (call: RunpodVideoCall) => JSONObject | Promise<JSONObject>;
  /** Takes the videos out of the worker's output: URLs, data URIs or base64, alone, in a list or in objects. */
  output?: (output: unknown) => unknown;
}

/** A call of a video model. */
export interface RunpodVideoCall {
  /** What to show. */
  prompt: string | undefined;
  /** The width in pixels, where a resolution was given. */
  width: number | undefined;
  /** The height in pixels, where a resolution was given. */
  height: number | undefined;
  /** Width to height, such as `16:9`, or `adaptive`. */
  aspectRatio: string | undefined;
  /** How long the video is to be, in seconds. */
  duration: number | undefined;
  /** Frames per second. */
  fps: number | undefined;
  /** The seed. */
  seed: number | undefined;
  /** Whether the video is to have sound. */
  generateAudio: boolean | undefined;
  /** Input images, the first frame before others, as http(s) URLs or base64 data URIs. */
  images: string[];
  /** The last frame, as an http(s) URL or a base64 data URI. */
  lastImage: string | undefined;
  /** Reference videos, as http(s) URLs or base64 data URIs. */
  videos: string[];
  /** Reference audio files, as http(s) URLs or base64 data URIs. */
  audios: string[];
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent, without the files of the call. */
  input: JSONObject;
}
