import { type EmulatedInputRules, readSize, valueIn } from "./input.ts";

/** The sides of the picture or film that an input asks for, in pixels. */
export function sidesOf(
  input: Record<string, unknown>,
  rules: EmulatedInputRules | undefined,
  usual: [width: number, height: number],
): [width: number, height: number] {
  const size = valueIn(input, "size", rules);
  const sides = readSize(size);
  if (sides !== undefined) return sides;
  const ratio = ratioOf(valueIn(input, "aspect_ratio", rules)) ?? usual[0] / usual[1];
  const tier = /^(\d+)([kp])$/.exec(String(valueIn(input, "resolution", rules) ?? size));
  if (tier !== null) {
    const extent = Number(tier[1]);
    // 2k is the side of the square with as many pixels, 720p the shorter side.
    return tier[2] === "k"
      ? sidesAround(extent * 1024, ratio)
      : ratio < 1
      ? [extent, even(extent / ratio)]
      : [even(extent * ratio), extent];
  }
  const { width, height } = input;
  if (typeof width === "number" || typeof height === "number") {
    return [Number(width ?? usual[0]), Number(height ?? usual[1])];
  }
  return ratio === usual[0] / usual[1] ? usual : sidesAround(Math.sqrt(usual[0] * usual[1]), ratio);
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
