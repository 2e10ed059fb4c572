/**
 * Writes the README's tables of models from the catalogues, so that they always agree with the code.
 *
 *     deno task tables
 */
import { IMAGE_MODELS, type ImageEntry } from "../src/image/catalogue.ts";
import { CHAT_MODELS, type ChatEntry } from "../src/language/catalogue.ts";
import type { Key } from "../src/input/row.ts";
import type { Rule } from "../src/input/rules.ts";
import { ratiosOf } from "../src/input/size.ts";
import { SPEECH_MODELS, type SpeechEntry } from "../src/speech/catalogue.ts";
import { VIDEO_MODELS, type VideoEntry } from "../src/video/catalogue.ts";
import { readText, root } from "./files.ts";
import { run } from "./shell.ts";

/** The tables by name. Each stands in the README between `<!-- table: NAME -->` and `<!-- /table -->`. */
const TABLES: Record<string, string[][]> = {
  "language models": [
    ["Model id", "Served as"],
    ...rowsOf<ChatEntry>(CHAT_MODELS, ({ model }) => [model === undefined ? "" : `\`${model}\``]),
  ],
  "image models": [
    ["Model id", "Aspect ratios", "Sizes", "Input images"],
    ...rowsOf<ImageEntry>(IMAGE_MODELS, (entry) => [
      listOf(ratiosOf(entry.size)),
      sizesOf(entry.size),
      imagesOf(entry),
    ]),
  ],
  "video models": [
    ["Model id", "Aspect ratios", "Resolutions", "Seconds", "Inputs"],
    ...rowsOf<VideoEntry>(VIDEO_MODELS, (entry) => [
      listOf(ratiosOf(entry.size)),
      sizesOf(entry.size),
      valuesOf(entry.keys.duration),
      [
        `images: ${imagesOf(entry)}`,
        entry.keys.lastFrame && "a last frame",
        entry.keys.video && "a video",
        entry.keys.audio && "sound",
      ].filter(Boolean).join(", "),
    ]),
  ],
  "speech models": [
    ["Model id", "Settings of `generateSpeech`", "Options under `providerOptions.runpod`"],
    ...rowsOf<SpeechEntry>(
      SPEECH_MODELS,
      ({ keys: { text: _, ...keys }, options }) => [namesOf(keys), namesOf(options)],
    ),
  ],
};

/** A row for each model: its id, then the cells of its entry. */
function rowsOf<Entry extends object>(
  catalogue: Record<string, Entry>,
  cellsOf: (entry: Entry) => string[],
): string[][] {
  return Object.entries(catalogue).map(([id, entry]) => [
    `\`${id}\`${"removed" in entry ? " (no longer documented)" : ""}`,
    ...cellsOf(entry),
  ]);
}

function listOf(values: readonly string[] | undefined): string {
  return values === undefined || values.length === 0 ? "none" : values.join(", ");
}

function namesOf(record: object): string {
  return Object.keys(record).map((name) => `\`${name}\``).join(", ");
}

function sizesOf({ as, sizes, sides, tiers }: ImageEntry["size"]): string {
  if (as === undefined) return "none";
  if (tiers) return tiers.join(", ");
  if (sizes) return sizes.join(", ");
  if (sides) return `${sides.min} to ${sides.max}, in steps of ${sides.multipleOf}`;
  return "any";
}

/** The values of a setting. Those of a key that converts them are in other units, so they are not told. */
function valuesOf(key: Key | undefined): string {
  if (key === undefined) return "cannot be set";
  const rule: Rule | undefined = typeof key === "object" && !key.write ? key.rule : undefined;
  if (rule === undefined) return "any";
  if (typeof rule === "string") return "any";
  return "length" in rule ? rule.join(", ") : `${rule.min} to ${rule.max}`;
}

function imagesOf({ images }: Pick<ImageEntry, "images">): string {
  if (!images) return "none";
  const { max, required } = images;
  if (max === 1) return required ? "1" : "1, optional";
  return `${required ? 1 : 0} to ${max === Infinity ? "any number" : max}`;
}

/** Replaces the tables of a README. */
export async function writeTables(readme: string): Promise<string> {
  for (const [name, rows] of Object.entries(TABLES)) {
    const table = await formatTable(rows);
    const place = new RegExp(`(<!-- table: ${name} -->\n)[^]*?(<!-- /table -->)`);
    if (!place.test(readme)) throw new Error(`README.md has no "<!-- table: ${name} -->"`);
    readme = readme.replace(place, (_, start, end) => `${start}\n${table}\n${end}`);
  }
  return readme;
}

/** Checks that the README's tables agree with the catalogues. */
export async function checkTables(): Promise<string[]> {
  const readme = await readText("README.md");
  return await writeTables(readme) === readme ? [] : ["the tables in README.md are out of date; run: deno task tables"];
}

/** Writes a Markdown table with the spaces that `deno fmt` would write. */
async function formatTable([head, ...rows]: string[][]): Promise<string> {
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
  await Deno.writeTextFile(new URL("README.md", root), await writeTables(await readText("README.md")));
}
