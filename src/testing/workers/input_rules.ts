/** The rule of one key of a worker's input. */
export interface EmulatedInputRule {
  /**
   * The type of its value.
   *
   * - `"prompt"`: a text that is not blank.
   * - `"string"`, `"integer"`, `"number"`, `"boolean"`: as in JSON.
   * - `"pixels"`: a width or a height.
   * - `"size"`: both, as in `1024*768` or `1024x768`.
   * - `"tier"`: a resolution such as `720p`.
   * - `"image"`, `"audio"`, `"video"`: a URL or a data URI. An empty text counts as missing.
   * - `"images"`: a list of URLs or data URIs.
   * - `"loras"`: a list of `{ path, scale }`.
   */
  type:
    | "prompt"
    | "string"
    | "integer"
    | "number"
    | "boolean"
    | "pixels"
    | "size"
    | "tier"
    | "image"
    | "images"
    | "audio"
    | "video"
    | "loras";
  /** Whether a job without it fails. @default false */
  required?: boolean;
  /** The value of a missing key. Default: none, or the usual value for such a model. */
  default?: string | number | boolean;
  /** The only accepted values. Default: any. */
  oneOf?: ReadonlyArray<string | number>;
  /** The smallest accepted number, or the shortest length of a text. Default: none. */
  min?: number;
  /** The largest accepted number, or the longest list. Default: none. */
  max?: number;
  /** The number must be a multiple of this. Default: no such rule. */
  step?: number;
  /** The character between the width and the height of a size. Default: either. */
  separator?: "*" | "x";
  /** The only accepted formats of a file, such as `wav`, by the end of its URL or its media type. Default: any. */
  formats?: readonly string[];
  /** The job's error if the rule is broken. Default: a sentence that names the key. */
  error?: string;
}

/** The rules of a worker's input, by key. */
export type EmulatedInputRules = Readonly<Record<string, EmulatedInputRule>>;

/** The value of a key, or its default. */
export function valueIn(
  input: Record<string, unknown>,
  name: string,
  rules: EmulatedInputRules | undefined,
): unknown {
  return input[name] ?? rules?.[name]?.default;
}
