/**
 * Checks of the npm package, as npm, bundlers, TypeScript and a new project see it.
 *
 * @module
 */
import { packageFolder, tarball } from "./build_npm.ts";
import { binaryOf, runTool } from "./consumer.ts";
import { type Outcome, pathOf, root, run } from "./shell.ts";

/** publint: the manifest and the files agree. */
export async function checkPublint(): Promise<string[]> {
  return problemsOf(await runTool("publint/src/cli.js", ["--strict", pathOf(packageFolder)]));
}

/** Are the types wrong: every export resolves to its types. ESM only, as the package is. */
export async function checkTypesResolve(): Promise<string[]> {
  return problemsOf(
    await runTool("@arethetypeswrong/cli/dist/index.js", [pathOf(tarball), "--profile", "esm-only"]),
  );
}

/** Names that only some runtimes have, in the code that is published. */
export async function checkArtifactPurity(): Promise<string[]> {
  const problems: string[] = [];
  for await (const file of filesIn(packageFolder)) {
    if (!file.pathname.endsWith(".js")) continue;
    const code = (await Deno.readTextFile(file)).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
    const found = /["']node:|\bBuffer\b|\bprocess\b|\bDeno\b|\bBun\b/.exec(code)?.[0];
    if (found) problems.push(`${file.pathname.slice(packageFolder.pathname.length)} mentions ${found}`);
  }
  return problems;
}

/**
 * A new Node project and a new Bun project that install the tarball: the README's first example of a text runs in both,
 * and type-checks strictly under both of today's module resolutions.
 */
export async function checkNewProjects(): Promise<string[]> {
  const versions = JSON.parse(await Deno.readTextFile(new URL("tests/runtimes/package.json", root))).dependencies;
  const packages = (names: string[]) => names.map((name) => `${name}@${versions[name]}`);
  const problems: string[] = [];

  const inNode = await newProject();
  const npm = ["install", "--silent", "--no-audit", "--no-fund", pathOf(tarball)];
  const typed = ["typescript", "@types/node", "@types/json-schema"];
  problems.push(...problemsOf(await run("npm", [...npm, ...packages(["ai", "zod", ...typed])], { cwd: inNode })));
  problems.push(...problemsOf(await run(binaryOf("node-22"), ["main.ts"], { cwd: inNode })));
  for (const [module, resolution] of [["esnext", "bundler"], ["nodenext", "nodenext"]]) {
    const options = ["--noEmit", "--strict", "--target", "es2024", "--types", "node", "--allowImportingTsExtensions"];
    const tsc = ["node_modules/typescript/bin/tsc", ...options, "--module", module, "--moduleResolution", resolution];
    problems.push(...problemsOf(await run(binaryOf("node-26"), [...tsc, "main.ts"], { cwd: inNode })));
  }

  const inBun = await newProject();
  const add = ["add", "--silent", pathOf(tarball), ...packages(["ai", "zod"])];
  problems.push(...problemsOf(await run(binaryOf("bun"), add, { cwd: inBun })));
  problems.push(...problemsOf(await run(binaryOf("bun"), ["main.ts"], { cwd: inBun })));

  for (const project of [inNode, inBun]) await Deno.remove(project, { recursive: true });
  return problems;
}

/** A folder outside of the repository with the README's example and a world in which it needs no network. */
async function newProject(): Promise<URL> {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const example = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code).find((code) =>
    code.includes("generateText")
  );
  const files = {
    "package.json": JSON.stringify({ name: "new-project", private: true, type: "module" }),
    "world.ts": `import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
process.env.RUNPOD_API_KEY = "rpa_FAKE_TEST_KEY_000000";
globalThis.fetch = createRunpodEmulator().fetch as typeof fetch;
`,
    "main.ts": `import "./world.ts";
${example}
if (!/sort|list|python/i.test(text)) throw new Error(\`The example gave "\${text}"\`);
`,
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(new URL(name, folder), text);
  return folder;
}

async function* filesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder));
    else yield new URL(name, folder);
  }
}

function problemsOf({ code, output }: Outcome): string[] {
  return code === 0 ? [] : [output.trim() || `exit code ${code}`];
}
