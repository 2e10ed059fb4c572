/**
 * An app that has installed the npm package, together with the runtimes and tools of `tests/runtimes/package.json`.
 *
 * @module
 */
import { buildNpm, output, tarball } from "./build_npm.ts";
import { exists, mustRun, type Outcome, pathOf, root, run } from "./shell.ts";

/** The app's folder; not in version control. */
export const consumer: URL = new URL("consumer/", output);
const modules = new URL("node_modules/", consumer);
const pinned = new URL("tests/runtimes/", root);

/** Builds the package and installs it into the app. */
export async function prepareConsumer(): Promise<void> {
  await buildNpm();
  await Deno.mkdir(consumer, { recursive: true });
  await installPinned();
  // Put there by hand as npm would, because `npm install` would look at all the rest again.
  const target = new URL("@runpod/ai-sdk-provider/", modules);
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target, { recursive: true });
  await mustRun("tar", ["-xzf", pathOf(tarball), "-C", pathOf(target), "--strip-components=1"]);
}

/** Installs the pinned packages, unless the last run did. */
async function installPinned(): Promise<void> {
  const lock = await Deno.readTextFile(new URL("package-lock.json", pinned));
  const stamp = new URL("installed-lock.json", consumer);
  if (await exists(stamp) && await Deno.readTextFile(stamp) === lock) return;
  for (const file of ["package.json", "package-lock.json"]) {
    await Deno.copyFile(new URL(file, pinned), new URL(file, consumer));
  }
  console.log("Installing Node, Bun, workerd and the tools from npm (once)");
  // No package of these needs its install script: the binaries are in the packages.
  await mustRun("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], { cwd: consumer });
  await Deno.writeTextFile(stamp, lock);
}

/** The binary of a runtime. */
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

/** The command line of a tool that npm installed, on the newest Node. */
function toolCommand(script: string, args: string[]): [command: string, args: string[], options: { cwd: URL }] {
  return [binaryOf("node-26"), [pathOf(new URL(script, modules)), ...args], { cwd: consumer }];
}

/** Runs a tool that must succeed. */
export async function mustRunTool(script: string, args: string[]): Promise<string> {
  return await mustRun(...toolCommand(script, args));
}

/** Runs a tool that may fail. */
export async function runTool(script: string, args: string[]): Promise<Outcome> {
  return await run(...toolCommand(script, args));
}
