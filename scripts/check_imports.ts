/**
 * Checks which files import which, type imports included:
 *
 * - no two files import each other, directly or in a circle,
 * - no two folders outside of `src/` import each other,
 * - in `src/`, a file imports only from its own folder and from folders below it.
 *
 *     deno run --allow-read --allow-run scripts/check_imports.ts
 */
import { filesIn, root } from "./files.ts";
import { importMapFlag } from "./import_map.ts";
import { mustRun } from "./shell.ts";

/**
 * The parts of the package from top to bottom. A file imports from its own part and from lower rows; parts in the same
 * row do not import each other.
 */
const LAYERS = [
  ["mod.ts"],
  ["src/provider.ts"],
  ["src/client.ts", "src/metadata.ts", "src/comfyui.ts"],
  ["src/batch/"],
  [
    "src/language/",
    "src/image/",
    "src/video/",
    "src/speech/",
    "src/transcription/",
    "src/embedding/",
    "src/reranking/",
  ],
  ["src/call/"],
  ["src/input/", "src/output/", "src/route/"],
  ["src/job/"],
  ["src/http/", "src/files/"],
  [
    "src/settings.ts",
    "src/checks.ts",
    "src/limits.ts",
    "src/once.ts",
    "src/invalid_argument.ts",
    "src/parse_url.ts",
    "src/version.ts",
  ],
];

/** Imports nothing from the other parts, and no other part imports it: the emulator must not share their mistakes. */
const SEPARATE = "src/testing/";

/** Imported files by importing file. Paths are relative to the repository. */
type Imports = Map<string, string[]>;

/** Returns what is wrong with the imports between files. */
export async function checkImports(): Promise<string[]> {
  const imports = await readImports();
  return [
    ...findCircles(imports).map((circle) => `files import each other: ${circle.join(" → ")}`),
    ...checkFolders(imports),
    ...checkLayers(imports),
  ];
}

/** Reads the imports between our own files from `deno info`. */
async function readImports(): Promise<Imports> {
  const files = [new URL("mod.ts", root)];
  for (const folder of ["src/", "cli/", "scripts/", "bench/", "tests/"]) {
    for await (const file of filesIn(new URL(folder, root))) if (file.pathname.endsWith(".ts")) files.push(file);
  }
  // `deno info` takes a single module, so it gets one that imports all files.
  const module = files.map(({ href }) => `import ${JSON.stringify(href)};`).join("\n");
  const json = await mustRun(Deno.execPath(), [
    "info",
    "--json",
    "--no-npm",
    await importMapFlag(),
    `data:application/typescript,${encodeURIComponent(module)}`,
  ]);

  const { modules } = JSON.parse(json) as { modules: Module[] };
  const imports: Imports = new Map();
  for (const { specifier, dependencies = [], error } of modules) {
    if (!specifier.startsWith(root.href)) continue;
    if (error !== undefined) throw new Error(`Cannot read the imports of ${pathInRepository(specifier)}: ${error}`);
    const targets = dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier])
      .filter((target) => target?.startsWith(root.href));
    imports.set(pathInRepository(specifier), [...new Set(targets as string[])].map(pathInRepository));
  }
  return imports;
}

/** A module as `deno info --json` describes it. */
interface Module {
  specifier: string;
  dependencies?: Array<{ code?: { specifier?: string }; type?: { specifier?: string } }>;
  error?: string;
}

function pathInRepository(specifier: string): string {
  return decodeURIComponent(specifier.slice(root.href.length));
}

/** For each import that is part of a circle, the shortest such circle. Its first file is repeated at its end. */
function findCircles(imports: Imports): string[][] {
  const circles = new Map<string, string[]>();
  for (const [from, targets] of imports) {
    for (const target of targets) {
      const path = shortestPath(imports, target, from);
      if (path === undefined) continue;
      // A circle is found once for each of its imports. It always begins with its first file by name, to be listed once.
      const start = path.indexOf([...path].sort()[0]);
      const circle = [...path.slice(start), ...path.slice(0, start + 1)];
      circles.set(circle.join(), circle);
    }
  }
  return [...circles.values()].sort((a, b) => a.length - b.length);
}

/** Searches breadth first, so that the first path found is the shortest. */
function shortestPath(imports: Imports, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  // Files are added to the map while it is iterated, so it is also the queue of the search.
  for (const [file] of cameFrom) {
    if (file === to) {
      const path: string[] = [];
      for (let step: string | undefined = to; step !== undefined; step = cameFrom.get(step)) path.unshift(step);
      return path;
    }
    for (const next of imports.get(file) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, file);
  }
}

function checkFolders(imports: Imports): string[] {
  const folders: Imports = new Map();
  const examples = new Map<string, string>();
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const [from, to] = [folderOf(file), folderOf(target)];
      if (from === to) continue;
      folders.set(from, [...folders.get(from) ?? [], to]);
      examples.set(`${from} → ${to}`, `${file} imports ${target}`);
    }
  }
  return findCircles(folders).map((circle) => {
    const steps = circle.slice(1).map((to, index) => examples.get(`${circle[index]} → ${to}`));
    return `folders import each other: ${circle.join(" → ")} (${steps.join(", ")})`;
  });
}

/** The folder of a file. All of `src/` is one folder here, because its layers say more. */
function folderOf(file: string): string {
  return file.startsWith("src/") ? "src" : file.split("/").slice(0, -1).join("/") || file;
}

function checkLayers(imports: Imports): string[] {
  const problems = new Set<string>();
  for (const [file, targets] of imports) {
    const from = layerOf(file);
    if (from === undefined) {
      if (file.startsWith("src/")) problems.add(`${file} is in no row of LAYERS in scripts/check_imports.ts`);
      continue;
    }
    for (const target of targets) {
      const to = layerOf(target);
      if (to === undefined || to.part === from.part) continue;
      if (from.part === SEPARATE || to.part === SEPARATE) {
        problems.add(`${file} imports ${target}, but ${SEPARATE} shares no code with the rest`);
      } else if (to.row <= from.row) {
        const where = to.row < from.row ? "above" : "beside";
        problems.add(`${file} imports ${target}, but ${to.part} is ${where} ${from.part}, not below it`);
      }
    }
  }
  return [...problems];
}

function layerOf(file: string): { part: string; row: number } | undefined {
  const isIn = (part: string) => part.endsWith("/") ? file.startsWith(part) : file === part;
  if (isIn(SEPARATE)) return { part: SEPARATE, row: LAYERS.length };
  const row = LAYERS.findIndex((parts) => parts.some(isIn));
  return row === -1 ? undefined : { part: LAYERS[row].find(isIn)!, row };
}

if (import.meta.main) {
  const problems = await checkImports();
  for (const problem of problems) console.error(problem);
  Deno.exit(problems.length === 0 ? 0 : 1);
}
