/**
 * Checks everything that can be checked without running the tests: format, lint, types, documentation, manifests.
 *
 *     deno task check
 */
import { VERSION } from "../src/version.ts";
import { importMapArgument } from "./import_map.ts";
import { root } from "./shell.ts";

const sources = ["mod.ts", "src/testing/mod.ts"];
const world = "--preload=tests/emulated_world.ts";

/** Each check by name: a `deno` command line, or a function that returns what is wrong. */
const CHECKS: Record<string, string[] | (() => string[])> = {
  "format": ["fmt", "--check", "--quiet"],
  "lint": ["lint", "--quiet"],
  "types": ["check", "--quiet", importMapArgument(), ...sources, "scripts", "tests"],
  "types with web libraries alone": [
    "check",
    "--quiet",
    "--config=scripts/web.deno.json",
    importMapArgument(),
    ...sources,
  ],
  // Without npm, because the AI SDK's own declarations are not ours to document.
  "documentation": ["doc", "--lint", "--no-npm", ...sources],
  "documentation's examples": ["test", "--quiet", "--doc", "--allow-all", importMapArgument(), world, "mod.ts", "src"],
  "README's examples": ["test", "--quiet", "--doc", "--allow-all", importMapArgument(), world, "README.md"],
  "publishing to JSR": ["publish", "--dry-run", "--allow-dirty", "--quiet"],
  "manifests": checkManifests,
  "purity of src/": checkPurity,
};

function checkManifests(): string[] {
  const deno = readJson("deno.json");
  const jsr = readJson("jsr.json");
  const problems = ["name", "version", "license", "exports"]
    .filter((key) => JSON.stringify(deno[key]) !== JSON.stringify(jsr[key]))
    .map((key) => `"${key}" differs between deno.json and jsr.json`);
  if (deno.version !== VERSION) problems.push(`src/version.ts says ${VERSION}, deno.json ${deno.version}`);
  if (!readText("CHANGELOG.md").includes(`\n## ${VERSION}\n`)) problems.push(`CHANGELOG.md has no section ${VERSION}`);
  return problems;
}

/** Names that only some runtimes have. */
function checkPurity(): string[] {
  return [...sourceFiles("src"), "mod.ts"].flatMap((file) =>
    readText(file).split("\n").flatMap((line, index) =>
      /from "node:|\bBuffer\b|\bprocess\.|\bDeno\.(?!serve)/.test(line) && !/^\s*(\/\/|\*)/.test(line)
        ? [`${file}:${index + 1}: ${line.trim()}`]
        : []
    )
  );
}

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) =>
    isDirectory ? sourceFiles(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

function readText(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readText(path));
}

async function run(check: string[] | (() => string[])): Promise<string> {
  if (typeof check === "function") return check().join("\n");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: check,
    cwd: root,
    env: { NO_COLOR: "1", RUNPOD_API_KEY: "rpa_FAKE_TEST_KEY_000000", AI_SDK_LOG_WARNINGS: "false" },
  }).output();
  return success ? "" : new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

let failures = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const problems = await run(check);
  console.log(`${problems === "" ? "ok    " : "FAILED"}  ${name}`);
  if (problems === "") continue;
  failures++;
  console.log(problems.replace(/^/gm, "        "));
}
console.log(`checks: ${Object.keys(CHECKS).length - failures} passed, ${failures} failed`);
Deno.exit(failures === 0 ? 0 : 1);
