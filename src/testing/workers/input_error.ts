import type { EmulatedBehavior } from "../behavior.ts";
import type { EmulatedInputRule, EmulatedInputRules } from "./input_rules.ts";
import { readSize } from "./media/size.ts";
import { isUrl } from "../common/url.ts";

/** What is wrong, in the worker's words; undefined if nothing is. */
type InputError = string | undefined;

/** The longest side that the emulator draws, in pixels. */
const MAX_SIDE = 4096;

/** Checks an input against its rules and returns the first error. */
export function inputError(
  input: Record<string, unknown>,
  rules: EmulatedInputRules,
  behavior: EmulatedBehavior,
): InputError {
  for (const [name, rule] of Object.entries(rules)) {
    const value = input[name];
    // The workers read keys with Python's `get`, which does not tell null from a missing key.
    const isAbsent = value === undefined || value === null || (isFile(rule) && value === "");
    if (isAbsent && !rule.required) continue;
    const error = isAbsent ? missing(name, rule) : check(name, value, rule, behavior);
    if (error !== undefined) return rule.error ?? error;
  }
  if (behavior.undocumentedInput !== "refused") return undefined;
  const unknown = Object.keys(input).find((name) => !Object.hasOwn(rules, name));
  return unknown === undefined ? undefined : `Unknown parameter: ${unknown}`;
}

function missing(name: string, rule: EmulatedInputRule): string {
  if (["prompt", "image", "images", "audio", "video", "loras"].includes(rule.type)) return invalid(name, rule);
  return rule.oneOf === undefined ? `Missing parameter: ${name}` : notOneOf(name, rule.oneOf);
}

function check(name: string, value: unknown, rule: EmulatedInputRule, behavior: EmulatedBehavior): InputError {
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
      return checkNumber(name, value, isLoose ? { type: "integer", min: 1, max: MAX_SIDE } : rule);
    case "tier":
      if (typeof value === "string" && /^\d+[kp]$/.test(value)) return checkChoice(name, value, rule);
      return rule.oneOf === undefined
        ? `Invalid parameter: ${name} must be a resolution such as ${rule.default}`
        : notOneOf(name, rule.oneOf);
    case "size": {
      const sides = readSize(value, rule.separator);
      if (sides === undefined) return `Invalid parameter: ${name} format must be width${rule.separator ?? "*"}height`;
      const side = { type: "integer", min: 1, max: MAX_SIDE } as const;
      return checkNumber("width", sides[0], side) ?? checkNumber("height", sides[1], side) ??
        (isLoose ? undefined : checkChoice(name, value, rule));
    }
    case "image":
    case "audio":
    case "video":
      return isFileUrl(value, rule.type, rule.formats) ? undefined : invalid(name, rule);
    case "images":
      if (!Array.isArray(value) || value.length === 0 || !value.every((url) => isFileUrl(url, "image", rule.formats))) {
        return invalid(name, rule);
      }
      return value.length > (rule.max ?? Infinity)
        ? `Invalid parameter: ${name} must have at most ${rule.max} items`
        : undefined;
    case "loras":
      return Array.isArray(value) && value.every(isLora) ? undefined : invalid(name, rule);
  }
}

function checkNumber(name: string, value: unknown, rule: EmulatedInputRule): InputError {
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

function checkChoice(name: string, value: unknown, { oneOf }: EmulatedInputRule): InputError {
  return oneOf === undefined || oneOf.includes(value as string) ? undefined : notOneOf(name, oneOf);
}

function notOneOf(name: string, values: ReadonlyArray<string | number>): string {
  return name === "duration"
    ? `Invalid duration: must be ${listed(values)} seconds`
    : `Invalid parameter: ${name} must be ${listed(values)}`;
}

/** A list as the documentation writes it: `4, 8, or 12`. */
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

/** Whether a value is a URL or data URI of a file of this kind. */
function isFileUrl(value: unknown, kind: "image" | "audio" | "video", formats?: readonly string[]): boolean {
  if (typeof value !== "string") return false;
  if (value.startsWith("data:")) {
    const [head, type, subtype] = /^data:([\w.+-]+)\/([\w.+-]+)(?:;[^,]*)?;base64,/.exec(value.slice(0, 256)) ?? [];
    if (head === undefined || value.length === head.length) return false;
    // Clients that do not know a file's type send application/octet-stream.
    if (type === "application") return true;
    // Audio uses the same containers as video.
    return (type === kind || (kind === "audio" && type === "video")) && isFormat(subtype, formats);
  }
  if (!/^https?:\/\/[^\s/]+/.test(value) || !isUrl(value)) return false;
  const ending = /\.(\w{2,4})$/.exec(new URL(value).pathname)?.[1];
  // Many URLs do not tell the format.
  return ending === undefined || isFormat(ending, formats);
}

function isFormat(name: string, formats: readonly string[] | undefined): boolean {
  const plain = name.toLowerCase().replace(/^x-/, "").replace(/^mpeg$/, "mp3").replace(/^wave$/, "wav");
  // The media type of M4A is audio/mp4.
  return formats === undefined || formats.includes(plain) || (plain === "mp4" && formats.includes("m4a"));
}
