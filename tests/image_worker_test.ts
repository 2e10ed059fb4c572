/** Image models on custom workers: with a known family, or with functions for input and output. */
import type { JSONObject } from "@ai-sdk/provider";
import { type RunpodImageCall, type RunpodImageModelSettings, RunpodJobError } from "@runpod/ai-sdk-provider";
import type { EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { generateImage } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { assertSpyCallArg, assertSpyCalls, spy } from "@std/testing/mock";
import { completed } from "./answers.ts";
import { FAILING_OUTPUT_FUNCTIONS, type ImageCall, imageCalls } from "./calls.ts";
import { capture } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { fileAt, PNG_BASE64, PNG_DATA_URI } from "./files.ts";
import { IMAGE_CALL } from "./smallest_calls.ts";

const OUTPUT = { pictures: [{ content: PNG_DATA_URI }], preview: "https://a.b/c.png" };

/** What a call of a model at the endpoint "abc123" sends, and its result. */
const inputFor = (settings: RunpodImageModelSettings, call: ImageCall) =>
  imageCalls.inputFor("abc123", call, settings, OUTPUT);

const pictures = (output: unknown) =>
  (output as { pictures: unknown[] }).pictures.map((picture) => (picture as { content: string }).content);

describe("an image model on a custom worker", () => {
  it("sends the input of the given family to its own endpoint", async () => {
    const { input, url, warnings } = await inputFor({ family: "tongyi-mai/z-image-turbo", output: pictures }, {
      aspectRatio: "16:9",
      seed: 3,
      files: [{ type: "file", mediaType: "image/png", data: PNG_BASE64 }],
    });
    assertEquals(input, { prompt: "A red apple", size: "1280*720", seed: 3, image: PNG_DATA_URI });
    assertEquals([new URL(url).pathname, warnings], ["/v2/abc123/runsync", []]);
  });

  it("refuses an unknown family when it is made", () => {
    const { runpod } = capture(() => completed({}));
    assertThrows(
      () => runpod.image("abc123", { family: "my/model" as "qwen/qwen-image" }),
      Error,
      'Cannot use "my/model" as a family of image models: it is not one of "',
    );
  });

  it("sends what a function makes of the whole call, and reads what another finds in the output", async () => {
    const write = spy(({ prompt, width, height }: RunpodImageCall) =>
      Promise.resolve({ text: prompt ?? "", shape: [width ?? 0, height ?? 0] })
    );
    const { input, images, warnings } = await inputFor({ input: write, output: pictures }, {
      size: "640x480",
      seed: 9,
      files: [fileAt("https://example.com/a.png")],
      mask: { type: "file", mediaType: "image/png", data: PNG_BASE64 },
      options: { steps: 4, timeoutMillis: 60_000 },
    });
    assertEquals(input, { text: "A red apple", shape: [640, 480] });
    assertEquals([images, warnings], [[PNG_BASE64], []]);
    assertSpyCalls(write, 1);
    assertSpyCallArg(write, 0, 0, {
      prompt: "A red apple",
      width: 640,
      height: 480,
      aspectRatio: undefined,
      seed: 9,
      images: ["https://example.com/a.png"],
      mask: PNG_DATA_URI,
      options: { steps: 4 },
      input: { prompt: "A red apple", width: 640, height: 480, seed: 9, steps: 4 },
    });
  });

  it("fails before any request with the error that the input function throws", async () => {
    const { runpod, sent } = capture(() => completed({}));
    const model = runpod.image("abc123", {
      input: () => {
        throw new RangeError("no workflow for this");
      },
    });
    await assertRejects(() => model.doGenerate(IMAGE_CALL), RangeError, "no workflow for this");
    assertEquals(sent, []);
  });

  it("has no output where the output function finds none, or throws", async () => {
    for (const output of [...FAILING_OUTPUT_FUNCTIONS, () => Promise.resolve(PNG_DATA_URI)]) {
      const { runpod } = capture(() => completed({ image: PNG_DATA_URI }));
      const error = await assertRejects(
        () => runpod.image("abc123", { output }).doGenerate(IMAGE_CALL),
        RunpodJobError,
      );
      assertEquals([error.kind, error.job.output, error.isRetryable], ["no-output", { image: PNG_DATA_URI }, false]);
    }
  });
});

describe("worker-comfyui", () => {
  /** An endpoint that runs workflows as the documentation of the worker describes. */
  const comfy = (run: () => unknown): EmulatedEndpoint => ({
    worker: (input) => input.workflow ? run() : { error: "Missing 'workflow' parameter" },
  });

  /** A workflow as ComfyUI exports it for its API, with places for the prompt, the seed, the size and the image. */
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

  it("gets a workflow with the prompt, the seed, the size and the image in their places", async () => {
    const { emulator, runpod } = emulate({
      endpoints: {
        comfy: comfy(() => ({ images: [{ filename: "ComfyUI_00001_.png", type: "base64", data: PNG_BASE64 }] })),
      },
    });
    const { image } = await generateImage({
      model: runpod.image("comfy", settings),
      prompt: { text: "A red apple", images: [PNG_DATA_URI] },
      size: "640x480",
      seed: 42,
    });
    assertEquals(image.base64, PNG_BASE64);
    assertEquals(image.mediaType, "image/png");
    const [{ input }] = emulator.jobs;
    const workflow = input.workflow as Record<string, { inputs: JSONObject }>;
    assertEquals(workflow["6"].inputs.text, "A red apple");
    assertEquals(workflow["3"].inputs.seed, 42);
    assertEquals([workflow["5"].inputs.width, workflow["5"].inputs.height], [640, 480]);
    assertEquals(input.images, [{ name: "input.png", image: PNG_DATA_URI }]);
  });

  it("may return images in every form it has", async () => {
    const outputs: Array<[output: unknown, count: number]> = [
      [{ images: [{ filename: "a.png", type: "base64", data: PNG_BASE64 }] }, 1],
      [{ images: [1, 2, 3].map((n) => ({ filename: `${n}.png`, type: "base64", data: PNG_BASE64 })) }, 3],
      [{ message: PNG_BASE64, status: "success" }, 1],
      [{ images: [{ filename: "a.png", type: "base64", data: PNG_DATA_URI }], errors: ["one node was skipped"] }, 1],
    ];
    for (const [output, count] of outputs) {
      const { runpod } = emulate({ endpoints: { comfy: comfy(() => output) } });
      const { images } = await runpod.image("comfy", settings).doGenerate(IMAGE_CALL);
      assertEquals(images, Array.from({ length: count }, () => PNG_BASE64));
    }
  });

  it("has its own message in the error", async () => {
    const outputs: Array<[output: unknown, says: string]> = [
      [{ error: "Workflow validation failed: node 3 has no model" }, "Workflow validation failed"],
      [{ errors: ["Node 9 failed to save"], status: "success_no_images", images: [] }, "Node 9 failed to save"],
      [{ status: "success_no_images", images: [] }, "without an output"],
    ];
    for (const [output, says] of outputs) {
      const { runpod } = emulate({ endpoints: { comfy: comfy(() => output) } });
      const error = await assertRejects(
        () => runpod.image("comfy", settings).doGenerate(IMAGE_CALL),
        RunpodJobError,
        says,
      );
      assert(error.jobId.length > 0);
    }
  });
});
