/**
 * The import map of `deno.json`, with the stand-ins of `tests/std/` in the place of JSR's packages.
 *
 * @module
 */

import { root } from "./shell.ts";

/** The map as an argument of `deno`. */
export function importMapArgument(): string {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  const map: Record<string, string> = {};
  for (const [specifier, target] of Object.entries<string>(imports)) {
    if (specifier.startsWith("@std/")) {
      map[specifier] = new URL(`tests/std/${specifier.slice("@std/".length)}.ts`, root).href;
    } else if (target.startsWith("npm:")) {
      map[specifier] = target;
      map[`${specifier}/`] = `${target.replace("npm:", "npm:/")}/`;
    } else {
      map[specifier] = new URL(target, root).href;
    }
  }
  return `--import-map=data:application/json,${encodeURIComponent(JSON.stringify({ imports: map }))}`;
}
