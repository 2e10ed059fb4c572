/**
 * Stands in for `node:test` on workerd: collects the tests while the Worker loads, and runs them inside its test handler,
 * because Workers allow no timers, randomness or I/O outside of one.
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

/** Runs all tests in their order, and prints one line of JSON for each. */
export async function runTests(): Promise<void> {
  let failures = 0;
  for (const { name, run } of tests) {
    let error: string | undefined;
    try {
      await run();
    } catch (cause) {
      failures++;
      error = cause instanceof Error ? cause.stack ?? cause.message : String(cause);
    }
    console.log(`RESULT ${JSON.stringify({ name, error })}`);
  }
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
