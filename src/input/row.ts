/**
 * What is known of the worker behind a model, as data: the row that the shared writer reads.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import type { Rule } from "./rules.ts";
import type { SizeRules } from "./size.ts";

/** The settings of a call, by the SDK's names. */
export type CallSettings = Readonly<Record<string, JSONValue | undefined>>;

/** Where a setting of the SDK goes: the worker's key, or the key with what the worker documents of its values. */
export type Key = string | {
  key: string;
  /** What is documented of the worker's value, after `write`. Default: the rule of the worker option with the same key. */
  rule?: Rule;
  /** Turns the SDK's value into the worker's, where the two differ: seconds into frames. Default: the value as it is. */
  write?: (value: JSONValue, settings: CallSettings) => JSONValue;
};

/** The input images of a worker. */
export interface ImageRules {
  /** The key that takes one image, as a URL or a data URI. */
  one?: string;
  /** The key that takes a list of images. Used for several images, and for one where there is no `one`. */
  many?: string;
  /** The most images it takes. */
  max: number;
  /** Whether the worker needs an image. */
  required: boolean;
  /** Whether each image is an object with a name, and base64, because the worker fetches nothing. Default false. */
  isUpload?: true;
  /** Whether image options of the caller are left as they are, because nobody has documented the worker. Default false. */
  isUndocumented?: true;
}

/** Runpod's worker for ComfyUI. The workflow of the caller has everything in it but the files. */
export const COMFYUI: Row & { size: SizeRules } = {
  keys: {},
  size: { ratios: [] },
  images: { many: "images", max: Infinity, required: false, isUpload: true },
  options: { workflow: "object" },
  required: ["workflow"],
};

/** What one worker takes. */
export interface Row {
  /** The settings that the worker has. A setting that is missing here is not sent, with a warning. */
  keys: Readonly<Record<string, Key | undefined>>;
  /** How the size of the output is set. */
  size?: SizeRules;
  /** Input images. Absent where the worker takes none. */
  images?: ImageRules;
  /** The worker options that are documented, with what is documented of their values. */
  options: Readonly<Record<string, Rule>>;
  /** Worker options that are sent unless the caller sets them. Default none. */
  defaults?: JSONObject;
  /** The keys that the input must have. */
  required: readonly string[];
  /** The keys that the worker ignores, each with the key whose presence makes it so. */
  ignores?: Readonly<Record<string, string>>;
  /** The caller's names for the keys of the worker, by the settings that are written there. */
  renamed?: Readonly<Record<string, string | undefined>>;
  /** Changes the caller's worker options before they are sent, for names and values that only this worker has. */
  rewrite?: (options: JSONObject) => JSONObject;
  /** The day on which Runpod's documentation dropped the model. Its endpoint may be gone as well. */
  removed?: string;
}

/** The worker's key for a setting, if it has one. */
export function keyOf(row: Pick<Row, "keys">, setting: string): string | undefined {
  const key = row.keys[setting];
  return typeof key === "object" ? key.key : key;
}
