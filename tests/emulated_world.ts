/**
 * Loaded before documentation's examples: their global `fetch` is the emulator, so they run as they are written.
 *
 * @module
 */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";

globalThis.fetch = createRunpodEmulator().fetch as typeof globalThis.fetch;
