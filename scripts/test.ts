/**
 * Runs the tests on every runtime, with npm as the only registry: `@std/*` comes from the stand-ins in `tests/std/`.
 *
 *     deno task test                     everything
 *     deno task test stream              the files whose names contain "stream"
 *     deno task test --on=deno,bun       on these runtimes
 */
import { isChosen, listOption } from "./arguments.ts";
import { type Browser, commandOf, prepareBrowsers } from "./browsers.ts";
import { testExamples } from "./examples.ts";
import { root } from "./files.ts";
import { preparePython } from "./python.ts";
import { preparePackage, type Runtime, RUNTIMES, useChromium, useWorkerSdks } from "./runtimes.ts";
import type { TestResult } from "./test_bundle.ts";

const chosenRuntimes = listOption("on");

const files = [...Deno.readDirSync(new URL("tests/", root))]
  .map((entry) => entry.name)
  .filter((name) => name.endsWith("_test.ts"))
  .map((name) => name.slice(0, -".ts".length))
  .filter(isChosen)
  .sort();

// Firefox only where it is named: two tests of emulated workers that are lost fail there, and it is not known why.
let runtimes = RUNTIMES.filter(({ name, browser }) => chosenRuntimes?.includes(name) ?? browser !== "firefox");
if (runtimes.length === 0 || files.length === 0) {
  console.error(`Nothing to run. The runtimes are ${RUNTIMES.map(({ name }) => name).join(", ")}`);
  Deno.exit(1);
}
if (runtimes.some(({ usesPackage }) => usesPackage)) await preparePackage(files);

/** What was not tested, for the closing lines. */
const untested: string[] = [];
if (files.includes("local_python_test")) {
  const { sdks, problems } = await preparePython();
  useWorkerSdks(sdks);
  untested.push(...problems.map((problem) => `not tested with real Python workers: ${problem}`));
}

const browsers = new Set<Browser>(runtimes.flatMap(({ browser }) => browser ?? []));
if (files.includes("local_browser_test")) browsers.add("chromium");
untested.push(...(await prepareBrowsers([...browsers])).map((problem) => `not tested in a browser: ${problem}`));
runtimes = runtimes.filter(({ browser }) => browser === undefined || commandOf(browser) !== undefined);
useChromium(commandOf("chromium"));

/** Deno's results by file. Every other runtime has to run the same tests. */
const onDeno = new Map<string, TestResult[]>();

/** Runs the test files on a runtime. A test that ran on Deno but not here counts as failed. */
async function resultsOn({ name, run, skips }: Runtime): Promise<TestResult[]> {
  for (const file of files) if (file in skips) console.log(`${name} skips ${file}: ${skips[file]}`);
  const ownFiles = files.filter((file) => !(file in skips));
  if (name === "deno") {
    // One file at a time, to know which tests belong to which file.
    for (const file of ownFiles) onDeno.set(file, await run([file]));
    return [...onDeno.values()].flat();
  }
  const results = ownFiles.length === 0 ? [] : await run(ownFiles);
  const ran = new Set(results.map((result) => result.name));
  const missing = ownFiles.flatMap((file) => onDeno.get(file) ?? []).filter((test) => !ran.has(test.name));
  return [
    ...results,
    ...missing.map((test) => ({ name: test.name, error: "Deno ran this test, but this runtime did not" })),
  ];
}

const counts: Array<{ name: string; passed: number; failed: number }> = [];
const describe = ({ name, passed, failed }: typeof counts[number]) => `${name}: ${passed} passed, ${failed} failed`;

for (const runtime of runtimes) {
  const results = await resultsOn(runtime);
  const failures = results.filter(({ error }) => error !== undefined);
  for (const { name, error } of failures) {
    console.log(`\nFAILED on ${runtime.name}: ${name}\n${error!.trim().replace(/^/gm, "    ")}\n`);
  }
  counts.push({ name: runtime.name, passed: results.length - failures.length, failed: failures.length });
  console.log(describe(counts.at(-1)!));
}
if (Deno.args.length === 0) counts.push({ name: "examples", ...await testExamples() });

const sum = (key: "passed" | "failed") => counts.reduce((total, count) => total + count[key], 0);
const total = { name: "total", passed: sum("passed"), failed: sum("failed") };
console.log(`\n${[...untested, ...[...counts, total].map(describe)].join("\n")}`);
Deno.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
