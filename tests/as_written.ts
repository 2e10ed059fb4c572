/**
 * Runs code as users write it: the default `runpod`, its key from the environment, the global `fetch` being the emulator.
 *
 * @module
 */
import { createRunpodEmulator, type RunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { KEY } from "./capture.ts";

interface Globals {
  fetch: typeof globalThis.fetch;
  // Absent on Workers without Node's compatibility flag.
  process?: { env: Record<string, string | undefined> };
}

/** Runs a function between a changed and a restored world. */
export async function asWritten(run: (emulator: RunpodEmulator) => Promise<void>): Promise<void> {
  const globals = globalThis as unknown as Globals;
  const emulator = createRunpodEmulator({ apiKey: KEY });
  const { fetch, process } = globals;
  const key = process?.env.RUNPOD_API_KEY;
  globals.fetch = emulator.fetch as typeof globalThis.fetch;
  globals.process ??= { env: {} };
  globals.process.env.RUNPOD_API_KEY = KEY;
  try {
    await run(emulator);
  } finally {
    globals.fetch = fetch;
    globals.process = process;
    if (process && key === undefined) delete process.env.RUNPOD_API_KEY;
    else if (process) process.env.RUNPOD_API_KEY = key;
  }
}
