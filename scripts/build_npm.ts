/**
 * Builds the npm package with `deno pack`, then joins its modules and completes its manifest.
 *
 *     deno task build:npm       npm/package/ and npm/runpod-ai-sdk-provider.tgz
 */
import { filesIn, pathOf, readJson, root } from "./files.ts";
import { mustRun } from "./shell.ts";

/** The folder for everything that is built. Not under version control. */
export const output: URL = new URL("npm/", root);
/** The finished package, unpacked. */
export const packageFolder: URL = new URL("package/", output);
/** The file that is published. */
export const tarball: URL = new URL("runpod-ai-sdk-provider.tgz", output);

/** The fields of `package.json` that `deno.json` does not have. */
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
  // No file has an effect when it is imported, so bundlers may drop unused code.
  sideEffects: false,
  // The same as AI SDK 7.
  engines: { node: ">=22" },
  // "npx @runpod/ai-sdk-provider" runs the command with the package's name.
  bin: { "ai-sdk-provider": "cli/main.js" },
  publishConfig: { access: "public" },
};

/** What the app installs itself: zod in the version range of the AI SDK, and the AI SDK whose specification this is. */
const PEERS = {
  peerDependencies: { ai: "^7.0.0", zod: "^3.25.76 || ^4.1.8" },
  // Models can be used without it; npm then refuses to install an older one beside this package.
  peerDependenciesMeta: { ai: { optional: true } },
};

/** Builds the package. */
export async function buildNpm(): Promise<void> {
  await Deno.remove(packageFolder, { recursive: true }).catch(() => {});
  await Deno.mkdir(output, { recursive: true });
  // Source maps would double the size of the package, and its code is readable without them.
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
  const own = Object.fromEntries(
    Object.entries<string>(dependencies).filter(([name]) => !(name in PEERS.peerDependencies)),
  );
  const manifest = {
    name,
    version,
    type,
    license,
    ...MANIFEST,
    exports: { ...exports, "./package.json": "./package.json" },
    ...rest,
    dependencies: own,
    ...PEERS,
  };
  await Deno.writeTextFile(path, `${JSON.stringify(manifest, null, 2)}\n`);

  const packed = await mustRun("npm", ["pack", "--silent", `--pack-destination=${pathOf(output)}`], {
    cwd: packageFolder,
  });
  await Deno.rename(new URL(packed.trim().split("\n").at(-1)!, output), tarball);
}

/** The files that the exports name. All other modules become part of them. */
const LIBRARIES = ["mod.js", "src/testing/mod.js"];
const COMMANDS = "cli/main.js";

/** Joins the modules of each export into one file, because importing some 70 files takes an app several times as long. */
async function joinModules(): Promise<void> {
  await join(LIBRARIES, ["--platform=neutral", "--outbase=.", "--outdir=."]);
  for (const entry of LIBRARIES) await joinImports(new URL(entry, packageFolder));
  // The commands import the emulator that the package has anyway.
  const external = "--external:./src/testing/mod.js";
  await join([COMMANDS], ["--platform=node", "--outdir=cli", external, "--banner:js=#!/usr/bin/env node"]);
  await Deno.chmod(new URL(COMMANDS, packageFolder), 0o755);
  const entries = [...LIBRARIES, COMMANDS].map((entry) => new URL(entry, packageFolder).href);
  for await (const file of filesIn(packageFolder)) {
    if (file.href.endsWith(".js") && !entries.includes(file.href)) await Deno.remove(file);
  }
}

/** Bundles entries in their places. */
async function join(entries: string[], flags: string[]): Promise<void> {
  const { dependencies } = await readJson("tests/runtimes/package.json");
  const esbuild = ["exec", "--yes", "--prefer-offline", `--package=esbuild@${dependencies.esbuild}`, "--", "esbuild"];
  await mustRun("npm", [
    ...esbuild,
    ...entries,
    "--bundle",
    "--packages=external",
    "--format=esm",
    "--log-level=warning",
    "--allow-overwrite",
    ...flags,
  ], { cwd: packageFolder });
}

/**
 * Joins the imports of each package into one. Every module has brought its own, under names such as `isRecord12` where
 * another module has imported the same.
 */
async function joinImports(file: URL): Promise<void> {
  const wholes = new Set<string>();
  const names: Record<string, Set<string>> = {};
  const aliases: Record<string, string> = {};
  const text = (await Deno.readTextFile(file)).replace(IMPORT, (_, whole, list, from) => {
    if (whole) {
      const name = whole.replace(/\d+$/, "");
      aliases[whole] = name;
      wholes.add(`import * as ${name} from "${from}";\n`);
    }
    for (const item of list?.split(",") ?? []) {
      const [name, alias = name] = item.trim().split(" as ");
      if (name === "") continue;
      const isNumbered = /^\d*$/.test(alias.replace(name, ""));
      if (isNumbered) aliases[alias] = name;
      (names[from] ??= new Set()).add(isNumbered ? name : `${name} as ${alias}`);
    }
    return "";
  });
  const joined = Object.entries(names).map(([from, list]) =>
    `import { ${[...list].sort().join(", ")} } from "${from}";\n`
  );
  const renamed = text.replace(/\b[A-Za-z_]+\d+\b/g, (name) => Object.hasOwn(aliases, name) ? aliases[name] : name);
  await Deno.writeTextFile(file, [...wholes, ...joined, renamed].join(""));
}

const IMPORT = /^import (?:\* as (\w+)|\{([^}]*)\}) from "([^"]+)";\n/gm;

if (import.meta.main) {
  await buildNpm();
  const { size } = await Deno.stat(tarball);
  console.log(`npm/runpod-ai-sdk-provider.tgz: ${(size / 1024).toFixed(1)} KB`);
}
