/**
 * The global `fetch` and the environment, as an app has them.
 *
 * @module
 */
import { createRunpodEmulator, type RunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { stub } from "@std/testing/mock";
import { KEY } from "./capture.ts";

/** Whether the tests run in a browser, in a page or a worker. */
export const IS_BROWSER: boolean = /^Mozilla\//.test(globalThis.navigator?.userAgent);

/** Runs with these variables in the environment, even where the runtime has no environment. */
export async function withVariables<T>(variables: Record<string, string>, run: () => Promise<T>): Promise<T> {
  // Workers without Node's compatibility flag have no `process`.
  const globals = globalThis as unknown as { process?: { env: Record<string, string | undefined> } };
  const { process } = globals;
  globals.process = { ...process, env: { ...process?.env, ...variables } };
  try {
    return await run();
  } finally {
    if (process === undefined) delete globals.process;
    else globals.process = process;
  }
}

/** Runs with the key of the tests in the environment. */
export function withApiKey<T>(run: () => Promise<T>): Promise<T> {
  return withVariables({ RUNPOD_API_KEY: KEY }, run);
}

/** Runs as in a runtime whose `navigator` has this user agent. */
export async function withUserAgent<T>(userAgent: string, run: () => Promise<T>): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { userAgent }, configurable: true });
  try {
    return await run();
  } finally {
    if (own === undefined) delete (globalThis as { navigator?: unknown }).navigator;
    else Object.defineProperty(globalThis, "navigator", own);
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
