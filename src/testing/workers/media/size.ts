import { type EmulatedInputRules, valueIn } from "../input_rules.ts";

/** Reads a size such as `1024*768`; undefined if it is not one. */
export function readSize(size: unknown, separator?: "*" | "x"): [width: number, height: number] | undefined {
  const parts = typeof size === "string" ? /^(\d+)([*x])(\d+)$/.exec(size) : null;
  if (parts === null || (separator !== undefined && parts[2] !== separator)) return undefined;
  return [Number(parts[1]), Number(parts[3])];
}

/** The width and height, in pixels, that an input asks for. */
export function sidesOf(
  input: Record<string, unknown>,
  rules: EmulatedInputRules | undefined,
  fallback: [width: number, height: number],
): [width: number, height: number] {
  const size = valueIn(input, "size", rules);
  const sides = readSize(size);
  if (sides !== undefined) return sides;
  const ratio = ratioOf(valueIn(input, "aspect_ratio", rules)) ?? fallback[0] / fallback[1];
  const tier = /^(\d+)([kp])$/.exec(String(valueIn(input, "resolution", rules) ?? size));
  if (tier !== null) {
    const extent = Number(tier[1]);
    // 2k is the side of a square with that many pixels; 720p is the shorter side.
    return tier[2] === "k"
      ? sidesAround(extent * 1024, ratio)
      : ratio < 1
      ? [extent, even(extent / ratio)]
      : [even(extent * ratio), extent];
  }
  const { width, height } = input;
  if (typeof width === "number" || typeof height === "number") {
    return [Number(width ?? fallback[0]), Number(height ?? fallback[1])];
  }
  return ratio === fallback[0] / fallback[1] ? fallback : sidesAround(Math.sqrt(fallback[0] * fallback[1]), ratio);
}

function ratioOf(text: unknown): number | undefined {
  const parts = typeof text === "string" ? /^(\d+):(\d+)$/.exec(text) : null;
  return parts === null ? undefined : Number(parts[1]) / Number(parts[2]);
}

function sidesAround(side: number, ratio: number): [width: number, height: number] {
  return [16 * Math.round(side * Math.sqrt(ratio) / 16), 16 * Math.round(side / Math.sqrt(ratio) / 16)];
}

function even(length: number): number {
  return 2 * Math.round(length / 2);
}
