/**
 * What callers may set for an image model and for one call of it.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import type { RunpodJobOptions } from "../job/options.ts";
import type { RunpodImageOptionsById, RunpodImageWorkerName, RunpodKnownImageModelId } from "./catalogue.ts";
import type { RunpodImageWorkerOptions } from "./worker_options.ts";

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
export type RunpodImageModelOptions<Id extends RunpodImageModelId = string> =
  & RunpodJobOptions
  & (Id extends RunpodKnownImageModelId ? RunpodImageOptionsById[Id]
    : RunpodImageWorkerOptions | { [workerOption: string]: JSONValue | undefined });

/** How to talk to a worker of your own. */
export interface RunpodImageModelSettings {
  /** The known model whose input yours takes. Default: the one with this id; else a prompt, `width` and `height`. */
  family?: RunpodKnownImageModelId;
  /** The worker of Runpod's that the endpoint runs, whose input is known. */
  worker?: RunpodImageWorkerName;
  /** The worker's own keys for settings of the call, such as `{ prompt: "text", image: "init_image" }`. Default: those of the family or worker. */
  keys?: { [Setting in "prompt" | "seed" | "mask" | "width" | "height" | "image" | "images"]?: string };
  /**
   * Makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodImageModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodImageModelSettings = {
   *   input: ({ prompt, width, height, seed }) => ({ text: prompt ?? "", shape: [width ?? 512, height ?? 512], seed }),
   *   output: (output) => (output as { picture: string }).picture,
   * };
   * ```
   */
  input?: (call: RunpodImageCall) => JSONObject | Promise<JSONObject>;
  /** Takes the images out of the worker's output: URLs, data URIs or base64, alone, in a list or in objects. */
  output?: (output: unknown) => unknown;
}

/** A call of an image model. */
export interface RunpodImageCall {
  /** What to show. */
  prompt: string | undefined;
  /** The width in pixels, where a size was given. */
  width: number | undefined;
  /** The height in pixels, where a size was given. */
  height: number | undefined;
  /** Width to height, such as `16:9`. */
  aspectRatio: string | undefined;
  /** The seed. */
  seed: number | undefined;
  /** Input images, as http(s) URLs or base64 data URIs. */
  images: string[];
  /** The mask, as an http(s) URL or a base64 data URI. */
  mask: string | undefined;
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent, without images and mask. */
  input: JSONObject;
}
