/**
 * Notices what code does that should do nothing: requests, timers, randomness, reads of the environment, schemas.
 *
 * @module
 */

/** Sets traps, until they are disarmed. */
export function setTraps(): { noticed: string[]; disarm: () => void } {
  const noticed: string[] = [];
  const restore: Array<() => void> = [];
  const globals = globalThis as unknown as Record<string, unknown> & { process?: { env: Record<string, string> } };

  const replace = <Owner extends object, Key extends keyof Owner>(owner: Owner, key: Key, value: Owner[Key]) => {
    const original = owner[key];
    owner[key] = value;
    restore.push(() => owner[key] = original);
  };

  for (const name of ["fetch", "setTimeout", "setInterval"]) {
    const original = globals[name] as (...args: unknown[]) => unknown;
    replace(globals, name, (...args: unknown[]) => {
      noticed.push(name);
      return original(...args);
    });
  }

  const { random } = Math;
  replace(Math, "random", () => {
    noticed.push("Math.random");
    return random();
  });

  const { defineProperty } = Object;
  replace(Object, "defineProperty", (target, key, descriptor) => {
    // What every zod schema gets when it is made.
    if (key === "_zod") noticed.push("a zod schema");
    return defineProperty(target, key, descriptor);
  });

  if (globals.process) {
    replace(
      globals.process,
      "env",
      new Proxy(globals.process.env, {
        get: (env, key) => {
          // Node's own loader of modules reads these two.
          if (key !== "NODE_V8_COVERAGE" && key !== "WATCH_REPORT_DEPENDENCIES") {
            noticed.push(`process.env.${String(key)}`);
          }
          return Reflect.get(env, key);
        },
      }),
    );
  }
  return { noticed, disarm: () => restore.reverse().forEach((undo) => undo()) };
}
