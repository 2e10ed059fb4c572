import { InvalidArgumentError } from "@ai-sdk/provider";
import type { RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { completed, completion } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { PNG_BASE64 } from "./files.ts";
import { withVariables } from "./globals.ts";
import { IMAGE_CALL, PROMPT } from "./smallest_calls.ts";

const LOCAL = "http://127.0.0.1:8787/v2";

/** The URLs and keys of the requests for a chat, an image and a job of an endpoint. */
async function requestsOf(modelId: string, settings: RunpodProviderSettings = {}) {
  const { runpod, sent } = capture(
    ({ url }) => url.includes("/chat/") ? completion({ content: "Hi" }) : completed({ image: PNG_BASE64 }),
    { apiKey: undefined, ...settings },
  );
  await runpod(modelId, { model: "m" }).doGenerate({ prompt: PROMPT });
  if (!modelId.includes("api.runpod.ai/v1")) {
    await runpod.image(modelId).doGenerate(IMAGE_CALL);
    await runpod.endpoint(modelId).runSync({ a: 1 });
  }
  return sent.map(({ url, headers }) => [url.replace(/\?.*/, ""), headers.get("authorization")]);
}

describe("RUNPOD_ENDPOINT_BASE_URL", () => {
  const local = (id: string) => [
    [`${LOCAL}/${id}/openai/v1/chat/completions`, `Bearer ${KEY}`],
    [`${LOCAL}/${id}/runsync`, `Bearer ${KEY}`],
    [`${LOCAL}/${id}/runsync`, `Bearer ${KEY}`],
  ];

  for (
    const modelId of [
      "abc123xyz",
      "https://api.runpod.ai/v2/abc123xyz",
      "https://console.runpod.io/serverless/user/endpoint/abc123xyz",
    ]
  ) {
    it(`moves every call of ${modelId} there, with the environment's key`, () =>
      withVariables({ RUNPOD_ENDPOINT_BASE_URL: LOCAL, RUNPOD_API_KEY: KEY }, async () => {
        assertEquals(await requestsOf(modelId), local("abc123xyz"));
      }));
  }

  it("moves models of the catalogue and load balancers too", () =>
    withVariables({ RUNPOD_ENDPOINT_BASE_URL: `${LOCAL}/`, RUNPOD_API_KEY: KEY }, async () => {
      assertEquals(await requestsOf("qwen/qwen-image"), local("qwen-image-t2i"));
      assertEquals(await requestsOf("https://abc123xyz.api.runpod.ai/v1"), local("abc123xyz").slice(0, 1));
    }));

  it("is read when a model is called, not when it is made", async () => {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    const model = runpod("abc123xyz", { model: "m" });
    await withVariables({ RUNPOD_ENDPOINT_BASE_URL: LOCAL }, async () => {
      await model.doGenerate({ prompt: PROMPT });
    });
    await model.doGenerate({ prompt: PROMPT });
    assertEquals(sent.map(({ url }) => new URL(url).host), ["127.0.0.1:8787", "api.runpod.ai"]);
  });

  it("is overridden by baseURL, and does not move other servers", () =>
    withVariables({ RUNPOD_ENDPOINT_BASE_URL: LOCAL, RUNPOD_API_KEY: KEY }, async () => {
      const atBase = await requestsOf("abc123xyz", { baseURL: "https://proxy.example/v2" });
      assertEquals(atBase[0], ["https://proxy.example/v2/abc123xyz/openai/v1/chat/completions", `Bearer ${KEY}`]);
      const { runpod, sent } = capture(() => completion({ content: "Hi" }), { apiKey: undefined });
      await runpod("http://localhost:8000/v1", { model: "m" }).doGenerate({ prompt: PROMPT });
      assertEquals([sent[0].url, sent[0].headers.get("authorization")], [
        "http://localhost:8000/v1/chat/completions",
        null,
      ]);
    }));

  it("is refused where it is not a base URL, without its credentials in the error", () =>
    withVariables({ RUNPOD_ENDPOINT_BASE_URL: "ftp://user:secret@host/v2" }, async () => {
      const { runpod, sent } = capture(() => completion({ content: "Hi" }));
      const call = async () => await runpod("abc", { model: "m" }).doGenerate({ prompt: PROMPT });
      const error = await assertRejects(call, InvalidArgumentError);
      assertStringIncludes(error.message, 'RUNPOD_ENDPOINT_BASE_URL "ftp://…@host/v2" cannot be used');
      assertEquals([sent.length, error.message.includes("secret")], [0, false]);
    }));
});
