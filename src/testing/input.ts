import type { EmulatedBehavior } from "./behavior.ts";

/** What a worker asks of one key of its input. */
export interface EmulatedInputRule {
  /**
   * What it holds.
   *
   * - `"prompt"`: a text that is not blank.
   * - `"string"`, `"integer"`, `"number"`, `"boolean"`: as in JSON.
   * - `"pixels"`: a width or a height.
   * - `"size"`: both, as in `1024*768` or `1024x768`.
   * - `"tier"`: a resolution such as `720p`.
   * - `"image"`, `"audio"`, `"video"`: a URL or a data URI; empty is none.
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
  /** Whether a job without it fails. Default false. */
  required?: boolean;
  /** What the worker takes in its place. Default none, or what is usual for such models. */
  default?: string | number | boolean;
  /** The only values. Default any. */
  oneOf?: ReadonlyArray<string | number>;
  /** The least number, of a list the least length. Default none. */
  min?: number;
  /** The greatest number, of a list the greatest length. Default none. */
  max?: number;
  /** What the number is a multiple of. Default 1 for whole numbers. */
  step?: number;
  /** Between the width and the height of a size. Default either. */
  separator?: "*" | "x";
  /** The only formats of a file, as its URL ends or its media type says, such as `wav`. Default any. */
  formats?: readonly string[];
  /** What the worker says of any other value. Default a sentence that names the key. */
  error?: string;
}

/** Every key that a worker documents, with its rule. */
export type EmulatedInputRules = Readonly<Record<string, EmulatedInputRule>>;

type Input = Record<string, unknown>;
type Complaint = string | undefined;

/** The longest side that is drawn, in pixels. */
const longest = 4096;

/** What is wrong with an input, in the worker's words; undefined if nothing is. */
export function complaintOf(input: Input, rules: EmulatedInputRules, behavior: EmulatedBehavior): Complaint {
  for (const [name, rule] of Object.entries(rules)) {
    const value = input[name];
    // Python's `get` tells null and absence from each other no more than this does.
    const isAbsent = value === undefined || value === null || (isFile(rule) && value === "");
    if (isAbsent && !rule.required) continue;
    const complaint = isAbsent ? missing(name, rule) : check(name, value, rule, behavior);
    if (complaint !== undefined) return rule.error ?? complaint;
  }
  if (behavior.undocumentedInput !== "refused") return undefined;
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(rules, name));
  return unknown === undefined ? undefined : `Unknown parameter: ${unknown}`;
}

function missing(name: string, rule: EmulatedInputRule): string {
  if (["prompt", "image", "images", "audio", "video", "loras"].includes(rule.type)) return invalid(name, rule);
  return rule.oneOf === undefined ? `Missing parameter: ${name}` : notOneOf(name, rule.oneOf);
}

function check(name: string, value: unknown, rule: EmulatedInputRule, behavior: EmulatedBehavior): Complaint {
  const isLoose = behavior.sizeRules !== "documented";
  switch (rule.type) {
    case "prompt":
      return typeof value === "string" && value.trim() !== "" ? undefined : invalid(name, rule);
    case "boolean":
      return typeof value === "boolean" ? undefined : `Invalid parameter: ${name} must be a boolean`;
    case "string":
      if (typeof value !== "string") return `Invalid parameter: ${name} must be a string`;
      if (value.length < (rule.min ?? 0)) return `Invalid parameter: ${name} must not be empty`;
      return checkChoice(name, value, rule);
    case "integer":
    case "number":
      return checkNumber(name, value, rule);
    case "pixels":
      return checkNumber(name, value, isLoose ? { type: "integer", min: 1, max: longest } : rule);
    case "tier":
      if (typeof value === "string" && /^\d+[kp]$/.test(value)) return checkChoice(name, value, rule);
      return rule.oneOf === undefined
        ? `Invalid parameter: ${name} must be a resolution such as ${rule.default}`
        : notOneOf(name, rule.oneOf);
    case "size": {
      const sides = readSize(value, rule.separator);
      if (sides === undefined) return `Invalid parameter: ${name} format must be width${rule.separator ?? "*"}height`;
      const side = { type: "integer", min: 1, max: longest } as const;
      return checkNumber("width", sides[0], side) ?? checkNumber("height", sides[1], side) ??
        (isLoose ? undefined : checkChoice(name, value, rule));
    }
    case "image":
    case "audio":
    case "video":
      return isUrl(value, rule.type, rule.formats) ? undefined : invalid(name, rule);
    case "images":
      if (!Array.isArray(value) || value.length === 0 || !value.every((url) => isUrl(url, "image", rule.formats))) {
        return invalid(name, rule);
      }
      return value.length > (rule.max ?? Infinity)
        ? `Invalid parameter: ${name} must have at most ${rule.max} items`
        : undefined;
    case "loras":
      return Array.isArray(value) && value.every(isLora) ? undefined : invalid(name, rule);
  }
}

function checkNumber(name: string, value: unknown, rule: EmulatedInputRule): Complaint {
  const isWhole = rule.type !== "number";
  if (rule.oneOf !== undefined) return checkChoice(name, value, rule);
  if (typeof value !== "number" || (isWhole && !Number.isInteger(value))) {
    return `Invalid parameter: ${name} must be ${isWhole ? "an integer" : "a number"}`;
  }
  const { min = -Infinity, max = Infinity, step } = rule;
  if (value < min || value > max) {
    const range = max === Infinity ? `at least ${min}` : `from ${min} to ${max}`;
    return name === "duration"
      ? `Invalid duration: must be ${range} seconds`
      : `Invalid parameter: ${name} must be ${isWhole ? "an integer" : "a number"} ${range}`;
  }
  if (step !== undefined && value % step !== 0) return `Invalid parameter: ${name} must be divisible by ${step}`;
}

function checkChoice(name: string, value: unknown, { oneOf }: EmulatedInputRule): Complaint {
  return oneOf === undefined || oneOf.includes(value as string) ? undefined : notOneOf(name, oneOf);
}

function notOneOf(name: string, values: ReadonlyArray<string | number>): string {
  return name === "duration"
    ? `Invalid duration: must be ${listed(values)} seconds`
    : `Invalid parameter: ${name} must be ${listed(values)}`;
}

/** `4, 8, or 12`, as the documentation writes it. */
function listed(values: ReadonlyArray<string | number>): string {
  const last = values[values.length - 1];
  if (values.length < 3) return values.join(" or ");
  return `${values.slice(0, -1).join(", ")}, or ${last}`;
}

function invalid(name: string, { type }: EmulatedInputRule): string {
  switch (type) {
    case "prompt":
      return `Invalid ${name}`;
    case "images":
      return "Invalid image URL in images array";
    case "loras":
      return "Failed to load LoRA model from URL";
    default:
      return `Invalid ${type} URL`;
  }
}

function isFile({ type }: EmulatedInputRule): boolean {
  return type === "image" || type === "audio" || type === "video";
}

function isLora(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  const { path, scale } = value as Record<string, unknown>;
  return typeof path === "string" && path !== "" && typeof scale === "number";
}

/** Whether a value is the address of a file of a kind, by itself or in a data URI. */
export function isUrl(value: unknown, kind: "image" | "audio" | "video", formats?: readonly string[]): boolean {
  if (typeof value !== "string") return false;
  if (value.startsWith("data:")) {
    const [head, type, subtype] = /^data:([\w.+-]+)\/([\w.+-]+)(?:;[^,]*)?;base64,/.exec(value.slice(0, 256)) ?? [];
    if (head === undefined || value.length === head.length) return false;
    // Who cannot tell what a file is says that it is bytes. Sound comes in the same containers as films.
    if (type === "application") return true;
    return (type === kind || (kind === "audio" && type === "video")) && isFormat(subtype, formats);
  }
  if (!/^https?:\/\/[^\s/]+/.test(value) || !URL.canParse(value)) return false;
  const ending = /\.(\w{2,4})$/.exec(new URL(value).pathname)?.[1];
  // Many addresses do not tell the format.
  return ending === undefined || isFormat(ending, formats);
}

function isFormat(name: string, formats: readonly string[] | undefined): boolean {
  const plain = name.toLowerCase().replace(/^x-/, "").replace(/^mpeg$/, "mp3").replace(/^wave$/, "wav");
  // The media type of M4A is audio/mp4.
  return formats === undefined || formats.includes(plain) || (plain === "mp4" && formats.includes("m4a"));
}

/** The sides of a size. */
export function readSize(size: unknown, separator?: "*" | "x"): [width: number, height: number] | undefined {
  const parts = typeof size === "string" ? /^(\d+)([*x])(\d+)$/.exec(size) : null;
  if (parts === null || (separator !== undefined && parts[2] !== separator)) return undefined;
  return [Number(parts[1]), Number(parts[3])];
}

/** What an input says of a key, or what the worker takes in its place. */
export function valueIn(input: Input, name: string, rules: EmulatedInputRules | undefined): unknown {
  return input[name] ?? rules?.[name]?.default;
}
