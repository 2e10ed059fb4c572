/**
 * What Runpod's page about the AI SDK shows, as calls: its ids, settings and options. Where it does not hold for AI SDK 7 or
 * for today's models, the test says what to write in its place; `docs/from_version_1.md` lists these corrections.
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { experimental_generateVideo as generateVideo, generateImage, generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { featuresOf } from "./calls.ts";
import { capture, KEY } from "./capture.ts";
import { completion } from "./answers.ts";
import { emulate } from "./emulated.ts";
import { withVirtualTime } from "./virtual_time.ts";

const PROMPT = "Terraced rice fields in the rain";
const CHAT = "qwen3-32b-awq";
const FLUX = "black-forest-labs-flux-1-dev";

describe("the documentation's example of", () => {
  it("settings, with the default URL spelled out", async () => {
    let sent: Headers | undefined;
    const { fetch } = createRunpodEmulator();
    const runpod = createRunpod({
      apiKey: KEY,
      baseURL: "https://api.runpod.ai/v2",
      headers: { "X-Custom-Header": "value" },
      fetch: (input, init) => {
        sent = new Headers(init?.headers);
        return fetch(input, init);
      },
    });
    assert((await generateText({ model: runpod(CHAT), prompt: PROMPT })).text !== "");
    assertEquals(sent?.get("x-custom-header"), "value");
  });

  it("an endpoint id and a console link", async () => {
    const { runpod, sent } = capture(({ url }) =>
      url.includes("/openai/") ? completion({ content: "Hi" }) : Response.json({ id: "1", status: "FAILED" })
    );
    await generateText({ model: runpod("your-endpoint-id", { model: "mine" }), prompt: PROMPT });
    const link = "https://console.runpod.io/serverless/user/endpoint/abc123xyz";
    await assertRejects(() => generateImage({ model: runpod.image(link), prompt: PROMPT }));
    assertEquals(sent.map(({ url }) => new URL(url).pathname.split("/")[2]), ["your-endpoint-id", "abc123xyz"]);
  });

  it("texts, with totals of tokens, and streams", async () => {
    const { runpod } = emulate();
    const { text, finishReason, usage } = await generateText({
      model: runpod(CHAT),
      messages: [{ role: "user", content: PROMPT }],
      temperature: 0.8,
      maxOutputTokens: 500, // the page has maxTokens
      topP: 0.9,
    });
    assert(text !== "" && finishReason === "stop" && usage.totalTokens! > 0);
    let streamed = "";
    let total: number | undefined;
    const result = streamText({
      model: runpod(CHAT),
      prompt: PROMPT,
      onChunk: ({ chunk }) => {
        if (chunk.type === "text-delta") streamed += chunk.text; // the page has chunk.textDelta
      },
      onFinish: ({ usage }) => void (total = usage.totalTokens),
    });
    const whole = await result.text;
    assertEquals(streamed, whole);
    assert(total! > 0);
  });

  it("FLUX.1 dev, whose 16:9 is refused, and whose size says the same", () =>
    withVirtualTime(async () => {
      const { runpod } = emulate();
      const model = runpod.image(FLUX);
      await assertRejects(() => generateImage({ model, prompt: PROMPT, aspectRatio: "16:9" }), InvalidArgumentError);
      const { image } = await generateImage({ model, prompt: PROMPT, size: "1024x576" });
      assert(image.mediaType.startsWith("image/")); // the page has image.mimeType
    }));

  it("options of FLUX.1 dev", () =>
    withVirtualTime(async () => {
      const { runpod, emulator } = emulate();
      const options = {
        negative_prompt: "blurry",
        num_inference_steps: 30,
        guidance: 7.5,
        seed: 42,
        enable_safety_checker: true,
      };
      const { warnings } = await generateImage({
        model: runpod.image(FLUX),
        prompt: PROMPT,
        providerOptions: { runpod: options },
      });
      const input = emulator.jobs[0].request.input as Record<string, unknown>;
      for (const [name, value] of Object.entries(options)) assertEquals(input[name], value);
      assertEquals(warnings, []);
    }));

  it("edited images, whose ratio that model has not", () =>
    withVirtualTime(async () => {
      const { runpod } = emulate();
      const { image, warnings } = await generateImage({
        model: runpod.image("google-nano-banana-edit"),
        prompt: { text: "Add a sofa", images: ["https://example.com/room.png"] },
        aspectRatio: "16:9",
      });
      assert(image.uint8Array.length > 100);
      assertEquals(featuresOf(warnings), ["aspectRatio"]);
    }));

  it("videos, of a text and of an image", () =>
    withVirtualTime(async () => {
      const { runpod } = emulate();
      const { video, providerMetadata } = await generateVideo({
        model: runpod.video("alibaba/wan-2.6-t2v"),
        prompt: PROMPT,
        duration: 5,
        aspectRatio: "16:9",
        seed: 42,
        providerOptions: { runpod: { negative_prompt: "blurry" } },
      });
      assert(video.uint8Array.length > 100);
      // The page has video.url.
      assert(JSON.stringify(providerMetadata.runpod.videos).includes('"url":"https://'));
      const animated = await generateVideo({
        model: runpod.video("alibaba/wan-2.6-i2v"),
        prompt: { text: "Move gently", image: "https://example.com/image.png" }, // the page has image beside a text
      });
      assert(animated.video.uint8Array.length > 100);
    }));
});
