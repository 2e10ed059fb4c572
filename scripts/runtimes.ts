/**
 * Runs the test suite on every runtime: the sources on Deno, the npm package on Node, Bun and workerd.
 *
 * @module
 */
import { type Browser, runInBrowser } from "./browsers.ts";
import { binaryOf, bundle, consumer, prepareConsumer } from "./consumer.ts";
import { exists, pathOf, root } from "./files.ts";
import { importMapFlag, standInFlags } from "./import_map.ts";
import type { WorkerSdk } from "./python.ts";
import { type Outcome, run } from "./shell.ts";
import { bundleTests, compiled, readResults, supportFile, type TestResult } from "./test_bundle.ts";

/** A runtime that the suite runs on. */
export interface Runtime {
  name: string;
  /** The test files that cannot run there, each with the reason. */
  skips: Record<string, string>;
  /** Whether it runs the npm package instead of the sources. */
  usesPackage: boolean;
  /** The browser that it is. */
  browser?: Browser;
  /** Runs test files, given by name without folder and extension. */
  run: (files: string[]) => Promise<TestResult[]>;
}

const WORKERD_SKIPS = {
  clients_test: "it needs a listening socket, and runpod-sdk needs Node's createRequire",
  local_browser_test: "it starts processes and listens on sockets",
  local_test: "it starts processes and listens on sockets",
  local_clients_test: "it starts processes and listens on sockets",
  local_python_test: "it starts processes and listens on sockets",
  video_webhook_test: "it needs listening sockets",
  import_test: "a Worker is one bundle, without dynamic imports; workerd itself refuses requests at import",
};

const BROWSER_SKIPS = {
  ...WORKERD_SKIPS,
  import_test: "an app's bundle has no dynamic imports, and browsers have loaded it before a test can watch",
};

const NODE_26_SKIPS = {
  old_engine_test: "its own fetch needs what the test takes away, and the other runtimes run it",
  local_python_test: "it takes minutes, and the other runtimes run it",
};

/** All runtimes, in the order of a run. Deno is first, because the others are compared with it. */
export const RUNTIMES: Runtime[] = [
  { name: "deno", skips: {}, usesPackage: false, run: runOnDeno },
  { name: "node-22", skips: {}, usesPackage: true, run: (files) => runOnNode("node-22", files) },
  { name: "node-26", skips: NODE_26_SKIPS, usesPackage: true, run: (files) => runOnNode("node-26", files) },
  { name: "bun", skips: {}, usesPackage: true, run: runOnBun },
  { name: "workerd", skips: WORKERD_SKIPS, usesPackage: true, run: (files) => runOnWorkerd([], files) },
  {
    name: "workerd+nodejs_compat",
    skips: WORKERD_SKIPS,
    usesPackage: true,
    run: (files) => runOnWorkerd(["nodejs_compat"], files),
  },
  ...(["chromium", "firefox"] as const).flatMap((browser) =>
    (["page", "worker"] as const).map((place) => ({
      name: place === "page" ? browser : `${browser}-worker`,
      skips: BROWSER_SKIPS,
      usesPackage: true,
      browser,
      run: (files: string[]) => runInBrowser(browser, place, files),
    }))
  ),
];

/** Lets the tests of Python workers find the environments that were made for them. */
export function useWorkerSdks(sdks: WorkerSdk[]): void {
  TEST_ENV.LOCAL_PYTHON_SDKS = JSON.stringify(sdks);
}

/** Lets the tests of pages find a browser. */
export function useChromium(command: string | undefined): void {
  if (command !== undefined) TEST_ENV.LOCAL_CHROMIUM = command;
}

/** Builds the npm package, installs it, and compiles the test files against it. */
export async function preparePackage(files: string[]): Promise<void> {
  await prepareConsumer();
  await Deno.remove(new URL("tests/", consumer), { recursive: true }).catch(() => {});
  await bundle(files.map((file) => pathOf(new URL(`tests/${file}.ts`, root))), [
    "--packages=external",
    "--platform=neutral",
    "--sourcemap=inline",
    // Node 22 cannot parse it.
    "--supported:using=false",
    "--outdir=tests",
    ...await standInFlags(),
  ]);
}

async function runOnDeno(files: string[]): Promise<TestResult[]> {
  const importMap = await importMapFlag();
  return await runWithReport("deno", (report) =>
    run(Deno.execPath(), [
      "test",
      "--allow-all",
      importMap,
      `--junit-path=${report}`,
      ...files.map((file) => `tests/${file}.ts`),
    ], { env: TEST_ENV }));
}

async function runOnNode(version: "node-22" | "node-26", files: string[]): Promise<TestResult[]> {
  return await runWithReport(version, (report) =>
    run(binaryOf(version), [
      "--test",
      // A test that hangs fails.
      "--test-timeout=300000",
      "--enable-source-maps",
      "--test-reporter=junit",
      `--test-reporter-destination=${report}`,
      ...files.map(compiled),
    ], { cwd: consumer, env: TEST_ENV }));
}

async function runOnBun(files: string[]): Promise<TestResult[]> {
  return await runWithReport("bun", (report) =>
    run(binaryOf("bun"), [
      "test",
      // Bun's default of 5 s is too short for a busy machine.
      "--timeout=60000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${compiled(file)}`),
    ], { cwd: consumer, env: TEST_ENV }));
}

/** Runs the files as one Worker that collects the tests and runs them, because workerd has no test runner for files. */
async function runOnWorkerd(flags: string[], files: string[]): Promise<TestResult[]> {
  const folder = await bundleTests({
    name: "workerd",
    files,
    last: `import { runTests } from ${JSON.stringify(supportFile("collector.ts"))};
export default { test: async () => { if (await runTests() > 0) throw new Error("Tests failed"); } };`,
    flags: ["--platform=neutral", "--main-fields=module,main", "--conditions=workerd,worker,browser"],
  });
  await Deno.writeTextFile(
    new URL("config.capnp", folder),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "suite.js")],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`,
  );
  const { code, output } = await run(binaryOf("workerd"), ["test", "config.capnp"], { cwd: folder });
  return readResults(output, code, "the Worker");
}

// Without the key of the developer: tests have their own.
const TEST_ENV: Record<string, string> = { AI_SDK_LOG_WARNINGS: "false", RUNPOD_API_KEY: "" };

/** Starts a test runner that writes a JUnit report, and reads the report. */
async function runWithReport(
  name: string,
  start: (report: string) => Promise<Outcome>,
): Promise<TestResult[]> {
  const report = new URL(`npm/${name}.xml`, root);
  await Deno.mkdir(new URL("npm/", root), { recursive: true });
  await Deno.remove(report).catch(() => {});
  const { code, output } = await start(pathOf(report));
  const results = await exists(report) ? readReport(await Deno.readTextFile(report)) : [];
  // Some reports do not mention a file that fails to load.
  if (code !== 0 && results.every(({ error }) => error === undefined)) {
    results.push({ name: "the test run", error: output.slice(-5000) });
  }
  return results;
}

/** Reads the test cases of a JUnit report from Deno, Node or Bun. */
function readReport(xml: string): TestResult[] {
  const results: TestResult[] = [];
  const suites: string[] = [];
  // A name may have a bracket of its own.
  const tags =
    /<testsuite ((?:[^">]|"[^"]*")*?)(\/)?>|(<\/testsuite>)|<testcase ((?:[^">]|"[^"]*")*?)(?:\/>|>([^]*?)<\/testcase>)/g;
  const nameIn = (attributes: string) => decodeEntities(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? "");
  for (const [, suite, isEmpty, end, attributes, body] of xml.matchAll(tags)) {
    if (suite !== undefined && !isEmpty) suites.push(nameIn(suite));
    if (end) suites.pop();
    if (attributes === undefined) continue;
    // Node 22 escapes names twice.
    const name = decodeEntities(nameIn(attributes));
    const failure = /<(failure|error)\b[^]*?(<\/\1>|\/>)/.exec(body ?? "")?.[0];
    // Deno lists each describe block as a test of its file, besides its tests under their full names.
    if (suites.at(-1)?.endsWith("_test.ts")) continue;
    const path = name.includes(" > ") ? [] : suites.filter((suite) => !/_test\.js$|^ext:/.test(suite));
    results.push({
      name: [...path, name].join(" > "),
      error: failure && decodeEntities(failure.replace(/<[^>]*>/g, " ")),
    });
  }
  return results;
}

function decodeEntities(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(
    /&(?:#(x?)([0-9a-f]+)|(\w+));/gi,
    (all, isHex, code, name) => code ? String.fromCodePoint(parseInt(code, isHex ? 16 : 10)) : entities[name] ?? all,
  );
}
