/**
 * An emulated Runpod with an endpoint for each way to run a job (`job_ways.ts`), on a virtual clock.
 *
 * @module
 */
import { createRunpod, type RunpodProvider, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import {
  createRunpodEmulator,
  type EmulatedBehavior,
  type EmulatedEndpoint,
  type EmulatedRequest,
  type RunpodEmulator,
  type RunpodEmulatorOptions,
} from "@runpod/ai-sdk-provider/testing";
import { assert } from "@std/assert";
import { KEY } from "./capture.ts";
import { watchBodies, watchRejections } from "./leftovers.ts";
import { settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

/** What a request asks of the service. */
export type Operation = EmulatedRequest["operation"];

/** The two requests that submit a job. */
export const SUBMISSIONS: Operation[] = ["run", "runsync"];

/** The two requests that read a job's status: the second is held until the job has ended. */
export const STATUS_READS: Operation[] = ["status", "status-sync"];

/** Longer than anything that goes on in the background. */
export const BACKGROUND_MILLIS = 100_000;

/** What a test works with. */
export interface JobWorld {
  clock: VirtualClock;
  emulator: RunpodEmulator;
  runpod: RunpodProvider;
  /** The number of requests for these operations; of all requests without an argument. */
  count(...operations: Operation[]): number;
}

export interface JobWorldOptions {
  /** How long jobs take, and how they end. */
  jobs?: Partial<EmulatedEndpoint>;
  behavior?: EmulatedBehavior;
  /** Answers requests in place of the emulator. */
  intercept?: RunpodEmulatorOptions["intercept"];
  settings?: RunpodProviderSettings;
}

/** Runs a test, which must leave no timer, no unread body and no unhandled rejection behind. */
export async function inJobWorld(
  { jobs, behavior, intercept, settings }: JobWorldOptions,
  test: (world: JobWorld) => Promise<void>,
): Promise<void> {
  using rejections = watchRejections();
  await withVirtualTime(async (clock) => {
    const emulator = createRunpodEmulator({
      endpoints: {
        picture: { ...jobs, worker: "image" },
        voice: { ...jobs, worker: "speech" },
        ears: { ...jobs, worker: "transcription" },
        film: { ...jobs, worker: "video" },
        upper: { ...jobs, worker: ({ text }) => ({ text: String(text).toUpperCase() }) },
      },
      behavior,
      intercept,
    });
    const bodies = watchBodies(emulator.fetch);
    const runpod = createRunpod({ apiKey: KEY, fetch: bodies.fetch, ...settings });
    const count = (...operations: Operation[]) =>
      emulator.requests.filter(({ operation }) => operations.length === 0 || operations.includes(operation)).length;
    await test({ clock, emulator, runpod, count });
    await settled(BACKGROUND_MILLIS);
    assert(!clock.hasTimers(), "a timer is left");
    bodies.assertNoneLeft();
  });
  rejections.assertNone();
}
