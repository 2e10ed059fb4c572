/**
 * Runs sections on a runtime, in the app that has installed the npm package and its peers.
 *
 * @module
 */
import { binaryOf, bundle, consumer } from "../scripts/consumer.ts";
import { pathOf, root } from "../scripts/files.ts";
import { standInFlags } from "../scripts/import_map.ts";
import { mustRun } from "../scripts/shell.ts";
import { readReport, type Table } from "./harness.ts";

/** A runtime that sections run on. */
export type Runtime = "node-22" | "node-26" | "deno" | "bun";
/** All of them. */
export const ALL_RUNTIMES: readonly Runtime[] = ["node-22", "node-26", "deno", "bun"];

/** Compiles scripts of this folder into the app, so that they import its packages. */
export async function compile(scripts: string[]): Promise<void> {
  const files = scripts.map((script) => pathOf(new URL(`bench/${script}.ts`, root)));
  await bundle(files, ["--packages=external", "--platform=node", "--outdir=bench", ...await standInFlags()]);
}

/** Runs a compiled section, and returns its results. */
export async function measureOn(runtime: Runtime, section: string): Promise<Table[]> {
  return await runScript<Table[]>(runtime, `bench/${section}.js`);
}

/** Runs a script of the app on a runtime, and returns what it reports. */
export async function runScript<T>(
  runtime: Runtime,
  script: string,
  args: string[] = [],
  flags: string[] = [],
): Promise<T> {
  const [command, ...first] = commandOf(runtime);
  return readReport<T>(
    await mustRun(command, [...first, ...flags, script, ...args], {
      cwd: consumer,
      env: { AI_SDK_LOG_WARNINGS: "false" },
    }),
  );
}

function commandOf(runtime: Runtime): string[] {
  if (runtime !== "deno") return [binaryOf(runtime)];
  // With the app's packages, not with those of the sources.
  return [Deno.execPath(), "run", "--quiet", "--allow-all", "--no-config", "--no-lock", "--node-modules-dir=manual"];
}
