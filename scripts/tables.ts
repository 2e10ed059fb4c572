/**
 * Writes the README's tables of models from the catalogues, so that they say what the code does.
 *
 *     deno task tables
 */
import { IMAGE_MODELS, type ImageEntry } from "../src/image/catalogue.ts";
import type { ImageRules } from "../src/input_image.ts";
import { SPEECH_MODELS, type SpeechEntry } from "../src/speech/catalogue.ts";
import { ratiosOf, type SizeRules } from "../src/size.ts";
import { VIDEO_MODELS, type VideoEntry } from "../src/video/catalogue.ts";
import type { Rule } from "../src/rules.ts";
import { root, run } from "./shell.ts";

/** The tables by name: each stands between `<!-- table: NAME -->` and `<!-- /table -->`. */
const TABLES: Record<string, () => string[][]> = {
  "image models": () => [
    ["Model id", "Aspect ratios", "Sizes", "Input images"],
    ...Object.entries(IMAGE_MODELS as Record<string, ImageEntry>).map(([id, entry]) => [
      nameOf(id, entry),
      listOf(ratiosOf(entry.size)),
      sizesOf(entry.size),
      imagesOf(entry),
    ]),
  ],
  "video models": () => [
    ["Model id", "Aspect ratios", "Resolutions", "Seconds", "Inputs"],
    ...Object.entries(VIDEO_MODELS as Record<string, VideoEntry>).map(([id, entry]) => [
      nameOf(id, entry),
      listOf(ratiosOf(entry.size)),
      sizesOf(entry.size),
      valuesOf(entry.duration),
      [
        `images: ${imagesOf(entry)}`,
        entry.lastImage && "a last frame",
        entry.video && "a video",
        entry.audio && "sound",
      ]
        .filter(Boolean).join(", "),
    ]),
  ],
  "speech models": () => [
    ["Model id", "Settings of `generateSpeech`", "Options under `providerOptions.runpod`"],
    ...Object.entries(SPEECH_MODELS as Record<string, SpeechEntry>).map(([id, entry]) => [
      nameOf(id, entry),
      Object.keys(entry.settings).map((name) => `\`${name}\``).join(", "),
      Object.keys(entry.options).map((name) => `\`${name}\``).join(", "),
    ]),
  ],
};

/** The README with its tables as they should be. */
export async function writeTables(readme: string): Promise<string> {
  for (const [name, rows] of Object.entries(TABLES)) {
    const table = await format(rows());
    const place = new RegExp(`(<!-- table: ${name} -->\n)[^]*?(<!-- /table -->)`);
    if (!place.test(readme)) throw new Error(`README.md has no place for the table of ${name}`);
    readme = readme.replace(place, (_, start, end) => `${start}\n${table}\n${end}`);
  }
  return readme;
}

/** What is wrong with the README's tables. */
export async function checkTables(): Promise<string[]> {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  return await writeTables(readme) === readme ? [] : ["README.md's tables are stale; run: deno task tables"];
}

function nameOf(id: string, { removed }: { removed?: string }): string {
  return `\`${id}\`${removed === undefined ? "" : " (no longer documented)"}`;
}

function listOf(values: readonly string[] | undefined): string {
  return values === undefined || values.length === 0 ? "none" : values.join(", ");
}

function sizesOf({ as, sizes, sides, tiers }: SizeRules): string {
  if (as === undefined) return "none";
  if (tiers) return tiers.join(", ");
  if (sizes) return sizes.join(", ");
  if (sides) return `${sides.min} to ${sides.max}, in steps of ${sides.multipleOf}`;
  return "any";
}

function valuesOf(rule: Rule | undefined): string {
  if (rule === undefined) return "cannot be set";
  if (typeof rule === "string") return "any";
  return "length" in rule ? rule.join(", ") : `${rule.min} to ${rule.max}`;
}

function imagesOf({ images }: { images?: ImageRules }): string {
  if (!images) return "none";
  const { max, required } = images;
  if (max === 1) return required ? "1" : "1, optional";
  return `${required ? 1 : 0} to ${max === Infinity ? "any number" : max}`;
}

/** Markdown as the formatter leaves it. */
async function format([head, ...rows]: string[][]): Promise<string> {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
  const file = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(file, lines.join(""));
    const { code, output } = await run(Deno.execPath(), ["fmt", "--quiet", "--no-config", file]);
    if (code !== 0) throw new Error(output);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

if (import.meta.main) {
  const path = new URL("README.md", root);
  await Deno.writeTextFile(path, await writeTables(await Deno.readTextFile(path)));
}
