/**
 * The test suite on every runtime: the sources on Deno, the npm package on Node, Bun and workerd.
 *
 * @module
 */
import { binaryOf, consumer, mustRunTool, prepareConsumer, runTool } from "./consumer.ts";
import { importMapArgument } from "./import_map.ts";
import { exists, pathOf, root, run } from "./shell.ts";

/** One test on one runtime. */
export interface TestResult {
  /** `suite > test`. */
  name: string;
  /** What went wrong; absent when the test passed. */
  error?: string;
}

/** A runtime that the suite runs on. */
export interface Runtime {
  name: string;
  /** Test files that cannot run there, with the reason. */
  skips: Record<string, string>;
  /** Whether it runs the npm package, and not the sources. */
  usesPackage: boolean;
  /** Runs test files, given by name without folder or ending. */
  run: (files: string[]) => Promise<TestResult[]>;
}

const WORKERD_SKIPS = {
  clients_test: "it needs a listening socket, and runpod-sdk needs Node's createRequire",
  video_webhook_test: "it needs listening sockets",
  import_test: "a Worker's bundle imports nothing late; workerd itself refuses one that does anything while it loads",
};

/** All of them, in the order they run. */
export const RUNTIMES: Runtime[] = [
  { name: "deno", skips: {}, usesPackage: false, run: runOnDeno },
  { name: "node-22", skips: {}, usesPackage: true, run: (files) => runOnNode("node-22", files) },
  { name: "node-26", skips: {}, usesPackage: true, run: (files) => runOnNode("node-26", files) },
  { name: "bun", skips: {}, usesPackage: true, run: runOnBun },
  { name: "workerd", skips: WORKERD_SKIPS, usesPackage: true, run: (files) => runOnWorkerd([], files) },
  {
    name: "workerd+nodejs_compat",
    skips: WORKERD_SKIPS,
    usesPackage: true,
    run: (files) => runOnWorkerd(["nodejs_compat"], files),
  },
];

/** Builds the npm package, installs it, and compiles the test files against it. */
export async function preparePackage(files: string[]): Promise<void> {
  await prepareConsumer();
  await Deno.remove(new URL("tests/", consumer), { recursive: true }).catch(() => {});
  const standIns = ["assert"].map((name) => `--alias:@std/${name}=${pathOf(new URL(`tests/std/${name}.ts`, root))}`);
  await mustRunTool("esbuild/bin/esbuild", [
    ...files.map((file) => pathOf(new URL(`tests/${file}.ts`, root))),
    "--bundle",
    "--packages=external",
    "--format=esm",
    "--platform=neutral",
    "--sourcemap=inline",
    "--log-level=warning",
    ...standIns,
    "--outdir=tests",
  ]);
}

const compiled = (file: string) => `tests/${file}.js`;

async function runOnDeno(files: string[]): Promise<TestResult[]> {
  return await runWithReport("deno", (report) =>
    run(Deno.execPath(), [
      "test",
      "--allow-all",
      importMapArgument(),
      `--junit-path=${report}`,
      ...files.map((file) => `tests/${file}.ts`),
    ], { env: QUIET }));
}

async function runOnNode(version: "node-22" | "node-26", files: string[]): Promise<TestResult[]> {
  return await runWithReport(version, (report) =>
    run(binaryOf(version), [
      "--test",
      // A test that hangs fails, as on Bun.
      "--test-timeout=300000",
      "--enable-source-maps",
      "--test-reporter=junit",
      `--test-reporter-destination=${report}`,
      ...files.map(compiled),
    ], { cwd: consumer, env: QUIET }));
}

async function runOnBun(files: string[]): Promise<TestResult[]> {
  return await runWithReport("bun", (report) =>
    run(binaryOf("bun"), [
      "test",
      // Bun ends a test after 5 s otherwise, which a busy machine may need.
      "--timeout=60000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${compiled(file)}`),
    ], { cwd: consumer, env: QUIET }));
}

/** workerd has no test runner for files, so they become one Worker that collects and runs the tests. */
async function runOnWorkerd(flags: string[], files: string[]): Promise<TestResult[]> {
  const folder = new URL("workerd/", consumer);
  await Deno.mkdir(folder, { recursive: true });
  const here = (file: string) => pathOf(new URL(`tests/runtimes/${file}`, root));
  await Deno.writeTextFile(
    new URL("main.js", folder),
    [
      ...files.map((file) => `import "../${compiled(file)}";`),
      `import { runTests } from ${JSON.stringify(here("collector.ts"))};`,
      "export default { test: runTests };",
    ].join("\n"),
  );
  const bundled = await runTool("esbuild/bin/esbuild", [
    "workerd/main.js",
    "--bundle",
    "--format=esm",
    "--platform=neutral",
    "--main-fields=module,main",
    "--conditions=workerd,worker,browser",
    `--alias:node:test=${here("collector.ts")}`,
    `--alias:node:assert=${here("assert.ts")}`,
    `--alias:dequal=${pathOf(new URL("node_modules/dequal/dist/index.mjs", consumer))}`,
    "--log-level=error",
    "--outfile=workerd/worker.js",
  ]);
  if (bundled.code !== 0) return [{ name: "the Worker", error: bundled.output }];
  await Deno.writeTextFile(
    new URL("config.capnp", folder),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`,
  );
  const { output } = await run(binaryOf("workerd"), ["test", "config.capnp"], { cwd: folder });
  const results = output.split("\n").flatMap((line) => {
    const json = /^RESULT (.*)$/.exec(line)?.[1];
    return json ? [JSON.parse(json) as TestResult] : [];
  });
  return results.length > 0 ? results : [{ name: "the Worker", error: output }];
}

// Tests bring their own key, and must not find the developer's.
const QUIET = { AI_SDK_LOG_WARNINGS: "false", RUNPOD_API_KEY: "" };

/** Runs a test runner that writes a JUnit report. */
async function runWithReport(
  name: string,
  start: (report: string) => Promise<{ code: number; output: string }>,
): Promise<TestResult[]> {
  const report = new URL(`npm/${name}.xml`, root);
  await Deno.mkdir(new URL("npm/", root), { recursive: true });
  await Deno.remove(report).catch(() => {});
  const { code, output } = await start(pathOf(report));
  const results = await exists(report) ? readReport(await Deno.readTextFile(report)) : [];
  // A file that does not even load leaves no trace in some reports.
  if (code !== 0 && results.every(({ error }) => error === undefined)) {
    results.push({ name: "the test run", error: output.slice(-5000) });
  }
  return results;
}

/** Reads the test cases of a JUnit report, as the three runners write it. */
function readReport(xml: string): TestResult[] {
  const results: TestResult[] = [];
  const suites: string[] = [];
  const tags =
    /<testsuite [^>]*?name="([^"]*)"[^>]*?(\/)?>|(<\/testsuite>)|<testcase ([^>]*?)\/>|<testcase ([^>]*?)>([^]*?)<\/testcase>/g;
  for (const [, suite, isEmpty, end, passed, other, body] of xml.matchAll(tags)) {
    if (suite !== undefined && !isEmpty) suites.push(unescape(suite));
    if (end) suites.pop();
    const attributes = passed ?? other;
    if (attributes === undefined) continue;
    // Twice, because Node 22 escapes what it has escaped already.
    const name = unescape(unescape(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? ""));
    const failure = /<(failure|error)\b[^]*?(<\/\1>|\/>)/.exec(body ?? "")?.[0];
    // Deno reports a describe block as a test of its file, and its tests with their full names elsewhere.
    if (suites.at(-1)?.endsWith("_test.ts")) continue;
    const path = name.includes(" > ") ? [] : suites.filter((suite) => !/_test\.js$|^ext:/.test(suite));
    results.push({ name: [...path, name].join(" > "), error: failure && unescape(failure.replace(/<[^>]*>/g, " ")) });
  }
  return results;
}

function unescape(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(
    /&(?:#(x?)([0-9a-f]+)|(\w+));/gi,
    (all, isHex, code, name) => code ? String.fromCodePoint(parseInt(code, isHex ? 16 : 10)) : entities[name] ?? all,
  );
}
