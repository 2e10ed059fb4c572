/** What browsers ask servers to allow, and what an error can say where they refuse. */
import { APICallError } from "@ai-sdk/provider";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { embed, generateImage, generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KEY } from "./capture.ts";
import { withUserAgent } from "./globals.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";

/** A provider in a browser, and the names of all headers that it sends. */
function inBrowser(settings: Parameters<typeof createRunpod>[0] = {}) {
  const emulator = createRunpodEmulator();
  const names = new Set<string>();
  const runpod = createRunpod({
    apiKey: KEY,
    fetch: (input, init) => {
      new Headers(init?.headers).forEach((_, name) => names.add(name));
      return emulator.fetch(input, init);
    },
    ...settings,
  });
  return { runpod, names };
}

/** Calls of several kinds, as `ai` makes them, with its own user agent. */
const CALLS: Record<string, (runpod: ReturnType<typeof createRunpod>) => PromiseLike<unknown>> = {
  "a text": (runpod) => generateText({ model: runpod("qwen/qwen3-32b-awq"), prompt: "Hi", maxRetries: 0 }),
  "a streamed text": (runpod) => streamText({ model: runpod("qwen/qwen3-32b-awq"), prompt: "Hi" }).text,
  "an image": (runpod) =>
    generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt: "A lighthouse", maxRetries: 0 }),
  "an embedding": (runpod) =>
    embed({ model: runpod.embeddingModel("embedder", { model: "e5" }), value: "Hi", maxRetries: 0 }),
};

describe("the headers of a browser", () => {
  it("are those that Runpod's servers allow, whatever is called", () =>
    withUserAgent(FIREFOX, async () => {
      for (const [what, call] of Object.entries(CALLS)) {
        const { runpod, names } = inBrowser();
        await Promise.resolve(call(runpod)).catch(() => {});
        assertEquals([...names].sort(), ["authorization", "content-type"], what);
      }
    }));

  it("have the user agent that the settings name, and no other", () =>
    withUserAgent(FIREFOX, async () => {
      let sent: string | null = null;
      const emulator = createRunpodEmulator();
      const { runpod } = inBrowser({
        headers: { "User-Agent": "my-app/1" },
        fetch: (input, init) => {
          sent = new Headers(init?.headers).get("user-agent");
          return emulator.fetch(input, init);
        },
      });
      await CALLS["a text"](runpod);
      assertEquals(sent, "my-app/1");
    }));
});

describe("a request that a browser does not let through", () => {
  for (
    const message of [
      "Failed to fetch",
      "Failed to fetch (api.runpod.ai)",
      "NetworkError when attempting to fetch resource.",
      "Load failed",
    ]
  ) {
    it(`has an error that tells what CORS needs: ${message}`, () =>
      withUserAgent(FIREFOX, async () => {
        const { runpod } = inBrowser({ fetch: () => Promise.reject(new TypeError(message)) });
        for (const [what, call] of Object.entries(CALLS)) {
          const error = await assertRejects(async () => {
            if (what === "a streamed text") await runpod("qwen/qwen3-32b-awq").doStream({ prompt: [] });
            else await call(runpod);
          }, APICallError);
          assertStringIncludes(error.message, message);
          assertStringIncludes(error.message, "CORS");
          assertStringIncludes(
            error.message,
            "allow the origin of this page and the headers authorization, content-type",
          );
          assert(!error.message.includes("a job may exist"));
          assertEquals(error.message.includes("the job is not submitted again"), what === "an image");
          assertEquals(error.isRetryable, what !== "an image");
        }
      }));
  }

  it("says nothing of CORS where the message tells the reason", async () => {
    const { runpod } = inBrowser({ fetch: () => Promise.reject(new TypeError("fetch failed")) });
    const error = await assertRejects(() => Promise.resolve(CALLS["an image"](runpod)), APICallError);
    assert(!error.message.includes("CORS"));
    assertStringIncludes(error.message, "a job may exist");
  });
});
