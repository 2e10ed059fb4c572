/**
 * The examples of the first README of this provider, as they are written there.
 *
 * AI SDK 7 has changed some names: `experimental_generateImage` is `generateImage`, a tool's `parameters` is
 * `inputSchema`, and a system message in `messages` needs `allowSystemInMessages`. And no file is written here.
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { createRunpod, runpod } from "@runpod/ai-sdk-provider";
import { generateImage, generateObject, generateText, streamText, tool } from "ai";
import { z } from "zod";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { sizeOfPng } from "./files.ts";
import { asWritten } from "./globals.ts";

// deno-lint-ignore no-explicit-any
const inputOf = (request: { body?: any } | undefined) => request?.body.input;

describe("the first README", () => {
  it("has a provider instance", () => {
    assertEquals(runpod.specificationVersion, "v4");
  });

  it("makes a provider with settings, and refuses the placeholder URL when a model is made", () => {
    const runpod = createRunpod({
      apiKey: "your-api-key", // optional, defaults to RUNPOD_API_KEY environment variable
      baseURL: "custom-url", // optional, for custom endpoints
      headers: {
        /* custom headers */
      }, // optional
    });
    assertThrows(() => runpod("qwen/qwen3-32b-awq"), InvalidArgumentError, '"custom-url"');
  });

  it("generates text", () =>
    asWritten(async () => {
      const { text, finishReason, usage } = await generateText({
        model: runpod("deep-cogito/deep-cogito-v2-llama-70b"),
        prompt: "Write a Python function that sorts a list:",
      });
      assertMatch(text, /sort|list|python/i);
      assertEquals(finishReason, "stop");
      assert(usage.inputTokens! > 0 && usage.outputTokens! > 0);
    }));

  it("can be used with streamText, and streams", () =>
    asWritten(async (emulator) => {
      const { textStream } = streamText({
        model: runpod("qwen/qwen3-32b-awq"),
        prompt: "Write a Python function that sorts a list:",
      });
      const pieces = await Array.fromAsync(textStream);
      assert(pieces.length > 5);
      assertEquals((emulator.requests[0].body as { stream: boolean }).stream, true);
    }));

  it("has a conversation", () =>
    asWritten(async () => {
      const { text } = await generateText({
        model: runpod("deep-cogito/deep-cogito-v2-llama-70b"),
        messages: [
          { role: "system", content: "You are a helpful assistant." },
          { role: "user", content: "What is the capital of France?" },
        ],
        allowSystemInMessages: true,
      });
      assertMatch(text, /France/);
    }));

  it("calls functions", () =>
    asWritten(async () => {
      const { toolCalls, toolResults } = await generateText({
        model: runpod("deep-cogito/deep-cogito-v2-llama-70b"),
        prompt: "What is the weather like in San Francisco?",
        tools: {
          getWeather: tool({
            description: "Get weather information for a city",
            inputSchema: z.object({
              city: z.string().describe("The city name"),
            }),
            execute: async ({ city }) => {
              return await Promise.resolve(`The weather in ${city} is sunny.`);
            },
          }),
        },
      });
      assertEquals(toolCalls[0].input, { city: "San Francisco" });
      assertEquals(toolResults[0].output, "The weather in San Francisco is sunny.");
    }));

  it("generates objects", () =>
    asWritten(async (emulator) => {
      const { object, usage } = await generateObject({
        model: runpod("qwen/qwen3-32b-awq"),
        schema: z.object({
          recipe: z.object({
            name: z.string(),
            ingredients: z.array(z.string()),
            steps: z.array(z.string()),
          }),
        }),
        prompt: "Generate a recipe for chocolate chip cookies.",
      });
      assert(object.recipe.steps.length > 0);
      assert(usage.totalTokens! > 0);
      assertStringIncludes(JSON.stringify(emulator.requests[0].body), '"type":"json_schema"');
    }));

  it("generates an image", () =>
    asWritten(async () => {
      const { image, warnings } = await generateImage({
        model: runpod.imageModel("qwen/qwen-image"),
        prompt: "A serene mountain landscape at sunset",
        aspectRatio: "4:3",
      });
      const [width, height] = sizeOfPng(image.uint8Array);
      assertEquals(width * 3, height * 4);
      assertEquals(image.mediaType, "image/png");
      assert(image.base64.length > 0);
      assertEquals(warnings, []);
    }));

  it("generates an image with advanced parameters", () =>
    asWritten(async (emulator) => {
      const { image } = await generateImage({
        model: runpod.imageModel("bytedance/seedream-3.0"),
        prompt: "A sunset over mountains",
        size: "1328x1328",
        seed: 42,
        providerOptions: {
          runpod: {
            negative_prompt: "blurry, low quality",
            enable_safety_checker: true,
          },
        },
      });
      assertEquals(sizeOfPng(image.uint8Array), [1328, 1328]);
      assertEquals(inputOf(emulator.requests[0]), {
        prompt: "A sunset over mountains",
        size: "1328x1328",
        seed: 42,
        negative_prompt: "blurry, low quality",
        enable_safety_checker: true,
      });
    }));

  it("transforms an existing image", () =>
    asWritten(async (emulator) => {
      const { image } = await generateImage({
        model: runpod.imageModel("black-forest-labs/flux-1-kontext-dev"),
        prompt: "Transform this into a cyberpunk style with neon lights",
        aspectRatio: "1:1",
        providerOptions: {
          runpod: {
            image: "https://example.com/input-image.jpg",
          },
        },
      });
      const [width, height] = sizeOfPng(image.uint8Array);
      assertEquals(width, height);
      assertEquals(inputOf(emulator.requests[0]).image, "https://example.com/input-image.jpg");
    }));

  it("transforms a base64 encoded image", () =>
    asWritten(async (emulator) => {
      const { image } = await generateImage({
        model: runpod.imageModel("black-forest-labs/flux-1-kontext-dev"),
        prompt: "Make this image look like a painting",
        providerOptions: {
          runpod: {
            image: "data:image/png;base64,iVBORw0KGgoAAAANS...",
          },
        },
      });
      assert(image.uint8Array.length > 0);
      assertEquals(inputOf(emulator.requests[0]).image, "data:image/png;base64,iVBORw0KGgoAAAANS...");
    }));

  it("gives full control over generation parameters", () =>
    asWritten(async (emulator) => {
      const { image, warnings } = await generateImage({
        model: runpod.imageModel("black-forest-labs/flux-1-dev"),
        prompt: "A majestic dragon breathing fire in a medieval castle",
        size: "1328x1328",
        seed: 42, // For reproducible results
        providerOptions: {
          runpod: {
            negative_prompt: "blurry, low quality, distorted, ugly, bad anatomy",
            enable_safety_checker: true,
            num_inference_steps: 50, // Higher quality (default: 28)
            guidance: 3.5, // Stronger prompt adherence (default: 2)
            output_format: "png", // High quality format
            // Polling settings for long generations
            maxPollAttempts: 30,
            pollIntervalMillis: 4000,
          },
        },
      });
      assertEquals(sizeOfPng(image.uint8Array), [1328, 1328]);
      assertEquals(warnings.length, 1); // FLUX documents no side of 1328 pixels
      assertEquals(inputOf(emulator.requests[0]), {
        prompt: "A majestic dragon breathing fire in a medieval castle",
        width: 1328,
        height: 1328,
        seed: 42,
        negative_prompt: "blurry, low quality, distorted, ugly, bad anatomy",
        enable_safety_checker: true,
        num_inference_steps: 50,
        guidance: 3.5,
        image_format: "png",
      });
    }));

  it("generates an image with few steps", () =>
    asWritten(async (emulator) => {
      const { image } = await generateImage({
        model: runpod.imageModel("black-forest-labs/flux-1-schnell"),
        prompt: "A simple red apple",
        aspectRatio: "1:1",
        providerOptions: {
          runpod: {
            num_inference_steps: 2, // Even faster (default: 4)
            guidance: 10, // Higher guidance for simple prompts
            output_format: "jpg", // Smaller file size
          },
        },
      });
      assert(image.uint8Array.length > 0);
      const input = inputOf(emulator.requests[0]);
      assertEquals([input.num_inference_steps, input.guidance, input.image_format], [2, 10, "jpeg"]);
    }));

  it("refuses unsupported aspect ratios", () =>
    asWritten(async (emulator) => {
      for (const aspectRatio of ["16:9", "9:16", "3:2", "2:3"] as const) {
        await assertRejects(
          () => generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt: "A tree", aspectRatio }),
          InvalidArgumentError,
          `aspect ratio "${aspectRatio}" is not one of "1:1", "4:3", "3:4"`,
        );
      }
      assertEquals(emulator.requests.length, 0);
    }));
});
