/**
 * A provider whose requests the emulator answers.
 *
 * @module
 */
import { createRunpod, type RunpodProvider, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator, type RunpodEmulator, type RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import { KEY } from "./capture.ts";

/** Makes an emulator, and a provider on it. */
export function emulate(
  options: RunpodEmulatorOptions = {},
  settings: RunpodProviderSettings = {},
): { emulator: RunpodEmulator; runpod: RunpodProvider } {
  const emulator = createRunpodEmulator(options);
  return { emulator, runpod: createRunpod({ apiKey: KEY, fetch: emulator.fetch, ...settings }) };
}

/** The operations of all requests, in order. */
export function operationsOf({ requests }: RunpodEmulator): string[] {
  return requests.map(({ operation }) => operation);
}

/** The number of requests for an operation. */
export function count(emulator: RunpodEmulator, operation: string): number {
  return operationsOf(emulator).filter((name) => name === operation).length;
}

/** The states of all jobs, in the order in which they were submitted. */
export function statesOf({ jobs }: RunpodEmulator): string[] {
  return jobs.map(({ status }) => status);
}
