/**
 * Checks everything that needs no test run: format, lint, imports, types, documentation, manifests, and the npm package,
 * its size and its speed.
 *
 *     deno task check               everything
 *     deno task check npm imports   the checks whose names contain "npm" or "imports"
 */
import { VERSION } from "../src/version.ts";
import { isChosen } from "./arguments.ts";
import { checkImports } from "./check_imports.ts";
import { checkAppTypes, checkArtifactPurity, checkNewProjects, checkPublint, checkTypesResolve } from "./check_npm.ts";
import { prepareConsumer } from "./consumer.ts";
import { FAKE_KEY } from "./emulator.ts";
import { readJson, readText, root } from "./files.ts";
import { importMapFlag } from "./import_map.ts";
import { checkPage } from "./page.ts";
import { run } from "./shell.ts";
import { checkSize } from "./size.ts";
import { checkTables } from "./tables.ts";

/** Arguments of `deno`, or a function that returns the problems it found. */
type Check = string[] | (() => string[] | Promise<string[]>);

const libraries = ["mod.ts", "src/testing/mod.ts"];
const entries = [...libraries, "cli/main.ts"];
const importMap = await importMapFlag();
const runExamples = ["test", "--quiet", "--doc", "--allow-all", importMap, "--preload=tests/emulated_world.ts"];
const runGuard = ["run", "--quiet", "--allow-all", "bench/guard.ts"];

const SOURCE_CHECKS: Record<string, Check> = {
  "format": ["fmt", "--check", "--quiet"],
  "lint": ["lint", "--quiet"],
  "imports": checkImports,
  "types": ["check", "--quiet", importMap, ...entries, "scripts", "bench", "examples", ...testFiles()],
  "types with web libraries alone": ["check", "--quiet", "--config=scripts/web.deno.json", importMap, ...libraries],
  "types with the language of 2022": ["check", "--quiet", "--config=scripts/baseline.deno.json", importMap, "mod.ts"],
  "types of the page": ["check", "--quiet", "--config=scripts/web.deno.json", "cli/page/main.ts"],
  "page": checkPage,
  // Without npm, because the AI SDK's declarations are not ours to document.
  "documentation": ["doc", "--lint", "--no-npm", ...entries],
  "documentation's examples": [...runExamples, "mod.ts", "src"],
  "tables": checkTables,
  "README's examples": [...runExamples, "README.md"],
  "publishing to JSR": ["publish", "--dry-run", "--allow-dirty", "--quiet"],
  "manifests": checkManifests,
};

const PACKAGE_CHECKS: Record<string, Check> = {
  "npm package: publint": checkPublint,
  "npm package: types resolve": checkTypesResolve,
  "npm package: types in apps": checkAppTypes,
  "npm package: nothing that only some runtimes have": checkArtifactPurity,
  "npm package: new projects": checkNewProjects,
  "npm package: size": async () => (await checkSize()).problems,
  "npm package: speed of a stream": [...runGuard, "stream"],
  "npm package: speed of a job's output": [...runGuard, "queue"],
};

/** All but `tests/runtimes/`, which has dependencies of its own. */
function testFiles(): string[] {
  return [...Deno.readDirSync(new URL("tests/", root))].filter(({ isFile }) => isFile).map(({ name }) =>
    `tests/${name}`
  );
}

/** Checks that the manifests agree where they repeat a fact. */
async function checkManifests(): Promise<string[]> {
  const [deno, jsr] = [await readJson("deno.json"), await readJson("jsr.json")];
  const problems = ["name", "version", "license", "exports"]
    .filter((key) => JSON.stringify(deno[key]) !== JSON.stringify(jsr[key]))
    .map((key) => `"${key}" differs between deno.json and jsr.json`);
  if (deno.version !== VERSION) {
    problems.push(`the version is ${VERSION} in src/version.ts and ${deno.version} in deno.json`);
  }
  if (!(await readText("CHANGELOG.md")).includes(`\n## ${VERSION}\n`)) {
    problems.push(`CHANGELOG.md has no section ${VERSION}`);
  }

  // The npm package is tested with the same versions as the sources.
  const { dependencies } = await readJson("tests/runtimes/package.json");
  for (const [name, target] of Object.entries(deno.imports)) {
    const version = dependencies[name];
    if (version && target !== `npm:${name}@${version}`) {
      problems.push(`${name} is ${target} in deno.json and ${version} in tests/runtimes/package.json`);
    }
  }
  return problems;
}

/** Runs a check; an empty text means that it passed. */
async function problemsOf(check: Check): Promise<string> {
  if (typeof check === "function") return (await check()).join("\n");
  const env = { RUNPOD_API_KEY: FAKE_KEY, AI_SDK_LOG_WARNINGS: "false" };
  const { code, output } = await run(Deno.execPath(), check, { env });
  return code === 0 ? "" : output || `exit code ${code}`;
}

let passed = 0;
let failed = 0;
async function runChecks(checks: Array<[name: string, check: Check]>): Promise<void> {
  for (const [name, check] of checks) {
    const problems = await problemsOf(check);
    console.log(`${problems === "" ? "ok    " : "FAILED"}  ${name}`);
    if (problems === "") {
      passed++;
      continue;
    }
    failed++;
    console.log(problems.replace(/^/gm, "        "));
  }
}

const chosenOf = (checks: Record<string, Check>) => Object.entries(checks).filter(([name]) => isChosen(name));
await runChecks(chosenOf(SOURCE_CHECKS));
const packageChecks = chosenOf(PACKAGE_CHECKS);
if (packageChecks.length > 0) await prepareConsumer();
await runChecks(packageChecks);
console.log(`checks: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
