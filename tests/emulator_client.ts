/**
 * Requests to an emulator, for its own tests.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createRunpodEmulator, type EmulatedEndpoint, type RunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { withVirtualTime } from "./virtual_time.ts";

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

/** Runs a test with an emulator of one endpoint, "mine", on a virtual clock that the test can move too. */
export async function withClock(
  endpoint: EmulatedEndpoint,
  test: (emulator: RunpodEmulator, move: (millis: number) => void) => Promise<void>,
  options: Parameters<typeof createRunpodEmulator>[0] = {},
): Promise<void> {
  const startAt = 1_767_225_600_000;
  await withVirtualTime(
    ({ move }) => test(createRunpodEmulator({ ...options, endpoints: { mine: endpoint } }), move),
    { startAt },
  );
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
