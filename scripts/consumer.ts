/**
 * An app that has installed the npm package, together with the runtimes and tools of `tests/runtimes/package.json`.
 *
 * @module
 */
import { buildNpm, output, tarball } from "./build_npm.ts";
import { exists, pathOf, root } from "./files.ts";
import { mustRun, type Outcome, run } from "./shell.ts";

/** The app's folder. Not under version control. */
export const consumer: URL = new URL("consumer/", output);
const modules = new URL("node_modules/", consumer);
const pinned = new URL("tests/runtimes/", root);

/** Builds the package and installs it into the app. */
export async function prepareConsumer(): Promise<void> {
  await buildNpm();
  await Deno.mkdir(consumer, { recursive: true });
  await installPinned();
  // Unpacked here as npm would do it, because `npm install` would check all other packages again.
  const target = new URL("@runpod/ai-sdk-provider/", modules);
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target, { recursive: true });
  await mustRun("tar", ["-xzf", pathOf(tarball), "-C", pathOf(target), "--strip-components=1"]);
}

/** Installs the pinned packages, unless an earlier run installed the same versions. */
async function installPinned(): Promise<void> {
  const lock = await Deno.readTextFile(new URL("package-lock.json", pinned));
  const stamp = new URL("installed-lock.json", consumer);
  if (await exists(stamp) && await Deno.readTextFile(stamp) === lock) return;
  for (const file of ["package.json", "package-lock.json"]) {
    await Deno.copyFile(new URL(file, pinned), new URL(file, consumer));
  }
  console.log("Installing Node, Bun, workerd and the tools from npm (once)");
  // None of these packages needs its install script: the packages contain their binaries.
  await mustRun("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], { cwd: consumer });
  await Deno.writeTextFile(stamp, lock);
}

/** The path of a runtime's binary. */
export function binaryOf(runtime: "node-22" | "node-26" | "bun" | "workerd"): string {
  const { os, arch } = Deno.build;
  const cpu = arch === "aarch64" ? "arm64" : "x64";
  const paths = {
    "node-22": `node-22-${os}-${cpu}/bin/node`,
    "node-26": `node-26-${os}-${cpu}/bin/node`,
    "bun": `@oven/bun-${os}-${arch === "aarch64" ? "aarch64" : "x64"}/bin/bun`,
    "workerd": `@cloudflare/workerd-${os}-${arch === "aarch64" ? "arm64" : "64"}/bin/workerd`,
  };
  return pathOf(new URL(paths[runtime], modules));
}

/** Runs the script of a tool that npm installed, on the newest Node. */
export async function runTool(script: string, args: string[]): Promise<Outcome> {
  return await run(binaryOf("node-26"), [pathOf(new URL(script, modules)), ...args], { cwd: consumer });
}

/** Bundles ES modules with esbuild into the app's folder. */
export async function bundle(entries: string[], flags: string[]): Promise<void> {
  const esbuild = pathOf(new URL("esbuild/bin/esbuild", modules));
  const common = ["--bundle", "--format=esm", "--log-level=warning"];
  await mustRun(binaryOf("node-26"), [esbuild, ...entries, ...common, ...flags], { cwd: consumer });
}
