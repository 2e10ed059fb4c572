/**
 * Builds the npm package from the sources: what `deno pack` makes, finished with what it does not know.
 *
 *     deno task build:npm       npm/package/ and npm/runpod-ai-sdk-provider.tgz
 */
import { mustRun, pathOf, root } from "./shell.ts";

/** The folder of everything that is built; not in version control. */
export const output: URL = new URL("npm/", root);
/** The finished package, unpacked. */
export const packageFolder: URL = new URL("package/", output);
/** The file that is published. */
export const tarball: URL = new URL("runpod-ai-sdk-provider.tgz", output);

/** What npm wants to know and `deno.json` does not say. */
const MANIFEST = {
  description:
    "The Runpod provider for the AI SDK: language, image, video, speech, transcription, embedding and reranking models, on Runpod's public endpoints and on your own",
  keywords: [
    "ai",
    "ai-sdk",
    "runpod",
    "serverless",
    "gpu",
    "llm",
    "vllm",
    "image-generation",
    "video-generation",
    "text-to-speech",
    "speech-to-text",
    "embedding",
    "reranking",
    "provider",
  ],
  homepage: "https://github.com/runpod/ai-sdk-provider#readme",
  repository: { type: "git", url: "git+https://github.com/runpod/ai-sdk-provider.git" },
  bugs: { url: "https://github.com/runpod/ai-sdk-provider/issues" },
  // Importing any file does nothing by itself, so bundlers may drop what is unused.
  sideEffects: false,
  // AI SDK 7 asks for the same.
  engines: { node: ">=22" },
  publishConfig: { access: "public" },
};

/** The app brings zod, in the range that the AI SDK itself takes. */
const PEERS = { zod: "^3.25.76 || ^4.1.8" };

/** Builds the package. */
export async function buildNpm(): Promise<void> {
  await Deno.remove(packageFolder, { recursive: true }).catch(() => {});
  await Deno.mkdir(output, { recursive: true });
  // Source maps would be half of the package, for sources that read like what is in it.
  await mustRun(Deno.execPath(), [
    "pack",
    "--quiet",
    "--no-source-maps",
    "--allow-dirty",
    `--output=${pathOf(tarball)}`,
  ]);
  await mustRun("tar", ["-xzf", pathOf(tarball), "-C", pathOf(output)]);

  await joinModules();

  const path = new URL("package.json", packageFolder);
  const { name, version, type, license, exports, dependencies, ...rest } = JSON.parse(await Deno.readTextFile(path));
  const own = Object.fromEntries(Object.entries<string>(dependencies).filter(([name]) => !(name in PEERS)));
  const manifest = {
    name,
    version,
    type,
    license,
    ...MANIFEST,
    exports,
    ...rest,
    dependencies: own,
    peerDependencies: PEERS,
  };
  await Deno.writeTextFile(path, `${JSON.stringify(manifest, null, 2)}\n`);

  const packed = await mustRun("npm", ["pack", "--silent", `--pack-destination=${pathOf(output)}`], {
    cwd: packageFolder,
  });
  await Deno.rename(new URL(packed.trim().split("\n").at(-1)!, output), tarball);
}

/** The files that the exports name; the others are joined to them. */
const ENTRIES = ["mod.js", "src/testing/mod.js"];

/** Joins the modules of each export into one: to import some 70 files takes an app several times as long. */
async function joinModules(): Promise<void> {
  const { dependencies } = JSON.parse(await Deno.readTextFile(new URL("tests/runtimes/package.json", root)));
  const esbuild = ["exec", "--yes", "--prefer-offline", `--package=esbuild@${dependencies.esbuild}`, "--", "esbuild"];
  await mustRun("npm", [
    ...esbuild,
    ...ENTRIES,
    "--bundle",
    "--packages=external",
    "--format=esm",
    "--platform=neutral",
    "--log-level=warning",
    "--outbase=.",
    "--outdir=.",
    "--allow-overwrite",
  ], { cwd: packageFolder });
  await removeOthers(packageFolder);
}

async function removeOthers(folder: URL): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(name, folder);
    const isEntry = ENTRIES.some((entry) => url.href === new URL(entry, packageFolder).href);
    if (isDirectory) await removeOthers(new URL(`${name}/`, folder));
    else if (name.endsWith(".js") && !isEntry) await Deno.remove(url);
  }
}

if (import.meta.main) {
  await buildNpm();
  const { size } = await Deno.stat(tarball);
  console.log(`npm/runpod-ai-sdk-provider.tgz: ${(size / 1024).toFixed(1)} KB`);
}
