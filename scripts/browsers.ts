/**
 * Browsers as runtimes of the tests: finds or installs them, and runs the tests in a page or in a Web Worker.
 *
 * @module
 */
import { binaryOf, bundle } from "./consumer.ts";
import { pathOf } from "./files.ts";
import { run } from "./shell.ts";
import { bundleTests, readResults, supportFile, type TestResult } from "./test_bundle.ts";

/** A browser that tests run in. */
export type Browser = "chromium" | "firefox";

/** Where tests run in a browser. */
export type Place = "page" | "worker";

/** Of each browser, the Debian package, the variable that chooses a command, and its usual commands. */
const BROWSERS: Record<Browser, { debianPackage: string; variable: string; commands: string[] }> = {
  chromium: {
    debianPackage: "chromium",
    variable: "CHROMIUM",
    commands: [
      "chromium",
      "chromium-browser",
      "google-chrome",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
  },
  firefox: {
    debianPackage: "firefox-esr",
    variable: "FIREFOX",
    commands: ["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"],
  },
};

const found: Partial<Record<Browser, string>> = {};

/** The command that starts a browser; undefined where there is none. */
export const commandOf = (browser: Browser): string | undefined => found[browser];

/**
 * Looks for browsers, and installs what is missing where that is possible: on Debian and Ubuntu, as root. Returns what is
 * missing all the same.
 */
export async function prepareBrowsers(browsers: Browser[]): Promise<string[]> {
  for (const browser of browsers) found[browser] = await find(browser);
  const missing = browsers.filter((browser) => found[browser] === undefined);
  if (missing.length === 0) return [];
  const problem = await install(missing.map((browser) => BROWSERS[browser].debianPackage));
  for (const browser of missing) found[browser] = await find(browser);
  return missing.filter((browser) => found[browser] === undefined)
    .map((browser) => `${browser} is not here${problem && ` (${problem})`}`);
}

async function find(browser: Browser): Promise<string | undefined> {
  const { variable, commands } = BROWSERS[browser];
  const chosen = Deno.env.get(variable);
  for (const command of chosen ? [chosen] : commands) {
    const { code, stdout } = await outcome(command, ["--version"]);
    // Ubuntu has a command of this name that only advises to install a snap.
    if (code === 0 && /\d+\.\d+/.test(stdout)) return pathOf(new URL(`file://${await pathTo(command)}`));
  }
}

/** The absolute path of a command, as the browsers' driver wants it. */
async function pathTo(command: string): Promise<string> {
  if (command.startsWith("/")) return command;
  return (await outcome("sh", ["-c", `command -v ${command}`])).stdout.trim();
}

/** Installs Debian packages. Returns why that was not possible; empty if it was. */
async function install(packages: string[]): Promise<string> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "only root can install it";
  console.log(`Installing ${packages.join(" and ")} (once)`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const add = ["install", "--yes", "--quiet", "--no-install-recommends", ...packages];
  if ((await outcome("apt-get", add, env)).code === 0) return "";
  // The lists of packages may be missing or too old.
  await outcome("apt-get", ["update", "--quiet"], env);
  const { code, output } = await outcome("apt-get", add, env);
  return code === 0 ? "" : output.trim().split("\n").at(-1) ?? "";
}

/** Runs a command that may not exist. */
async function outcome(command: string, args: string[], env: Record<string, string> = {}) {
  try {
    return await run(command, args, { env });
  } catch {
    return { code: 127, stdout: "", output: `there is no ${command}` };
  }
}

/** Runs test files in a browser. */
export async function runInBrowser(browser: Browser, place: Place, files: string[]): Promise<TestResult[]> {
  const folder = await bundleTests({
    name: "browser",
    files,
    last: `import { runInBrowser } from ${JSON.stringify(supportFile("browser_suite.ts"))};\nawait runInBrowser();`,
    flags: ["--platform=browser"],
  });
  await bundle([supportFile("browser_driver.ts")], [
    "--platform=node",
    "--packages=external",
    "--outfile=browser/driver.js",
  ]);
  const args = ["driver.js", browser === "chromium" ? "chrome" : browser, found[browser]!, "suite.js", place];
  const { code, output } = await run(binaryOf("node-26"), args, { cwd: folder });
  return readResults(output, code, `the ${place} in ${browser}`);
}
