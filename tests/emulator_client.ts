/**
 * Requests to an emulator, for its own tests.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createRunpodEmulator, type EmulatedEndpoint, type RunpodEmulator } from "@runpod/ai-sdk-provider/testing";

/** Where the endpoints are. */
export const api = "https://api.runpod.ai/v2";

/** Whatever a response holds. */
// deno-lint-ignore no-explicit-any
export type Json = any;

/** Sends a request, by default a POST of JSON or a GET, and reads the response. */
export async function call(
  emulator: RunpodEmulator,
  path: string,
  body?: unknown,
  init: RequestInit = {},
): Promise<{ status: number; body: Json; headers: Headers }> {
  const response = await emulator.fetch(path.startsWith("http") ? path : `${api}/${path}`, {
    method: body === undefined ? "GET" : "POST",
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { authorization: "Bearer rpa_test" },
    ...init,
  });
  const text = await response.text();
  let parsed: Json = text;
  try {
    parsed = JSON.parse(text);
  } catch { /* Not every answer is JSON. */ }
  return { status: response.status, body: parsed, headers: response.headers };
}

/** Runs a test with an emulator with one endpoint, "mine", and a clock that stands still until the test moves it. */
export async function withClock(
  endpoint: EmulatedEndpoint,
  test: (emulator: RunpodEmulator, move: (millis: number) => void) => Promise<void>,
  options: Parameters<typeof createRunpodEmulator>[0] = {},
): Promise<void> {
  const real = { now: Date.now, setTimeout: globalThis.setTimeout };
  let now = 1_767_225_600_000;
  Date.now = () => now;
  // A timer moves the clock and fires at once.
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, millis = 0) => {
      const at = now + millis;
      return real.setTimeout(() => {
        now = Math.max(now, at);
        callback();
      }, 0);
    },
  });
  try {
    await test(createRunpodEmulator({ ...options, endpoints: { mine: endpoint } }), (millis) => now += millis);
  } finally {
    Date.now = real.now;
    Object.assign(globalThis, { setTimeout: real.setTimeout });
  }
}

/** The parsed events of a stream that must end with `[DONE]`. */
export function events(text: string): Json[] {
  const data = text.split("\n\n").filter((event) => event !== "").map((event) => event.replace(/^data: /, ""));
  assertEquals(data.pop(), "[DONE]");
  return data.map((event) => JSON.parse(event));
}

/** The body of a chat completion. */
export const ask = (content: string, more: Record<string, unknown> = {}) => ({
  model: "m",
  messages: [{ role: "user", content }],
  ...more,
});

/** An endpoint with a chat model. */
export const chat: EmulatedEndpoint = { worker: "chat", models: ["m"] };
