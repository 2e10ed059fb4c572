/**
 * The tests as one bundle, for runtimes that have no test runner for files. The bundle collects the tests, runs them, and
 * prints a line for each result.
 *
 * @module
 */
import { bundle, consumer } from "./consumer.ts";
import { pathOf, root } from "./files.ts";

/** One test on one runtime. */
export interface TestResult {
  /** `suite > test`. */
  name: string;
  /** Why the test failed; undefined if it passed. */
  error?: string;
}

/** The path of a test file that was compiled against the npm package, in the app's folder. */
export const compiled = (file: string): string => `tests/${file}.js`;

/** The path of a file that is part of such a bundle. */
export const supportFile = (file: string): string => pathOf(new URL(`tests/runtimes/${file}`, root));

/** Bundles test files, and `last` as the code that runs them, and returns the bundle's folder. */
export async function bundleTests(
  { name, files, last, flags }: { name: string; files: string[]; last: string; flags: string[] },
): Promise<URL> {
  const folder = new URL(`${name}/`, consumer);
  await Deno.mkdir(folder, { recursive: true });
  const imports = files.map((file) => `import "../${compiled(file)}";`);
  await Deno.writeTextFile(new URL("main.js", folder), [...imports, last].join("\n"));
  await bundle([`${name}/main.js`], [
    ...flags,
    `--alias:node:test=${supportFile("collector.ts")}`,
    `--alias:node:assert=${supportFile("assert.ts")}`,
    `--alias:dequal=${pathOf(new URL("node_modules/dequal/dist/index.mjs", consumer))}`,
    `--outfile=${name}/suite.js`,
  ]);
  return folder;
}

/** Reads the results out of what such a bundle prints. Without one, all of it is the error of `what`. */
export function readResults(output: string, code: number, what: string): TestResult[] {
  const results = output.split("\n").flatMap((line) => {
    const json = /^RESULT (.*)$/.exec(line)?.[1];
    return json ? [JSON.parse(json) as TestResult] : [];
  });
  if (code === 0 || results.some(({ error }) => error !== undefined)) return results;
  const rest = output.split("\n").filter((line) => !line.startsWith("RESULT ")).join("\n");
  return [...results, { name: what, error: rest.slice(-5000) }];
}
