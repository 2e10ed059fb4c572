/**
 * Runs the tests on every runtime, with npm as the only registry: `@std/*` comes from the stand-ins in `tests/std/`.
 *
 *     deno task test                     everything
 *     deno task test stream              the files whose names contain "stream"
 *     deno task test --on=deno,bun       on these runtimes
 */
import { testExamples } from "./examples.ts";
import { preparePackage, RUNTIMES, type TestResult } from "./runtimes.ts";
import { root } from "./shell.ts";

const filters = Deno.args.filter((arg) => !arg.startsWith("--"));
const chosen = Deno.args.find((arg) => arg.startsWith("--on="))?.slice("--on=".length).split(",");

const files = [...Deno.readDirSync(new URL("tests/", root))]
  .map((entry) => entry.name)
  .filter((name) => name.endsWith("_test.ts"))
  .map((name) => name.slice(0, -".ts".length))
  .filter((name) => filters.length === 0 || filters.some((part) => name.includes(part)))
  .sort();

const runtimes = RUNTIMES.filter(({ name }) => chosen === undefined || chosen.includes(name));
if (runtimes.length === 0 || files.length === 0) {
  console.error(`Nothing to run; the runtimes are ${RUNTIMES.map(({ name }) => name).join(", ")}`);
  Deno.exit(1);
}
if (runtimes.some(({ usesPackage }) => usesPackage)) await preparePackage(files);

/** What Deno ran is what every other runtime has to run too. */
let expected: Map<string, TestResult[]> | undefined;
const lines: string[] = [];
let allPassed = 0;
let allFailed = 0;
for (const { name, run, skips } of runtimes) {
  const byFile = new Map<string, TestResult[]>();
  if (name === "deno") {
    // One file at a time, to know which tests are whose.
    for (const file of files) byFile.set(file, await run([file]));
    expected = byFile;
  }
  const mine = files.filter((file) => !(file in skips));
  const results = name === "deno" ? [...byFile.values()].flat() : await run(mine);
  for (const file of files) if (file in skips) console.log(`${name} skips ${file}: ${skips[file]}`);

  const ran = new Set(results.map((result) => result.name));
  for (const test of mine.flatMap((file) => expected?.get(file) ?? [])) {
    if (!ran.has(test.name)) results.push({ name: test.name, error: "Deno ran this test, and this runtime did not" });
  }
  const failed = results.filter(({ error }) => error !== undefined);
  for (const { name: test, error } of failed) {
    console.log(`\nFAILED on ${name}: ${test}\n${error!.trim().replace(/^/gm, "    ")}\n`);
  }
  lines.push(`${name}: ${results.length - failed.length} passed, ${failed.length} failed`);
  console.log(lines.at(-1));
  allPassed += results.length - failed.length;
  allFailed += failed.length;
}
if (filters.length === 0 && chosen === undefined) {
  const { passed, failed } = await testExamples();
  lines.push(`examples: ${passed} passed, ${failed} failed`);
  allPassed += passed;
  allFailed += failed;
}
console.log(`\n${lines.join("\n")}\ntotal: ${allPassed} passed, ${allFailed} failed`);
Deno.exit(allFailed === 0 && allPassed > 0 ? 0 : 1);
