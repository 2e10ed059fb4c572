/**
 * The import map of `deno.json`, with the stand-ins of `tests/std/` in place of the JSR packages.
 *
 * @module
 */
import { filesIn, pathOf, readJson, root } from "./files.ts";

const standInFolder = new URL("tests/std/", root);

/** The stand-ins by the specifier they replace: `tests/std/assert.ts` replaces `@std/assert`. */
export async function standIns(): Promise<Record<string, URL>> {
  const found: Record<string, URL> = {};
  for await (const file of filesIn(standInFolder)) {
    const name = file.pathname.slice(standInFolder.pathname.length);
    if (name.endsWith(".ts")) found[`@std/${name.slice(0, -".ts".length)}`] = file;
  }
  return found;
}

/** Flags for esbuild that replace the JSR packages by the stand-ins. */
export async function standInFlags(): Promise<string[]> {
  return Object.entries(await standIns()).map(([specifier, file]) => `--alias:${specifier}=${pathOf(file)}`);
}

/** The map as a flag for `deno`. */
export async function importMapFlag(): Promise<string> {
  const imports: Record<string, string> = {};
  const { imports: declared } = await readJson("deno.json");
  for (const [specifier, target] of Object.entries<string>(declared)) {
    if (target.startsWith("jsr:")) continue;
    if (target.startsWith("npm:")) {
      imports[specifier] = target;
      imports[`${specifier}/`] = `${target.replace("npm:", "npm:/")}/`;
    } else {
      imports[specifier] = new URL(target, root).href;
    }
  }
  for (const [specifier, file] of Object.entries(await standIns())) imports[specifier] = file.href;
  return `--import-map=data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}
