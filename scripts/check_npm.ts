/**
 * Checks the npm package as npm, bundlers, TypeScript and new projects see it.
 *
 * @module
 */
import { packageFolder, tarball } from "./build_npm.ts";
import { binaryOf, consumer, runTool } from "./consumer.ts";
import { FAKE_KEY } from "./emulator.ts";
import { filesIn, pathOf, readJson, readText, root } from "./files.ts";
import { type Outcome, run } from "./shell.ts";

/** Runs publint: the manifest and the files agree. */
export async function checkPublint(): Promise<string[]> {
  return problemsOf(await runTool("publint/src/cli.js", ["--strict", pathOf(packageFolder)]));
}

/** Runs "Are the types wrong?": every export resolves to its types. Only for ESM, because the package has no CommonJS. */
export async function checkTypesResolve(): Promise<string[]> {
  return problemsOf(
    await runTool("@arethetypeswrong/cli/dist/index.js", [pathOf(tarball), "--profile", "esm-only"]),
  );
}

/** Names of some runtimes, and what engines of early 2023 do not have beside the language, or React Native's does not. */
const NOT_EVERYWHERE =
  /["']node:|\bBuffer\b|\bprocess\b|\bDeno\b|\bBun\b|\bURL\.(canParse|parse)\b|\bAbortSignal\.(any|timeout)\b/;

/** Looks in the published code for names that only some runtimes have. The commands in `cli/` may have Node's. */
export async function checkArtifactPurity(): Promise<string[]> {
  const problems: string[] = [];
  for await (const file of filesIn(packageFolder)) {
    if (!file.pathname.endsWith(".js") || file.href.startsWith(new URL("cli/", packageFolder).href)) continue;
    const code = (await Deno.readTextFile(file)).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
    const found = NOT_EVERYWHERE.exec(code)?.[0];
    if (found) problems.push(`${file.pathname.slice(packageFolder.pathname.length)} mentions ${found}`);
  }
  return problems;
}

/**
 * Installs the tarball in a new Node project and in a new Bun project. The README's first text example and the command
 * must run in both, and the example pass TypeScript's strict checks with the module resolutions "bundler" and "nodenext".
 */
export async function checkNewProjects(): Promise<string[]> {
  const { dependencies: versions } = await readJson("tests/runtimes/package.json");
  const packages = (names: string[]) => names.map((name) => `${name}@${versions[name]}`);
  const problems: string[] = [];

  const inNode = await newProject();
  const npm = ["install", "--silent", "--no-audit", "--no-fund", pathOf(tarball)];
  const typed = ["typescript", "@types/node", "@types/json-schema"];
  problems.push(...problemsOf(await run("npm", [...npm, ...packages(["ai", "zod", ...typed])], { cwd: inNode })));
  problems.push(...problemsOf(await run(binaryOf("node-22"), ["main.ts"], { cwd: inNode })));
  problems.push(
    ...problemsOf(await run("npx", ["--no-install", "@runpod/ai-sdk-provider", "local", "--help"], { cwd: inNode })),
  );
  for (const [module, resolution] of MODULES) {
    const options = ["--noEmit", "--strict", "--target", "es2024", "--types", "node", "--allowImportingTsExtensions"];
    const tsc = ["node_modules/typescript/bin/tsc", ...options, "--module", module, "--moduleResolution", resolution];
    problems.push(...problemsOf(await run(binaryOf("node-26"), [...tsc, "main.ts"], { cwd: inNode })));
  }

  const inBun = await newProject();
  const add = ["add", "--silent", pathOf(tarball), ...packages(["ai", "zod"])];
  problems.push(...problemsOf(await run(binaryOf("bun"), add, { cwd: inBun })));
  problems.push(...problemsOf(await run(binaryOf("bun"), ["main.ts"], { cwd: inBun })));
  const bunx = ["x", "--bun", "@runpod/ai-sdk-provider", "local", "--help"];
  problems.push(...problemsOf(await run(binaryOf("bun"), bunx, { cwd: inBun })));

  for (const project of [inNode, inBun]) await Deno.remove(project, { recursive: true });
  return problems;
}

/** The oldest TypeScript that apps may have, the last one written in JavaScript, and the newest. */
const TYPESCRIPTS = ["typescript-5.4", "typescript-5.9", "typescript"];

/**
 * Compiles the types as apps use them with several versions of TypeScript and their strictest options. Errors in the
 * declarations of other packages are not ours: those of the AI SDK do not pass `exactOptionalPropertyTypes`.
 */
export async function checkAppTypes(): Promise<string[]> {
  await Deno.copyFile(new URL("tests/app_types.ts", root), new URL("app_types.ts", consumer));
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const target = ["--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--types", "node"];
  const problems: string[] = [];
  for (const version of TYPESCRIPTS) {
    for (const [module, resolution] of MODULES) {
      const modules = ["--module", module, "--moduleResolution", resolution];
      const { code, output } = await runTool(`${version}/bin/tsc`, [...options, ...target, ...modules, "app_types.ts"]);
      const errors = output.split("\n").filter((line) => /^\S/.test(line) && !FOREIGN.test(line));
      // A compiler that does not start reports no error of a file.
      if (code !== 0 && !output.includes("): error TS")) errors.push(output);
      problems.push(...errors.map((error) => `${version}, ${resolution}: ${error}`));
    }
  }
  return problems;
}

/** How bundlers and Node find modules. */
const MODULES = [["esnext", "bundler"], ["nodenext", "nodenext"]];
const FOREIGN = /^node_modules\/(?!@runpod\/)/;

/** Writes the README's example into a new folder outside of the repository, with the emulator in place of the network. */
async function newProject(): Promise<URL> {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  const example = [...(await readText("README.md")).matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code).find((
    code,
  ) => code.includes("generateText"));
  const files = {
    "package.json": JSON.stringify({ name: "new-project", private: true, type: "module" }),
    "emulator.ts": `import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
process.env.RUNPOD_API_KEY = "${FAKE_KEY}";
globalThis.fetch = createRunpodEmulator().fetch as typeof fetch;
`,
    "main.ts": `import "./emulator.ts";
${example}
if (!/sort|list|python/i.test(text)) throw new Error(\`The example gave "\${text}"\`);
`,
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(new URL(name, folder), text);
  return folder;
}

function problemsOf({ code, output }: Outcome): string[] {
  return code === 0 ? [] : [output.trim() || `exit code ${code}`];
}
