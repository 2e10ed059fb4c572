/** Image models on workers of one's own: a family by name, an input and an output by function. */
import type { ImageModelV4CallOptions, JSONObject } from "@ai-sdk/provider";
import {
  createRunpod,
  type RunpodImageCall,
  type RunpodImageModelSettings,
  RunpodJobError,
} from "@runpod/ai-sdk-provider";
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { generateImage } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { capture, completed, IMAGE_CALL, KEY, PNG_BASE64 } from "./capture.ts";

const DATA_URI = `data:image/png;base64,${PNG_BASE64}`;

async function inputFor(settings: RunpodImageModelSettings, call: Partial<ImageModelV4CallOptions> = {}) {
  const { runpod, sent } = capture(() =>
    completed({ pictures: [{ content: DATA_URI }], preview: "https://a.b/c.png" })
  );
  const { warnings, images } = await runpod.image("abc123", settings).doGenerate({ ...IMAGE_CALL, ...call });
  return { input: sent[0].body.input as JSONObject, warnings, images, url: sent[0].url };
}

const pictures = (output: unknown) =>
  (output as { pictures: unknown[] }).pictures.map((picture) => (picture as { content: string }).content);

describe("an image model on a worker of one's own", () => {
  it("takes the input of the family that is named, at its own endpoint", async () => {
    const { input, url, warnings } = await inputFor({ family: "tongyi-mai/z-image-turbo", output: pictures }, {
      aspectRatio: "16:9",
      seed: 3,
      files: [{ type: "file", mediaType: "image/png", data: PNG_BASE64 }],
    });
    assertEquals(input, { prompt: "A red apple", size: "1280*720", seed: 3, image: DATA_URI });
    assertEquals([new URL(url).pathname, warnings], ["/v2/abc123/runsync", []]);
  });

  it("refuses a family that is none", async () => {
    const { runpod } = capture(() => completed({}));
    await assertRejects(
      async () => await runpod.image("abc123", { family: "my/model" as "qwen/qwen-image" }).doGenerate(IMAGE_CALL),
      Error,
      'Cannot use "my/model" as a family of image models: it is not one of "',
    );
  });

  it("has its input made of all that a call holds, and its output read where it is", async () => {
    const calls: RunpodImageCall[] = [];
    const { input, images, warnings } = await inputFor({
      input: (call) => {
        calls.push(call);
        return Promise.resolve({ text: call.prompt ?? "", shape: [call.width ?? 0, call.height ?? 0] });
      },
      output: pictures,
    }, {
      size: "640x480",
      seed: 9,
      files: [{ type: "url", url: "https://example.com/a.png" }],
      mask: { type: "file", mediaType: "image/png", data: PNG_BASE64 },
      providerOptions: { runpod: { steps: 4, timeoutMillis: 60_000 } },
    });
    assertEquals(input, { text: "A red apple", shape: [640, 480] });
    assertEquals([images, warnings], [[PNG_BASE64], []]);
    assertEquals(calls, [{
      prompt: "A red apple",
      width: 640,
      height: 480,
      aspectRatio: undefined,
      seed: 9,
      images: ["https://example.com/a.png"],
      mask: DATA_URI,
      options: { steps: 4 },
      input: { prompt: "A red apple", width: 640, height: 480, seed: 9, steps: 4 },
    }]);
  });

  it("fails before a request with what the input's function throws", async () => {
    const { runpod, sent } = capture(() => completed({}));
    const model = runpod.image("abc123", {
      input: () => {
        throw new RangeError("no workflow for this");
      },
    });
    await assertRejects(async () => await model.doGenerate(IMAGE_CALL), RangeError, "no workflow for this");
    assertEquals(sent, []);
  });

  it("is told from a job without an image when the output's function finds none, or throws", async () => {
    for (
      const output of [
        () => undefined,
        () => {
          throw new TypeError("no such key");
        },
        () => Promise.resolve(DATA_URI),
      ]
    ) {
      const { runpod } = capture(() => completed({ image: DATA_URI }));
      const error = await assertRejects(
        async () => await runpod.image("abc123", { output }).doGenerate(IMAGE_CALL),
        RunpodJobError,
      );
      assertEquals([error.kind, error.job.output, error.isRetryable], ["no-output", { image: DATA_URI }, false]);
    }
  });
});

describe("worker-comfyui", () => {
  /** What the worker does with a workflow, as its documentation describes it. */
  const comfy = (run: (input: JSONObject) => unknown): EmulatedEndpoint => ({
    worker: (input) => input.workflow ? run(input as JSONObject) : { error: "Missing 'workflow' parameter" },
  });

  /** A workflow as ComfyUI exports it for its API, with the prompt, the seed, the size and the image left open. */
  const settings: RunpodImageModelSettings = {
    input: ({ prompt, seed, width, height, images, options }) => ({
      ...options,
      workflow: {
        "3": {
          class_type: "KSampler",
          inputs: { seed: seed ?? 1, steps: 20, positive: ["6", 0], latent_image: ["5", 0] },
        },
        "5": {
          class_type: "EmptyLatentImage",
          inputs: { width: width ?? 1024, height: height ?? 1024, batch_size: 1 },
        },
        "6": { class_type: "CLIPTextEncode", inputs: { text: prompt ?? "" } },
        ...(images.length > 0 ? { "10": { class_type: "LoadImage", inputs: { image: "input.png" } } } : {}),
      },
      images: images.map((image) => ({ name: "input.png", image })),
    }),
  };

  it("is driven by a workflow that has the prompt, the seed, the size and the image where they belong", async () => {
    const inputs: JSONObject[] = [];
    const emulator = createRunpodEmulator({
      endpoints: {
        comfy: comfy((input) => {
          inputs.push(input);
          return { images: [{ filename: "ComfyUI_00001_.png", type: "base64", data: PNG_BASE64 }] };
        }),
      },
    });
    const runpod = createRunpod({ apiKey: KEY, fetch: emulator.fetch });
    const { image } = await generateImage({
      model: runpod.image("comfy", settings),
      prompt: { text: "A red apple", images: [DATA_URI] },
      size: "640x480",
      seed: 42,
    });
    assertEquals(image.base64, PNG_BASE64);
    assertEquals(image.mediaType, "image/png");
    const workflow = inputs[0].workflow as Record<string, { inputs: JSONObject }>;
    assertEquals(workflow["6"].inputs.text, "A red apple");
    assertEquals(workflow["3"].inputs.seed, 42);
    assertEquals([workflow["5"].inputs.width, workflow["5"].inputs.height], [640, 480]);
    assertEquals(inputs[0].images, [{ name: "input.png", image: DATA_URI }]);
  });

  it("has its images read in every form it gives them", async () => {
    const outputs: Array<[output: unknown, count: number]> = [
      [{ images: [{ filename: "a.png", type: "base64", data: PNG_BASE64 }] }, 1],
      [{ images: [1, 2, 3].map((n) => ({ filename: `${n}.png`, type: "base64", data: PNG_BASE64 })) }, 3],
      [{ message: PNG_BASE64, status: "success" }, 1],
      [{ images: [{ filename: "a.png", type: "base64", data: DATA_URI }], errors: ["one node was skipped"] }, 1],
    ];
    for (const [output, count] of outputs) {
      const emulator = createRunpodEmulator({ endpoints: { comfy: comfy(() => output) } });
      const runpod = createRunpod({ apiKey: KEY, fetch: emulator.fetch });
      const { images } = await runpod.image("comfy", settings).doGenerate(IMAGE_CALL);
      assertEquals(images, Array.from({ length: count }, () => PNG_BASE64));
    }
  });

  it("says what went wrong in it", async () => {
    const outputs: Array<[output: unknown, says: string]> = [
      [{ error: "Workflow validation failed: node 3 has no model" }, "Workflow validation failed"],
      [{ errors: ["Node 9 failed to save"], status: "success_no_images", images: [] }, "Node 9 failed to save"],
      [{ status: "success_no_images", images: [] }, "without an output"],
    ];
    for (const [output, says] of outputs) {
      const emulator = createRunpodEmulator({ endpoints: { comfy: comfy(() => output) } });
      const runpod = createRunpod({ apiKey: KEY, fetch: emulator.fetch });
      const error = await assertRejects(
        async () => await runpod.image("comfy", settings).doGenerate(IMAGE_CALL),
        RunpodJobError,
        says,
      );
      assert(error.jobId.length > 0);
    }
  });
});
