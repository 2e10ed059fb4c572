/**
 * An endpoint of an emulator on a virtual clock, and its client.
 *
 * @module
 */
import type { RunpodEndpoint, RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import type { EmulatedEndpoint, RunpodEmulator, RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import { assertEquals } from "@std/assert";
import { emulate } from "./emulated.ts";
import { settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

/** What a test works with. */
export interface World {
  emulator: RunpodEmulator;
  endpoint: RunpodEndpoint;
  clock: VirtualClock;
}

/** Runs a test with the client of an emulated endpoint, "mine", on a virtual clock. */
export async function withEndpoint(
  mine: EmulatedEndpoint,
  run: (world: World) => Promise<void>,
  { settings, ...options }: RunpodEmulatorOptions & { settings?: RunpodProviderSettings } = {},
): Promise<void> {
  await withVirtualTime(async (clock) => {
    const { emulator, runpod } = emulate({ ...options, endpoints: { mine } }, settings);
    await run({ emulator, endpoint: runpod.endpoint("mine"), clock });
    await settled();
    assertEquals(clock.hasTimers(), false);
  });
}

/** Reads all items, also into a list that keeps what came before an error. */
export async function all<T>(iterable: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of iterable) into.push(item);
  return into;
}

/** Returns its input. */
export const echo: EmulatedEndpoint = { worker: (input) => ({ echo: input }) };
/** Yields letters, one in three seconds. */
export const letters: EmulatedEndpoint = {
  *worker() {
    yield* ["a", { letter: "b" }, "c", "d"];
  },
  runMillis: 2000,
  tokenMillis: 3000,
};

/** What that endpoint yields. */
export const LETTERS = ["a", { letter: "b" }, "c", "d"];
