/** Every image model of Runpod's public endpoints, compared with its documentation. */
import { InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import type { RunpodKnownImageModelId } from "@runpod/ai-sdk-provider";
import type { EmulatedBehavior } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { featuresOf, type ImageCall, imageCall, imageCalls } from "./calls.ts";
import { capture } from "./capture.ts";
import { type DocumentedModel, pageOf, pagesOf } from "./documented.ts";
import { emulate, statesOf } from "./emulated.ts";
import { fileAt } from "./files.ts";

const PAGES = pagesOf("image");

/** The options that the first models of this provider send by default. */
const SAFE = { negative_prompt: "", enable_safety_checker: true };
const DEFAULTS: Record<string, JSONObject> = {
  "qwen/qwen-image": SAFE,
  "black-forest-labs/flux-1-schnell": { ...SAFE, num_inference_steps: 4, guidance: 7, image_format: "png" },
  "black-forest-labs/flux-1-dev": { ...SAFE, num_inference_steps: 28, guidance: 2, image_format: "png" },
  "black-forest-labs/flux-1-kontext-dev": { ...SAFE, num_inference_steps: 28, guidance: 2, output_format: "png" },
};
/** Their default options include a safety checker that their pages do not have. */
const ACCEPTS_UNDOCUMENTED = ["black-forest-labs/flux-1-schnell", "black-forest-labs/flux-1-dev"];

const { inputFor } = imageCalls;

/** The call whose input is the documented one. */
function callFor(
  { prompt, seed, size, width, height, aspect_ratio, image, images, ...options }: JSONObject,
): ImageCall {
  const isRatio = typeof aspect_ratio === "string" && aspect_ratio.includes(":");
  const urls = [image, images].flat().filter((url) => url !== undefined) as string[];
  return {
    prompt: prompt as string,
    seed: seed as number | undefined,
    size: (width ? `${width}x${height}` : (size as string | undefined)?.replace("*", "x")) as "1x1" | undefined,
    aspectRatio: isRatio ? aspect_ratio as "1:1" : undefined,
    files: urls.map(fileAt),
    options: aspect_ratio !== undefined && !isRatio ? { ...options, aspect_ratio } : options,
  };
}

/** The smallest call that a model accepts. */
function smallestCall({ exampleInput: { prompt, image, images } }: DocumentedModel): ImageCall {
  const first = Array.isArray(images) ? images.slice(0, 1) : undefined;
  return callFor(JSON.parse(JSON.stringify({ prompt, image, images: first })));
}

/** Runs a call on an emulator that refuses what is not documented. */
async function runStrictly(modelId: string, call: ImageCall, behavior: EmulatedBehavior = {}) {
  const undocumentedInput = ACCEPTS_UNDOCUMENTED.includes(modelId) ? "accepted" : "refused";
  const { emulator, runpod } = emulate({ behavior: { sizeRules: "documented", undocumentedInput, ...behavior } });
  const result = await runpod.imageModel(modelId).doGenerate(imageCall(call));
  assertEquals(statesOf(emulator), ["COMPLETED"]);
  return result;
}

const sizesOf = ({ sizeRule }: DocumentedModel) => sizeRule.params.includes("size") ? sizeRule.enum ?? [] : [];
const ratiosOf = ({ sizeRule: { params, enum: values, aspectEnum, aspectExamples } }: DocumentedModel) => {
  if (!params.includes("aspect_ratio")) return [];
  return (aspectEnum ?? aspectExamples ?? values ?? []).filter((ratio) => ratio.includes(":"));
};

/** The ids that editors complete. */
const IDS = [
  "alibaba/wan-2.6",
  "black-forest-labs/flux-1-dev",
  "black-forest-labs/flux-1-kontext-dev",
  "black-forest-labs/flux-1-schnell",
  "black-forest-labs/flux-2-klein-9b-edit",
  "bytedance/seedream-3.0",
  "bytedance/seedream-4.0",
  "bytedance/seedream-4.0-edit",
  "google/nano-banana-2-edit",
  "google/nano-banana-edit",
  "google/nano-banana-pro-edit",
  "pruna/p-image-edit",
  "pruna/p-image-t2i",
  "qwen/qwen-image",
  "qwen/qwen-image-edit",
  "qwen/qwen-image-edit-2511",
  "qwen/qwen-image-edit-2511-lora",
  "qwen/qwen-image-lora",
  "tongyi-mai/z-image-turbo",
] as const;
assertType<IsExact<(typeof IDS)[number], RunpodKnownImageModelId>>(true);

describe("every documented image model", () => {
  it("is known by all its names, and no other model is", async () => {
    const { runpod, sent } = capture(() => Response.json({ error: "no" }, { status: 400 }));
    for (const { id, aliases, endpoint } of PAGES) {
      for (const name of [id, endpoint, ...aliases]) {
        const model = runpod.imageModel(name);
        assertEquals(typeof model.supportsFileInputs, "boolean", name);
        await assertRejects(() => model.doGenerate(imageCall(smallestCall(pageOf(id)))));
        assertEquals(new URL(sent.at(-1)!.url).pathname, `/v2/${endpoint}/runsync`, name);
      }
    }
    const known = PAGES.map(({ id }) => id).sort();
    assertEquals(known, [...IDS].sort());
  });

  for (const model of PAGES) {
    const { id, exampleInput } = model;

    it(`${id}: sends the documented example key for key, which the emulator accepts`, async () => {
      const { input, warnings } = await inputFor(id, callFor(exampleInput));
      assertEquals(input, { ...DEFAULTS[id], ...exampleInput });
      assertEquals(warnings, []);
      await runStrictly(id, callFor(exampleInput));
    });

    it(`${id}: sends nothing but what the caller sets, and its defaults`, async () => {
      const { prompt, files } = smallestCall(model);
      const { input } = await inputFor(id, { prompt, files });
      const { image: _, images: __, ...rest } = input;
      assertEquals(rest, { prompt, ...DEFAULTS[id] });
    });

    it(`${id}: accepts every documented size and ratio`, async () => {
      for (const size of sizesOf(model)) {
        const call = { ...smallestCall(model), size: size.replace("*", "x") as "1x1" };
        const { input, warnings } = await inputFor(id, call);
        assertEquals([input.size, warnings], [size, []]);
        await runStrictly(id, call);
      }
      for (const ratio of ratiosOf(model)) {
        const call = { ...smallestCall(model), aspectRatio: ratio as "1:1" };
        const { input, warnings } = await inputFor(id, call);
        assertEquals([input.aspect_ratio, warnings], [ratio, []]);
        await runStrictly(id, call);
      }
    });

    it(`${id}: accepts the documented number of input images, and refuses others`, async () => {
      const { maxInputImages, requiredInputs } = model;
      const { files = [], ...call } = smallestCall(model);
      const file = files[0] ?? fileAt("https://example.com/a.png");
      const isRequired = ["image", "images"].some((key) => (requiredInputs as string[]).includes(key));
      const max = maxInputImages ?? 8;
      for (let count = isRequired ? 1 : 0; count <= max; count++) {
        const files = new Array(count).fill(file);
        const { input, warnings } = await inputFor(id, { ...call, files });
        assertEquals([[input.image, input.images].flat().filter(Boolean).length, warnings], [count, []]);
        await runStrictly(id, { ...call, files });
      }
      const refused = isRequired ? [0] : [];
      if (max > 0 && typeof maxInputImages === "number") refused.push(max + 1);
      for (const count of refused) {
        const files = new Array(count).fill(file);
        await assertRejects(() => inputFor(id, { ...call, files }), Error, "input image");
      }
    });

    it(`${id}: reads the documented output`, async () => {
      const { runpod } = capture((request) =>
        request.method === "GET"
          ? new Response("not a picture, but bytes", { headers: { "content-type": "image/png" } })
          : Response.json(model.exampleOutput)
      );
      const { images, providerMetadata } = await runpod.imageModel(id).doGenerate(imageCall(smallestCall(model)));
      assertEquals(images, [new TextEncoder().encode("not a picture, but bytes")]);
      const { output, delayTime, executionTime, id: jobId } = model.exampleOutput;
      const [metadata] = providerMetadata!.runpod.images as JSONObject[];
      assertEquals([metadata.url, metadata.cost], [output.image_url, output.cost]);
      assertEquals(
        [metadata.jobId, metadata.delayTimeMillis, metadata.executionTimeMillis],
        [jobId, delayTime, executionTime],
      );
    });
  }

  it("has a deprecation warning where the documentation has dropped its page", async () => {
    for (const model of PAGES) {
      const { warnings } = await runStrictly(model.id, smallestCall(model));
      const deprecated = warnings.filter(({ type }) => type === "deprecated");
      assertEquals(deprecated.length, model.docsStatus === "removed" ? 1 : 0, model.id);
    }
  });
});

describe("an image model, as its page documents it", () => {
  it("FLUX.1 accepts sides from 256 to 1536 pixels in steps of 64, and has no default size", async () => {
    for (const modelId of ["black-forest-labs/flux-1-dev", "black-forest-labs/flux-1-schnell"]) {
      for (const size of ["256x1536", "1280x768", "1024x576", "1472x1088"] as const) {
        const { input, warnings } = await inputFor(modelId, { prompt: "a", size });
        assertEquals([`${input.width}x${input.height}`, warnings], [size, []]);
        await runStrictly(modelId, { prompt: "a", size });
      }
      for (const aspectRatio of ["1:1", "4:3", "3:4"] as const) {
        await runStrictly(modelId, { prompt: "a", aspectRatio });
      }
      const { input } = await inputFor(modelId, { prompt: "a" });
      assertEquals([input.width, input.height, input.size], [undefined, undefined, undefined]);
    }
  });

  it("Seedream 4 edit is sent a list of images even for one, and no seed or negative prompt", async () => {
    const files = [fileAt("https://example.com/a.png")];
    const { input, warnings } = await inputFor("bytedance/seedream-4.0-edit", { prompt: "a", files, seed: 7 });
    assertEquals(input, { prompt: "a", images: ["https://example.com/a.png"] });
    assertEquals(featuresOf(warnings), ["seed"]);
  });

  it("Z-Image Turbo and Qwen-Image-Edit 2511 are sent undocumented sizes, with a warning", async () => {
    for (
      const [modelId, size] of [
        ["tongyi-mai/z-image-turbo", "1328x1328"],
        ["qwen/qwen-image-edit-2511", "1536x1280"],
        ["qwen/qwen-image-edit-2511-lora", "1328x1328"],
      ] as const
    ) {
      const { input, warnings } = await inputFor(modelId, { ...smallestCall(pageOf(modelId)), size });
      assertEquals([input.size, warnings.length], [size.replace("x", "*"), 1]);
      assertStringIncludes(JSON.stringify(warnings), '\\"1024x1024\\"');
    }
  });

  it("with fixed sizes is sent the documented size of a ratio", async () => {
    const expected: Record<string, Record<string, string>> = {
      "tongyi-mai/z-image-turbo": {
        "1:1": "1024*1024",
        "4:3": "1024*768",
        "3:4": "768*1024",
        "16:9": "1280*720",
        "9:16": "720*1280",
      },
      "qwen/qwen-image-edit-2511": { "1:1": "1024*1024", "4:5": "1024*1280", "5:4": "1280*1024", "5:6": "1280*1536" },
      "alibaba/wan-2.6": { "1:1": "1024*1024", "4:3": "1024*768" },
    };
    for (const [modelId, sizes] of Object.entries(expected)) {
      for (const [aspectRatio, size] of Object.entries(sizes)) {
        const call = { ...smallestCall(pageOf(modelId)), aspectRatio: aspectRatio as "1:1" };
        assertEquals((await inputFor(modelId, call)).input.size, size);
        await runStrictly(modelId, call);
      }
      const wrong = { ...smallestCall(pageOf(modelId)), aspectRatio: "7:5" as const };
      const error = await assertRejects(() => inputFor(modelId, wrong), Error);
      for (const ratio of Object.keys(sizes)) assertStringIncludes(error.message, `"${ratio}"`);
    }
  });

  it("with free sizes is sent about a megapixel for the usual ratios", async () => {
    for (const modelId of ["bytedance/seedream-4.0", "bytedance/seedream-4.0-edit", "qwen/qwen-image-lora"]) {
      for (const aspectRatio of ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"] as const) {
        const { input } = await inputFor(modelId, { ...smallestCall(pageOf(modelId)), aspectRatio });
        const [width, height] = String(input.size).split("*").map(Number);
        const [across, down] = aspectRatio.split(":").map(Number);
        assertEquals(width * down, height * across, `${modelId} ${aspectRatio}`);
        assert(width * height > 0.85e6 && width * height < 1.1e6, `${modelId} ${aspectRatio} ${input.size}`);
      }
    }
  });

  it("without sizes and ratios is sent neither, with warnings", async () => {
    const models = ["google/nano-banana-edit", "qwen/qwen-image-edit", "black-forest-labs/flux-2-klein-9b-edit"];
    for (const modelId of models) {
      for (const wanted of [{ aspectRatio: "16:9" }, { size: "1024x1024" }] as const) {
        const { input, warnings } = await inputFor(modelId, { ...smallestCall(pageOf(modelId)), ...wanted });
        const { prompt: _, image: __, images: ___, ...rest } = input;
        assertEquals(rest, {});
        assertEquals(featuresOf(warnings), Object.keys(wanted));
      }
    }
  });

  it("with ratios alone is sent the ratio of a size, with a warning, or nothing", async () => {
    const { input, warnings } = await inputFor("pruna/p-image-t2i", { prompt: "a", size: "1024x768" });
    assertEquals(input, { prompt: "a", aspect_ratio: "4:3" });
    assertEquals(warnings.map(({ type }) => type), ["compatibility"]);
    const odd = await inputFor("pruna/p-image-t2i", { prompt: "a", size: "1000x768" });
    assertEquals([odd.input, odd.warnings.map(({ type }) => type)], [{ prompt: "a" }, ["unsupported"]]);
    const both = await inputFor("pruna/p-image-t2i", { prompt: "a", size: "1000x768", aspectRatio: "3:2" });
    assertEquals([both.input, both.warnings.length], [{ prompt: "a", aspect_ratio: "3:2" }, 1]);
  });

  it("is sent a usual ratio that its page leaves out, as a size or as it is, with a warning", async () => {
    const expected: Record<string, Record<string, string>> = {
      "alibaba/wan-2.6": {
        "2:3": "832*1248",
        "3:2": "1248*832",
        "3:4": "864*1152",
        "9:16": "720*1280",
        "16:9": "1280*720",
        "21:9": "1568*672",
        "9:21": "672*1568",
        "5:4": "1120*896",
      },
      "tongyi-mai/z-image-turbo": { "2:3": "832*1248", "3:2": "1248*832", "21:9": "1568*672" },
      "qwen/qwen-image-edit-2511": { "3:4": "864*1152", "4:3": "1152*864" },
      "qwen/qwen-image-edit-2511-lora": { "3:4": "864*1152", "4:3": "1152*864" },
      "bytedance/seedream-4.0": { "4:5": "896*1120" },
      "pruna/p-image-t2i": { "4:5": "4:5", "5:4": "5:4", "21:9": "21:9", "9:21": "9:21" },
      "pruna/p-image-edit": { "9:21": "9:21" },
      "google/nano-banana-2-edit": { "9:21": "9:21" },
    };
    for (const [modelId, written] of Object.entries(expected)) {
      for (const [aspectRatio, value] of Object.entries(written)) {
        const call = { ...smallestCall(pageOf(modelId)), aspectRatio: aspectRatio as "1:1" };
        const { input, warnings } = await inputFor(modelId, call);
        assertEquals([input.size ?? input.aspect_ratio, warnings.length], [value, 1], `${modelId} ${aspectRatio}`);
      }
    }
  });

  it("of the first version of this provider refuses all but three ratios", async () => {
    const ids = ["qwen/qwen-image", "bytedance/seedream-3.0", "black-forest-labs/flux-1-kontext-dev"];
    for (const id of [...ids, "black-forest-labs/flux-1-schnell", "black-forest-labs/flux-1-dev"]) {
      for (const aspectRatio of ["16:9", "9:16", "3:2", "2:3", "21:9", "5:4"] as const) {
        const files = id.includes("kontext") ? [fileAt("https://example.com/a.png")] : [];
        const error = await assertRejects(() => inputFor(id, { aspectRatio, files }), InvalidArgumentError);
        assertStringIncludes(error.message, `aspect ratio "${aspectRatio}" is not one of "1:1", "4:3", "3:4"`);
      }
    }
  });

  it("Nano Banana Pro is sent ratios that its page leaves out, with a warning", async () => {
    const modelId = "google/nano-banana-pro-edit";
    const { input, warnings } = await inputFor(modelId, { ...smallestCall(pageOf(modelId)), aspectRatio: "3:4" });
    assertEquals([input.aspect_ratio, warnings.length], ["3:4", 1]);
    const wrong = { ...smallestCall(pageOf(modelId)), aspectRatio: "7:5" as const };
    await assertRejects(() => inputFor(modelId, wrong), Error, '"7:5" is not one of "1:1", "3:2"');
  });

  it("is sent documented options, and nothing undocumented", async () => {
    const images = ["https://example.com/a.png"];
    const all: Array<[modelId: string, options: JSONObject]> = [
      ["google/nano-banana-pro-edit", {
        images,
        enable_safety_checker: false,
        resolution: "4k",
        output_format: "jpeg",
      }],
      ["google/nano-banana-2-edit", { images, enable_base64_output: true, resolution: "2k" }],
      ["qwen/qwen-image-edit-2511", { images, output_format: "webp" }],
      ["pruna/p-image-edit", { images, aspect_ratio: "match_input_image", disable_safety_checker: true }],
      ["qwen/qwen-image-lora", { loras: [{ path: "https://example.com/lora.safetensors", scale: 0.5 }] }],
    ];
    for (const [modelId, options] of all) {
      const { input, warnings } = await inputFor(modelId, { prompt: "a", options });
      assertEquals([input, warnings], [{ prompt: "a", ...options }, []]);
      await runStrictly(modelId, { prompt: "a", options });
    }
  });

  it("is not sent the options of waiting", async () => {
    for (const model of PAGES) {
      const waits = { maxPollAttempts: 3, pollIntervalMillis: 10, timeoutMillis: 60_000, waitMillis: 1000 };
      await runStrictly(model.id, { ...smallestCall(model), options: waits });
    }
  });

  it("Seedream 3 is sent its size with an x, a guidance, and no default negative prompt", async () => {
    const { input } = await inputFor("bytedance/seedream-3.0", {
      prompt: "a",
      size: "1024x768",
      options: { guidance: 3 },
    });
    assertEquals(input, { prompt: "a", size: "1024x768", guidance: 3 });
  });

  it("without a page is at the endpoint that its id names, without the slash", async () => {
    const call: ImageCall = { aspectRatio: "16:9", options: { resolution: "4k" } };
    const { input, url } = await inputFor("google/nano-banana-pro", call);
    assertEquals(new URL(url).pathname, "/v2/google-nano-banana-pro/runsync");
    assertEquals(input, { prompt: "A red apple", aspect_ratio: "16:9", resolution: "4k" });
  });

  it("may answer with image_url, result, a plain string or base64", async () => {
    for (const behavior of [{ outputKey: "result" }, { outputKey: "documented" }] as const) {
      const { images } = await runStrictly("qwen/qwen-image", { prompt: "a" }, behavior);
      assert(images[0] instanceof Uint8Array && images[0].length > 100);
    }
    for (const base64Output of ["bare", "dataUri"] as const) {
      const { images } = await runStrictly("google/nano-banana-2-edit", {
        prompt: "a",
        options: { images: ["https://example.com/a.png"], enable_base64_output: true },
      }, { base64Output });
      assert(typeof images[0] === "string" && images[0].startsWith("iVBORw0KGgo"));
    }
  });

  it("takes one image as a list and a list as one image", async () => {
    const url = "https://example.com/a.png";
    const one = await inputFor("qwen/qwen-image-edit", { prompt: "a", options: { images: [url] } });
    assertEquals(one.input, { prompt: "a", image: url });
    const list = await inputFor("qwen/qwen-image-edit-2511", { prompt: "a", options: { image: url } });
    assertEquals(list.input, { prompt: "a", images: [url] });
  });
});
