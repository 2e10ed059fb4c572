/**
 * Checks everything that can be checked without running the tests: format, lint, types, documentation, manifests, the
 * npm package, its size and its speed.
 *
 *     deno task check
 */
import { checkStreamSpeed } from "../bench/guard.ts";
import { VERSION } from "../src/version.ts";
import { checkArtifactPurity, checkNewProjects, checkPublint, checkTypesResolve } from "./check_npm.ts";
import { prepareConsumer } from "./consumer.ts";
import { importMapArgument } from "./import_map.ts";
import { root, run } from "./shell.ts";
import { checkSize } from "./size.ts";
import { checkTables } from "./tables.ts";

const sources = ["mod.ts", "src/testing/mod.ts"];
const examples = [
  "test",
  "--quiet",
  "--doc",
  "--allow-all",
  importMapArgument(),
  "--preload=tests/emulated_world.ts",
];

/** Each check by name: a `deno` command line, or a function that returns what is wrong. */
const CHECKS: Record<string, string[] | (() => string[] | Promise<string[]>)> = {
  "format": ["fmt", "--check", "--quiet"],
  "lint": ["lint", "--quiet"],
  "types": ["check", "--quiet", importMapArgument(), ...sources, "scripts", "bench", "examples", ...testFiles()],
  "types with web libraries alone": [
    "check",
    "--quiet",
    "--config=scripts/web.deno.json",
    importMapArgument(),
    ...sources,
  ],
  // Without npm, because the AI SDK's own declarations are not ours to document.
  "documentation": ["doc", "--lint", "--no-npm", ...sources],
  "documentation's examples": [...examples, "mod.ts", "src"],
  "README's tables": checkTables,
  "README's examples": [...examples, "README.md"],
  "publishing to JSR": ["publish", "--dry-run", "--allow-dirty", "--quiet"],
  "manifests": checkManifests,
  "npm package: publint": checkPublint,
  "npm package: types resolve": checkTypesResolve,
  "npm package: nothing that only some runtimes have": checkArtifactPurity,
  "npm package: new projects": checkNewProjects,
  "npm package: size": async () => (await checkSize()).problems,
  "speed: stream against openai-compatible": checkStreamSpeed,
};

/** All but `tests/runtimes/`, which has dependencies of its own. */
function testFiles(): string[] {
  return [...Deno.readDirSync(new URL("tests/", root))].filter(({ isFile }) => isFile).map(({ name }) =>
    `tests/${name}`
  );
}

function checkManifests(): string[] {
  const deno = readJson("deno.json");
  const jsr = readJson("jsr.json");
  const problems = ["name", "version", "license", "exports"]
    .filter((key) => JSON.stringify(deno[key]) !== JSON.stringify(jsr[key]))
    .map((key) => `"${key}" differs between deno.json and jsr.json`);
  if (deno.version !== VERSION) problems.push(`src/version.ts says ${VERSION}, deno.json ${deno.version}`);
  if (!readText("CHANGELOG.md").includes(`\n## ${VERSION}\n`)) problems.push(`CHANGELOG.md has no section ${VERSION}`);

  // An app's own versions are tested with what the sources are tested with.
  const { dependencies } = readJson("tests/runtimes/package.json") as { dependencies: Record<string, string> };
  for (const [name, target] of Object.entries(deno.imports as Record<string, string>)) {
    const version = dependencies[name];
    if (version && target !== `npm:${name}@${version}`) {
      problems.push(`${name} is ${target} in deno.json and ${version} in tests/runtimes/package.json`);
    }
  }
  return problems;
}

function readText(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readText(path));
}

async function problemsOf(check: (typeof CHECKS)[string]): Promise<string> {
  if (typeof check === "function") return (await check()).join("\n");
  const env = { RUNPOD_API_KEY: "rpa_FAKE_TEST_KEY_000000", AI_SDK_LOG_WARNINGS: "false" };
  const { code, output } = await run(Deno.execPath(), check, { env });
  return code === 0 ? "" : output;
}

await prepareConsumer();
let failures = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const problems = await problemsOf(check);
  console.log(`${problems === "" ? "ok    " : "FAILED"}  ${name}`);
  if (problems === "") continue;
  failures++;
  console.log(problems.replace(/^/gm, "        "));
}
console.log(`checks: ${Object.keys(CHECKS).length - failures} passed, ${failures} failed`);
Deno.exit(failures === 0 ? 0 : 1);
