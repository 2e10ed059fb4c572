/**
 * Writes the tables of the documentation: those of models from the catalogues, those of servers from the recordings.
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
import { conformanceTables } from "./conformance_tables.ts";
import { readText, root } from "./files.ts";
import { run } from "./shell.ts";

/** Tables by name. Each stands in its document between `<!-- table: NAME -->` and `<!-- /table -->`. */
type Tables = Record<string, string[][]>;

const MODEL_TABLES: Tables = {
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

/** The tables of each document. */
const DOCUMENTS: Record<string, () => Tables | Promise<Tables>> = {
  "README.md": () => MODEL_TABLES,
  "docs/servers.md": conformanceTables,
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

/** Returns a document with its tables as they should be. */
async function withTables(document: string): Promise<string> {
  let text = await readText(document);
  for (const [name, rows] of Object.entries(await DOCUMENTS[document]())) {
    const table = await formatTable(rows);
    const place = new RegExp(`(<!-- table: ${name} -->\n)[^]*?(<!-- /table -->)`);
    if (!place.test(text)) throw new Error(`${document} has no "<!-- table: ${name} -->"`);
    text = text.replace(place, (_, start, end) => `${start}\n${table}\n${end}`);
  }
  return text;
}

/** Checks that the tables agree with the catalogues and the recordings. */
export async function checkTables(): Promise<string[]> {
  const problems: string[] = [];
  for (const document of Object.keys(DOCUMENTS)) {
    if (await withTables(document) === await readText(document)) continue;
    problems.push(`the tables in ${document} are out of date; run: deno task tables`);
  }
  return problems;
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
  for (const document of Object.keys(DOCUMENTS)) {
    await Deno.writeTextFile(new URL(document, root), await withTables(document));
  }
}
