/**
 * The global `fetch` and the environment, as an app has them.
 *
 * @module
 */
import { createRunpodEmulator, type RunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { stub } from "@std/testing/mock";
import { KEY } from "./capture.ts";

/** Runs with RUNPOD_API_KEY in the environment, even where the runtime has no environment. */
export async function withApiKey<T>(run: () => Promise<T>): Promise<T> {
  // Workers without Node's compatibility flag have no `process`.
  const globals = globalThis as unknown as { process?: { env: Record<string, string | undefined> } };
  const { process } = globals;
  const before = process?.env.RUNPOD_API_KEY;
  globals.process ??= { env: {} };
  globals.process.env.RUNPOD_API_KEY = KEY;
  try {
    return await run();
  } finally {
    if (process === undefined) delete globals.process;
    else if (before === undefined) delete process.env.RUNPOD_API_KEY;
    else process.env.RUNPOD_API_KEY = before;
  }
}

/** Runs with an emulator as the global `fetch`. */
export async function withGlobalFetch<T>({ fetch }: Pick<RunpodEmulator, "fetch">, run: () => Promise<T>): Promise<T> {
  using _ = stub(globalThis, "fetch", fetch as typeof globalThis.fetch);
  return await run();
}

/** Runs code as apps have it: the default `runpod`, its key from the environment, the global `fetch`. */
export async function asWritten(run: (emulator: RunpodEmulator) => Promise<void>): Promise<void> {
  const emulator = createRunpodEmulator({ apiKey: KEY });
  await withApiKey(() => withGlobalFetch(emulator, () => run(emulator)));
}
