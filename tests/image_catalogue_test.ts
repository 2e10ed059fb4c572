/** Every image model of Runpod's public endpoints, against what its page documents. */
import type { ImageModelV4CallOptions, JSONObject, SharedV4Warning } from "@ai-sdk/provider";
import {
  createRunpod,
  type RunpodImageModelId,
  type RunpodImageModelOptions,
  type RunpodKnownImageModelId,
} from "@runpod/ai-sdk-provider";
import { createRunpodEmulator, type EmulatedBehavior } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { capture, completed, IMAGE_CALL, KEY, PNG_BASE64 } from "./capture.ts";
import documented from "./data/documented_models.json" with { type: "json" };

type Documented = (typeof documented)[number] & {
  exampleInput: JSONObject;
  sizeRule: { enum?: string[]; aspectEnum?: string[]; aspectExamples?: string[]; params: string[] };
};

/** One has never had a page. */
const PAGES = documented.filter(({ kind, endpoint }) => kind === "image" && endpoint) as unknown as Documented[];
const page = (modelId: string) => PAGES.find(({ id }) => id === modelId)!;

/** What the first models of this provider send unless the caller sets it. */
const SAFE = { negative_prompt: "", enable_safety_checker: true };
const DEFAULTS: Record<string, JSONObject> = {
  "qwen/qwen-image": SAFE,
  "black-forest-labs/flux-1-schnell": { ...SAFE, num_inference_steps: 4, guidance: 7, image_format: "png" },
  "black-forest-labs/flux-1-dev": { ...SAFE, num_inference_steps: 28, guidance: 2, image_format: "png" },
  "black-forest-labs/flux-1-kontext-dev": { ...SAFE, num_inference_steps: 28, guidance: 2, output_format: "png" },
};
/** Two of these have no safety checker on their pages. */
const ACCEPTS_UNDOCUMENTED = ["black-forest-labs/flux-1-schnell", "black-forest-labs/flux-1-dev"];

type Call = Partial<Omit<ImageModelV4CallOptions, "providerOptions">> & { options?: JSONObject };

/** The call that a documented input is the answer to. */
function callFor({ prompt, seed, size, width, height, aspect_ratio, image, images, ...options }: JSONObject): Call {
  const isRatio = typeof aspect_ratio === "string" && aspect_ratio.includes(":");
  const urls = [image, images].flat().filter((url) => url !== undefined) as string[];
  return {
    prompt: prompt as string,
    seed: seed as number | undefined,
    size: (width ? `${width}x${height}` : (size as string | undefined)?.replace("*", "x")) as "1x1" | undefined,
    aspectRatio: isRatio ? aspect_ratio as "1:1" : undefined,
    files: urls.map((url) => ({ type: "url" as const, url })),
    options: aspect_ratio !== undefined && !isRatio ? { ...options, aspect_ratio } : options,
  };
}

/** The smallest call that a model takes. */
function smallestCall({ id, exampleInput: { prompt, image, images } }: Documented): Call {
  assert(PAGES.some((page) => page.id === id));
  const first = Array.isArray(images) ? images.slice(0, 1) : undefined;
  return callFor(JSON.parse(JSON.stringify({ prompt, image, images: first })));
}

/** What a call makes the worker's input, and how it is warned of. */
async function inputFor(modelId: string, { options = {}, ...call }: Call): Promise<{
  input: JSONObject;
  warnings: SharedV4Warning[];
}> {
  const { runpod, sent } = capture(() => completed({ image_url: `data:image/png;base64,${PNG_BASE64}` }));
  const model = runpod.imageModel(modelId);
  const { warnings } = await model.doGenerate({ ...IMAGE_CALL, ...call, providerOptions: { runpod: options } });
  assertEquals(sent.length, 1);
  return { input: sent[0].body.input, warnings: warnings.filter(({ type }) => type !== "deprecated") };
}

/** Runs a call where inputs are judged by the documentation. */
async function runStrictly(modelId: string, { options = {}, ...call }: Call, behavior: EmulatedBehavior = {}) {
  const emulator = createRunpodEmulator({
    behavior: {
      sizeRules: "documented",
      undocumentedInput: ACCEPTS_UNDOCUMENTED.includes(modelId) ? "accepted" : "refused",
      ...behavior,
    },
  });
  const runpod = createRunpod({ apiKey: KEY, fetch: emulator.fetch });
  const result = await runpod.imageModel(modelId).doGenerate({
    ...IMAGE_CALL,
    ...call,
    providerOptions: { runpod: options },
  });
  assertEquals(emulator.jobs.map(({ status }) => status), ["COMPLETED"]);
  return result;
}

const sizesOf = ({ sizeRule }: Documented) => sizeRule.params.includes("size") ? sizeRule.enum ?? [] : [];
const ratiosOf = ({ sizeRule: { params, enum: values, aspectEnum, aspectExamples } }: Documented) => {
  if (!params.includes("aspect_ratio")) return [];
  return (aspectEnum ?? aspectExamples ?? values ?? []).filter((ratio) => ratio.includes(":"));
};

describe("every documented image model", () => {
  it("is known, by all its names, and none is known that is not documented", async () => {
    const { runpod, sent } = capture(() => Response.json({ error: "no" }, { status: 400 }));
    for (const { id, aliases, endpoint } of PAGES) {
      for (const name of [id, endpoint, ...aliases]) {
        const model = runpod.imageModel(name);
        assertEquals(typeof model.supportsFileInputs, "boolean", name);
        await assertRejects(async () => await model.doGenerate({ ...IMAGE_CALL, ...smallestCall(page(id)) }));
        assertEquals(new URL(sent.at(-1)!.url).pathname, `/v2/${endpoint}/runsync`, name);
      }
    }
    const known = PAGES.map(({ id }) => id).sort();
    assertEquals(known, [...IDS].sort());
  });

  for (const model of PAGES) {
    const { id, exampleInput } = model;

    it(`${id}: sends the documented example key for key, and it is accepted`, async () => {
      const { input, warnings } = await inputFor(id, callFor(exampleInput));
      assertEquals(input, { ...DEFAULTS[id], ...exampleInput });
      assertEquals(warnings, []);
      await runStrictly(id, callFor(exampleInput));
    });

    it(`${id}: sends nothing that the caller did not set, but its own defaults`, async () => {
      const { prompt, files } = smallestCall(model);
      const { input } = await inputFor(id, { prompt, files });
      const { image: _, images: __, ...rest } = input;
      assertEquals(rest, { prompt, ...DEFAULTS[id] });
    });

    it(`${id}: takes every documented size and ratio`, async () => {
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

    it(`${id}: takes its documented number of input images`, async () => {
      const { maxInputImages, requiredInputs } = model;
      const { files: [file] = [], ...call } = smallestCall(model);
      const isRequired = ["image", "images"].some((key) => (requiredInputs as string[]).includes(key));
      const max = maxInputImages ?? 8;
      for (let count = isRequired ? 1 : 0; count <= max; count++) {
        const files = Array.from(
          { length: count },
          () => file ?? { type: "url" as const, url: "https://example.com/a.png" },
        );
        const { input, warnings } = await inputFor(id, { ...call, files });
        assertEquals([[input.image, input.images].flat().filter(Boolean).length, warnings], [count, []]);
        await runStrictly(id, { ...call, files });
      }
      const refused = isRequired ? [0] : [];
      if (max > 0 && typeof maxInputImages === "number") refused.push(max + 1);
      for (const count of refused) {
        const files = Array.from(
          { length: count },
          () => file ?? { type: "url" as const, url: "https://example.com/a.png" },
        );
        await assertRejects(async () => await inputFor(id, { ...call, files }), Error, "input image");
      }
    });

    it(`${id}: has its documented output read`, async () => {
      const { runpod } = capture((request) =>
        request.method === "GET"
          ? new Response("not a picture, but bytes", { headers: { "content-type": "image/png" } })
          : Response.json(model.exampleOutput)
      );
      const { images, providerMetadata } = await runpod.imageModel(id).doGenerate({
        ...IMAGE_CALL,
        ...smallestCall(model),
      });
      assertEquals(images, [new TextEncoder().encode("not a picture, but bytes")]);
      const { output, delayTime, executionTime, id: jobId } = model.exampleOutput as unknown as {
        output: { image_url: string; cost: number };
        delayTime: number;
        executionTime: number;
        id: string;
      };
      const [metadata] = providerMetadata!.runpod.images as JSONObject[];
      assertEquals([metadata.url, metadata.cost], [output.image_url, output.cost]);
      assertEquals(
        [metadata.jobId, metadata.delayTimeMillis, metadata.executionTimeMillis],
        [jobId, delayTime, executionTime],
      );
    });
  }

  it("warns where the documentation has dropped it", async () => {
    for (const model of PAGES) {
      const { warnings } = await runStrictly(model.id, smallestCall(model));
      const deprecated = warnings.filter(({ type }) => type === "deprecated");
      assertEquals(deprecated.length, model.docsStatus === "removed" ? 1 : 0, model.id);
    }
  });
});

describe("an image request does what is documented", () => {
  it("FLUX.1 takes every pair of sides from 256 to 1536 in steps of 64, and is sent no other by itself", async () => {
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

  it("Seedream 4 edit gets a list of images also for one, and neither seed nor negative prompt by itself", async () => {
    const files = [{ type: "url" as const, url: "https://example.com/a.png" }];
    const { input, warnings } = await inputFor("bytedance/seedream-4.0-edit", { prompt: "a", files, seed: 7 });
    assertEquals(input, { prompt: "a", images: ["https://example.com/a.png"] });
    assertEquals(warnings.map((warning) => warning.type === "unsupported" && warning.feature), ["seed"]);
  });

  it("Z-Image Turbo and Qwen-Image-Edit 2511 warn of sizes that are not in their lists, and send them", async () => {
    for (
      const [modelId, size] of [
        ["tongyi-mai/z-image-turbo", "1328x1328"],
        ["qwen/qwen-image-edit-2511", "1536x1280"],
        ["qwen/qwen-image-edit-2511-lora", "1328x1328"],
      ] as const
    ) {
      const { input, warnings } = await inputFor(modelId, { ...smallestCall(page(modelId)), size });
      assertEquals([input.size, warnings.length], [size.replace("x", "*"), 1]);
      assertStringIncludes(JSON.stringify(warnings), '\\"1024x1024\\"');
    }
  });

  it("a ratio becomes the documented size that has it", async () => {
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
        const call = { ...smallestCall(page(modelId)), aspectRatio: aspectRatio as "1:1" };
        assertEquals((await inputFor(modelId, call)).input.size, size);
        await runStrictly(modelId, call);
      }
      const wrong = { ...smallestCall(page(modelId)), aspectRatio: "7:5" as const };
      const error = await assertRejects(async () => await inputFor(modelId, wrong), Error);
      for (const ratio of Object.keys(sizes)) assertStringIncludes(error.message, `"${ratio}"`);
    }
  });

  it("free sizes take the usual ratios at about a megapixel", async () => {
    for (const modelId of ["bytedance/seedream-4.0", "bytedance/seedream-4.0-edit", "qwen/qwen-image-lora"]) {
      for (const aspectRatio of ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"] as const) {
        const { input } = await inputFor(modelId, { ...smallestCall(page(modelId)), aspectRatio });
        const [width, height] = String(input.size).split("*").map(Number);
        const [across, down] = aspectRatio.split(":").map(Number);
        assertEquals(width * down, height * across, `${modelId} ${aspectRatio}`);
        assert(width * height > 0.85e6 && width * height < 1.1e6, `${modelId} ${aspectRatio} ${input.size}`);
      }
    }
  });

  it("models that take neither size nor ratio warn of both, and are sent neither", async () => {
    const models = ["google/nano-banana-edit", "qwen/qwen-image-edit", "black-forest-labs/flux-2-klein-9b-edit"];
    for (const modelId of models) {
      for (const wanted of [{ aspectRatio: "16:9" }, { size: "1024x1024" }] as const) {
        const { input, warnings } = await inputFor(modelId, { ...smallestCall(page(modelId)), ...wanted });
        const { prompt: _, image: __, images: ___, ...rest } = input;
        assertEquals(rest, {});
        assertEquals(warnings.map((warning) => warning.type === "unsupported" && warning.feature), Object.keys(wanted));
      }
    }
  });

  it("models that take a ratio alone are sent the ratio of a size, with a warning, or nothing", async () => {
    const { input, warnings } = await inputFor("pruna/p-image-t2i", { prompt: "a", size: "1024x768" });
    assertEquals(input, { prompt: "a", aspect_ratio: "4:3" });
    assertEquals(warnings.map(({ type }) => type), ["compatibility"]);
    const odd = await inputFor("pruna/p-image-t2i", { prompt: "a", size: "1000x768" });
    assertEquals([odd.input, odd.warnings.map(({ type }) => type)], [{ prompt: "a" }, ["unsupported"]]);
    const both = await inputFor("pruna/p-image-t2i", { prompt: "a", size: "1000x768", aspectRatio: "3:2" });
    assertEquals([both.input, both.warnings.length], [{ prompt: "a", aspect_ratio: "3:2" }, 1]);
  });

  it("Nano Banana Pro is sent ratios that its page may have left out, with a warning", async () => {
    const modelId = "google/nano-banana-pro-edit";
    const { input, warnings } = await inputFor(modelId, { ...smallestCall(page(modelId)), aspectRatio: "3:4" });
    assertEquals([input.aspect_ratio, warnings.length], ["3:4", 1]);
    const wrong = { ...smallestCall(page(modelId)), aspectRatio: "7:5" as const };
    await assertRejects(async () => await inputFor(modelId, wrong), Error, '"7:5" is not one of "1:1", "3:2"');
  });

  it("documented options reach the worker, and none that is not documented goes by itself", async () => {
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

  it("waits are no input for any model", async () => {
    for (const model of PAGES) {
      const waits = { maxPollAttempts: 3, pollIntervalMillis: 10, timeoutMillis: 60_000, waitMillis: 1000 };
      await runStrictly(model.id, { ...smallestCall(model), options: waits });
    }
  });

  it("Seedream 3 writes its size with the letter x, takes a guidance, and is sent no negative prompt by itself", async () => {
    const { input } = await inputFor("bytedance/seedream-3.0", {
      prompt: "a",
      size: "1024x768",
      options: { guidance: 3 },
    });
    assertEquals(input, { prompt: "a", size: "1024x768", guidance: 3 });
  });

  it("an id without a page is the slug that it makes, not a path", async () => {
    const { runpod, sent } = capture(() => completed({ image_url: `data:image/png;base64,${PNG_BASE64}` }));
    await runpod.imageModel("google/nano-banana-pro").doGenerate({
      ...IMAGE_CALL,
      aspectRatio: "16:9",
      providerOptions: { runpod: { resolution: "4k" } },
    });
    assertEquals(new URL(sent[0].url).pathname, "/v2/google-nano-banana-pro/runsync");
    assertEquals(sent[0].body.input, { prompt: "A red apple", aspect_ratio: "16:9", resolution: "4k" });
  });

  it("an image is found as image_url, result, a plain string or base64", async () => {
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

  it("one image may be given as a list, and several as one option", async () => {
    const url = "https://example.com/a.png";
    const one = await inputFor("qwen/qwen-image-edit", { prompt: "a", options: { images: [url] } });
    assertEquals(one.input, { prompt: "a", image: url });
    const list = await inputFor("qwen/qwen-image-edit-2511", { prompt: "a", options: { image: url } });
    assertEquals(list.input, { prompt: "a", images: [url] });
  });
});

/** The ids that editors complete, which the compiler holds against the type. */
const IDS = Object.keys(
  {
    "alibaba/wan-2.6": 0,
    "black-forest-labs/flux-1-dev": 0,
    "black-forest-labs/flux-1-kontext-dev": 0,
    "black-forest-labs/flux-1-schnell": 0,
    "black-forest-labs/flux-2-klein-9b-edit": 0,
    "bytedance/seedream-3.0": 0,
    "bytedance/seedream-4.0": 0,
    "bytedance/seedream-4.0-edit": 0,
    "google/nano-banana-2-edit": 0,
    "google/nano-banana-edit": 0,
    "google/nano-banana-pro-edit": 0,
    "pruna/p-image-edit": 0,
    "pruna/p-image-t2i": 0,
    "qwen/qwen-image": 0,
    "qwen/qwen-image-edit": 0,
    "qwen/qwen-image-edit-2511": 0,
    "qwen/qwen-image-edit-2511-lora": 0,
    "qwen/qwen-image-lora": 0,
    "tongyi-mai/z-image-turbo": 0,
  } satisfies Record<RunpodKnownImageModelId, 0>,
);

describe("the types of image options", () => {
  it("refuse wrong names and values for a known model, and nothing for any other", () => {
    const right = [
      { output_format: "webp", images: [], timeoutMillis: 1 } satisfies RunpodImageModelOptions<
        "qwen/qwen-image-edit-2511"
      >,
      { my_option: { deep: [1] } } satisfies RunpodImageModelOptions<"abc123xyz">,
      { my_option: 1, guidance: 3, maxRequests: 9 } satisfies RunpodImageModelOptions,
      { num_inference_steps: 4, jobId: "1" } satisfies RunpodImageModelOptions<"black-forest-labs/flux-1-dev">,
    ];
    const wrong = [
      // @ts-expect-error: the model has no such option
      { guidance: 3 } satisfies RunpodImageModelOptions<"qwen/qwen-image-edit-2511">,
      // @ts-expect-error: the model has no such format
      { output_format: "webp" } satisfies RunpodImageModelOptions<"qwen/qwen-image-edit">,
      // @ts-expect-error: a number is wanted
      { guidance: "3" } satisfies RunpodImageModelOptions<"black-forest-labs/flux-1-dev">,
      // @ts-expect-error: there is no such resolution
      { resolution: "8k" } satisfies RunpodImageModelOptions<"google/nano-banana-pro-edit">,
      // @ts-expect-error: a wait is in milliseconds
      { timeoutMillis: "1m" } satisfies RunpodImageModelOptions,
    ];
    const ids: RunpodImageModelId[] = ["qwen/qwen-image", "anything"];
    assertEquals([right.length, wrong.length, ids.length], [4, 5, 2]);
  });
});
