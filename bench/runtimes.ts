/**
 * Running a section inside a runtime, in the app that has installed the npm package and its peers.
 *
 * @module
 */
import { binaryOf, consumer, mustRunTool } from "../scripts/consumer.ts";
import { mustRun, pathOf, root } from "../scripts/shell.ts";
import { readTold, type Table } from "./harness.ts";

/** Where sections run. */
export type Runtime = "node-22" | "node-26" | "deno" | "bun";
export const ALL_RUNTIMES: readonly Runtime[] = ["node-22", "node-26", "deno", "bun"];

/** Compiles the sections against the app's packages. */
export async function compile(sections: string[] = ["stream", "call", "jobs", "base64", "memory_run"]): Promise<void> {
  await mustRunTool("esbuild/bin/esbuild", [
    ...sections.map((section) => pathOf(new URL(`bench/${section}.ts`, root))),
    "--bundle",
    "--packages=external",
    "--format=esm",
    "--platform=node",
    "--log-level=warning",
    "--outdir=bench",
  ]);
}

/** Runs a section, and returns what it found. */
export async function measureOn(runtime: Runtime, section: string): Promise<Table[]> {
  return await ask<Table[]>(runtime, `bench/${section}.js`);
}

/** Runs a script of the app on a runtime, and returns what it tells. */
export async function ask<T>(runtime: Runtime, script: string, args: string[] = [], flags: string[] = []): Promise<T> {
  const [command, ...first] = commandOf(runtime);
  return readTold<T>(
    await mustRun(command, [...first, ...flags, script, ...args], {
      cwd: consumer,
      env: { AI_SDK_LOG_WARNINGS: "false" },
    }),
  );
}

function commandOf(runtime: Runtime): string[] {
  if (runtime !== "deno") return [binaryOf(runtime)];
  // The app's own packages, and not those of the sources.
  return [Deno.execPath(), "run", "--quiet", "--allow-all", "--no-config", "--no-lock", "--node-modules-dir=manual"];
}
