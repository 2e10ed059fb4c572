/**
 * Runs the emulator as a local server.
 *
 * @module
 */
import type { RunpodEmulator } from "@runpod/ai-sdk-provider/testing";

/** The API key for runs against the emulator. It only looks like a key. */
export const FAKE_KEY = "rpa_FAKE_TEST_KEY_000000";

/** A running emulator. */
export interface EmulatorServer {
  /** The `baseURL` for a provider. */
  baseURL: string;
  close: () => Promise<void>;
}

/** Serves an emulator over HTTP on a free port of this machine. */
export function serveEmulator(emulator: RunpodEmulator): EmulatorServer {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response(null, { status: 500 }) },
    // Without the request's signal, because Deno.serve prints a warning when it is used.
    ({ url, method, headers, body }) => emulator.fetch(url, { method, headers, body }),
  );
  return { baseURL: `http://127.0.0.1:${server.addr.port}/v2`, close: () => server.shutdown() };
}
