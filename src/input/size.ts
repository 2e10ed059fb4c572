/**
 * Writes the size of an image or a video as a model wants it, from rules that are data.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { type CallContext, quoteAll, refuse, warnUndocumented, warnUnsupported } from "./context.ts";

/** Width and height in pixels. */
export type Size = `${number}x${number}`;
/** Width to height. */
export type Ratio = `${number}:${number}`;

/** How a model's output size is set. */
export interface SizeRules {
  /**
   * How a size in pixels is written: `size: "1024*768"`, `size: "1024x768"`, `width: 1024, height: 768`, or as the tier
   * `resolution: "720p"` or `size: "720p"`. Absent where the worker takes none.
   */
  as?: "size *" | "size x" | "width height" | "resolution tier" | "size tier";
  /** The sizes that are documented, where they are a list; the first is the default. */
  sizes?: readonly Size[];
  /** The tiers that are documented. */
  tiers?: readonly string[];
  /** The sides that are documented, in pixels, where they are a rule. */
  sides?: { min: number; max: number; multipleOf: number };
  /**
   * The ratios that the model can do: a list where it takes `aspect_ratio` itself, or the size that stands for each.
   * Absent: those that the documented sizes have. `"any"` leaves it to the worker.
   */
  ratios?: readonly string[] | Readonly<Record<Ratio, Size>> | "any";
  /** Whether other ratios are refused. Elsewhere a usual one that is not documented is sent, with a warning. */
  isStrict?: boolean;
}

/** The size that a caller asks for. */
export interface WantedSize {
  size?: string;
  aspectRatio?: string;
  /** What the caller calls the size, for messages. */
  sizeName?: "size" | "resolution";
}

/**
 * Writes the size of an output.
 *
 * @throws {InvalidArgumentError} for a size that is none, and for a ratio that the model cannot do.
 */
export function writeSize(context: CallContext, rules: SizeRules, wanted: WantedSize): JSONObject {
  const { size, aspectRatio, sizeName = "size" } = wanted;
  if (size === undefined) return aspectRatio === undefined ? {} : writeRatio(context, rules, aspectRatio);

  const [width, height] = readSize(context, size, sizeName);
  const { as } = rules;
  if (as === undefined) return writeSizeAsRatio(context, rules, wanted, [width, height]);
  if (isTiered(as)) {
    // A tier says nothing of the shape, which the ratio then has to say.
    const tier = writeTier(context, rules, `${width}x${height}`, Math.min(width, height));
    if (aspectRatio !== undefined) return { ...tier, ...writeRatio(context, rules, aspectRatio) };
    return { ...tier, ...writeShape(context, rules, [width, height], sizeName) };
  }
  if (aspectRatio !== undefined) {
    warnUnsupported(context, "aspectRatio", `${sizeName} is set, and the two exclude each other`);
  }
  warnOfSize(context, rules, [width, height]);
  return WRITERS[as](width, height);
}

/** What the SDK calls the setting that each key of a size is written from. */
export function sizeSettings({ size, aspectRatio, sizeName = "size" }: WantedSize): Record<string, string> {
  const name = size === undefined ? "aspectRatio" : sizeName;
  const ratio = aspectRatio === undefined ? sizeName : "aspectRatio";
  return { size: name, width: name, height: name, resolution: name, aspect_ratio: ratio };
}

/** The ratios that a model can do, for errors and for documentation; `undefined` where the worker decides. */
export function ratiosOf({ ratios, sizes }: SizeRules): readonly string[] | undefined {
  if (ratios === "any") return undefined;
  if (Array.isArray(ratios)) return ratios;
  if (ratios) return Object.keys(ratios);
  return [...new Set((sizes ?? []).map((size) => ratioOf(...parse(size))))];
}

const WRITERS = {
  "size *": (width: number, height: number): JSONObject => ({ size: `${width}*${height}` }),
  "size x": (width: number, height: number): JSONObject => ({ size: `${width}x${height}` }),
  "width height": (width: number, height: number): JSONObject => ({ width, height }),
};

function writeRatio(context: CallContext, rules: SizeRules, wanted: string): JSONObject {
  const { as, ratios, isStrict } = rules;
  const allowed = ratiosOf(rules);
  if (allowed === undefined) return { aspect_ratio: wanted };
  if (allowed.length === 0) {
    warnUnsupported(context, "aspectRatio", `"${context.modelId}" takes no aspect ratio`);
    return {};
  }
  // 42:18 is 21:9 by another name.
  const ratio = [wanted, ...allowed].find((ratio) => allowed.includes(ratio) && valueOf(ratio) === valueOf(wanted)) ??
    wanted;
  const asRatio = Array.isArray(ratios) || as === undefined || isTiered(as);
  if (!allowed.includes(ratio)) {
    if (isStrict || !USUAL.test(ratio)) {
      throw refuse(context, "aspectRatio", `aspect ratio "${ratio}" is not one of ${quoteAll(allowed)}`);
    }
    warnUndocumented(context, `Aspect ratio "${ratio}"`, quoteAll(allowed));
  }
  if (asRatio) return { aspect_ratio: ratio };
  const [first] = allowed;
  return WRITERS[as](...(sizeFor(rules, ratio) ?? sizeLike(sizeFor(rules, first)!, ratio)));
}

/** The size that stands for a ratio: the one that is given, or the first documented one that has it. */
function sizeFor({ ratios, sizes = [] }: SizeRules, ratio: string): [number, number] | undefined {
  const size = (ratios as Record<string, Size> | undefined)?.[ratio] ??
    sizes.find((size) => ratioOf(...parse(size)) === ratio);
  return size && parse(size);
}

/** A size with a ratio, and about as many pixels as another size. Its sides are multiples of 16, as workers want them. */
function sizeLike([width, height]: [number, number], ratio: string): [number, number] {
  const [across, down] = parse(ratioOf(...parse(ratio)));
  const unit = Math.max(1, Math.round(Math.sqrt(width * height / (across * down)) / 16)) * 16;
  return [across * unit, down * unit];
}

/** Ratios that models are usually made for, so that a page may have left one out. */
const USUAL = /^(1:1|16:9|9:16|4:3|3:4|3:2|2:3|5:4|4:5|2:1|1:2|21:9|9:21)$/;

/** Where only a ratio can be set, a size of such a ratio is one way to say it. */
function writeSizeAsRatio(
  context: CallContext,
  rules: SizeRules,
  { aspectRatio, sizeName = "size" }: WantedSize,
  sides: [number, number],
): JSONObject {
  const { warnings, modelId } = context;
  const ratio = documentedRatioOf(rules, sides);
  if (aspectRatio === undefined && ratio !== undefined) {
    const details = `"${modelId}" takes no size in pixels; aspect ratio "${ratio}" is sent in its place`;
    warnings.push({ type: "compatibility", feature: sizeName, details });
    return { aspect_ratio: ratio };
  }
  warnUnsupported(context, sizeName, `"${modelId}" takes no size in pixels`);
  return aspectRatio === undefined ? {} : writeRatio(context, rules, aspectRatio);
}

/** The ratio that goes with a tier, where the model takes both. */
function writeShape(context: CallContext, rules: SizeRules, sides: [number, number], sizeName: string): JSONObject {
  const allowed = ratiosOf(rules);
  if (allowed?.length === 0) return {};
  const ratio = allowed === undefined ? ratioOf(...sides) : documentedRatioOf(rules, sides);
  if (ratio !== undefined) return { aspect_ratio: ratio };
  warnUnsupported(context, sizeName, `the shape of ${sides.join("x")} is none of ${quoteAll(allowed!)}`);
  return {};
}

function writeTier(context: CallContext, { as, tiers = [] }: SizeRules, size: string, lines: number): JSONObject {
  const tier = `${lines}p`;
  if (!tiers.includes(tier)) warnUndocumented(context, `"${tier}" (for ${size})`, quoteAll(tiers));
  return { [as === "size tier" ? "size" : "resolution"]: tier };
}

function warnOfSize(context: CallContext, { sides, sizes }: SizeRules, [width, height]: [number, number]): void {
  const size: Size = `${width}x${height}`;
  if (sizes && !sizes.includes(size)) return warnUndocumented(context, `Size "${size}"`, quoteAll(sizes));
  if (!sides) return;
  const { min, max, multipleOf } = sides;
  if ([width, height].every((side) => side >= min && side <= max && side % multipleOf === 0)) return;
  warnUndocumented(context, `Size "${size}"`, `sides of ${min} to ${max} pixels, in steps of ${multipleOf}`);
}

function readSize(context: CallContext, size: string, sizeName: string): [number, number] {
  if (/^[1-9]\d*x[1-9]\d*$/.test(size)) return parse(size as Size);
  const reason = `${sizeName} "${size}" is not a width and a height in pixels, such as "1024x1024"`;
  throw refuse(context, sizeName, reason);
}

/** The sides of a size, in pixels. */
export function sidesOf(size: string | undefined): [width: number | undefined, height: number | undefined] {
  const [width, height] = size?.split("x").map(Number) ?? [];
  return [width, height];
}

/** The two numbers of a size or of a ratio. */
function parse(size: string): [number, number] {
  const [width, height] = size.split(/[x:]/).map(Number);
  return [width, height];
}

/** The documented ratio that a size has; nearly, because codecs want sides rounded: 854x480 is 16:9. */
function documentedRatioOf(rules: SizeRules, [width, height]: [number, number]): string | undefined {
  return ratiosOf(rules)?.find((ratio) => Math.abs(Math.log(valueOf(ratio) * height / width)) < TOLERANCE);
}

const TOLERANCE = 0.02;

/** `NaN` where it is no ratio, which equals nothing. */
function valueOf(ratio: string): number {
  const [width, height] = ratio.split(":").map(Number);
  return width / height;
}

function ratioOf(width: number, height: number): Ratio {
  let [divisor, rest] = [width, height];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return `${width / divisor}:${height / divisor}`;
}

function isTiered(as: NonNullable<SizeRules["as"]>): as is "resolution tier" | "size tier" {
  return as.endsWith("tier");
}
