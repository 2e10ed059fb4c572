/**
 * Stands in for `node:test` on workerd and in browsers: collects the tests while the Worker or the page loads, and runs
 * them afterwards, because Workers allow no timers, randomness or I/O before.
 *
 * @module
 */

const tests: Array<{ name: string; run: () => unknown }> = [];
const suites: string[] = [];

export function describe(name: string, define: () => void): void {
  suites.push(name);
  define();
  suites.pop();
}

export function it(name: string, run: () => unknown): void {
  tests.push({ name: [...suites, name].join(" > "), run });
}

/** Runs all tests in their order, tells one line of JSON for each, and returns how many have failed. */
export async function runTests(
  tell: (line: string) => void = console.log,
): Promise<number> {
  let failures = 0;
  for (const { name, run } of tests) {
    let error: string | undefined;
    try {
      await run();
    } catch (cause) {
      failures++;
      // Firefox has stacks without messages.
      const { stack = "" } = cause instanceof Error ? cause : {};
      error = stack.includes(String(cause)) ? stack : `${cause}\n${stack}`;
    }
    tell(`RESULT ${JSON.stringify({ name, error })}`);
  }
  return failures;
}
