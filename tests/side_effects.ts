/**
 * Side effects of code: requests, timers, randomness, schemas, and reads of the environment.
 *
 * @module
 */
import { spy, stub } from "@std/testing/mock";

/** Runs code, and returns its side effects. */
export async function sideEffectsOf(run: () => Promise<void>): Promise<string[]> {
  const noticed: string[] = [];
  const { defineProperty } = Object;
  using _ = stub(Object, "defineProperty", (target, key, descriptor) => {
    // Every zod schema gets this when it is made.
    if (key === "_zod") noticed.push("a zod schema");
    return defineProperty(target, key, descriptor);
  });
  using _env = watchEnvironment((key) => noticed.push(`process.env.${key}`));
  using fetch = spy(globalThis, "fetch");
  using setTimeout = spy(globalThis, "setTimeout");
  using setInterval = spy(globalThis, "setInterval");
  using random = spy(Math, "random");
  await run();
  for (const [name, { calls }] of Object.entries({ fetch, setTimeout, setInterval, random })) {
    if (calls.length > 0) noticed.push(name);
  }
  return noticed;
}

/** Reports reads of the environment, where there is one. */
function watchEnvironment(onRead: (key: string) => void): Disposable {
  const { process } = globalThis as unknown as { process?: { env: Record<string, string> } };
  if (process === undefined) return { [Symbol.dispose]: () => {} };
  const { env } = process;
  process.env = new Proxy(env, {
    get: (target, key) => {
      // Node's loader of modules reads these two.
      if (key !== "NODE_V8_COVERAGE" && key !== "WATCH_REPORT_DEPENDENCIES") onRead(String(key));
      return Reflect.get(target, key);
    },
  });
  return { [Symbol.dispose]: () => process.env = env };
}
