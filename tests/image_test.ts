import { APICallError, InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import { createRunpod, RunpodJobError } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { generateImage } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { assertSpyCalls, returnsNext, spy } from "@std/testing/mock";
import { completed } from "./answers.ts";
import { assertNoOutput, featuresOf, type ImageCall, imageCall, imageCalls, overridden } from "./calls.ts";
import { capture, KEY, type Sent } from "./capture.ts";
import { count, emulate, operationsOf, statesOf } from "./emulated.ts";
import { failFirst, failure, htmlPage, networkFailure, rateLimited, truncatedJson } from "./faults.ts";
import { fileAt, PNG, PNG_BASE64, PNG_DATA_URI } from "./files.ts";
import { IMAGE_CALL } from "./smallest_calls.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const SEED_MODELS = [
  "qwen/qwen-image",
  "bytedance/seedream-3.0",
  "black-forest-labs/flux-1-schnell",
  "black-forest-labs/flux-1-dev",
  "black-forest-labs/flux-1-kontext-dev",
];
const KONTEXT = "black-forest-labs/flux-1-kontext-dev";
const INPUT_IMAGE = "https://example.com/input.jpg";

const { refusal } = imageCalls;

/** As `imageCalls.inputFor`, with an input image for the model that requires one. */
function inputFor(modelId: string, { options, ...call }: ImageCall = {}) {
  const isMissing = modelId === KONTEXT && !call.files && options?.image === undefined;
  return imageCalls.inputFor(modelId, { ...call, options: isMissing ? { ...options, image: INPUT_IMAGE } : options });
}

describe("an image request", () => {
  it("has the documented defaults and nothing else that was not set", async () => {
    const safe = { negative_prompt: "", enable_safety_checker: true };
    const expected: Record<string, JSONObject> = {
      "qwen/qwen-image": safe,
      "bytedance/seedream-3.0": {},
      "black-forest-labs/flux-1-schnell": { ...safe, num_inference_steps: 4, guidance: 7, image_format: "png" },
      "black-forest-labs/flux-1-dev": { ...safe, num_inference_steps: 28, guidance: 2, image_format: "png" },
      [KONTEXT]: { ...safe, num_inference_steps: 28, guidance: 2, output_format: "png", image: INPUT_IMAGE },
    };
    for (const modelId of SEED_MODELS) {
      assertEquals((await inputFor(modelId)).input, { prompt: "A red apple", ...expected[modelId] });
    }
  });

  it("has options in place of the defaults, and unknown options as they are", async () => {
    const options = {
      negative_prompt: "blurry",
      enable_safety_checker: false,
      num_inference_steps: 50,
      guidance: 3.5,
      some_new_option: { deep: [1, null] },
    };
    for (const modelId of SEED_MODELS) {
      const { input } = await inputFor(modelId, { options });
      for (const [key, value] of Object.entries(options)) assertEquals(input[key], value, `${modelId} ${key}`);
    }
  });

  it("does not have the polling options", async () => {
    for (const modelId of [...SEED_MODELS, "abc123"]) {
      const { input } = await inputFor(modelId, { options: { maxPollAttempts: 3, pollIntervalMillis: 10 } });
      assertEquals([input.maxPollAttempts, input.pollIntervalMillis], [undefined, undefined]);
    }
  });

  it("has the file format under the model's name and spelling", async () => {
    const { input: dev } = await inputFor("black-forest-labs/flux-1-dev", { options: { output_format: "jpg" } });
    assertEquals([dev.image_format, dev.output_format], ["jpeg", undefined]);
    const { input: own } = await inputFor("black-forest-labs/flux-1-dev", { options: { image_format: "jpeg" } });
    assertEquals(own.image_format, "jpeg");
    const { input: kontext } = await inputFor(KONTEXT, { options: { output_format: "jpg" } });
    assertEquals(kontext.output_format, "jpeg");
  });

  it("has the size as the model expects it", async () => {
    const expected: Record<string, JSONObject> = {
      "qwen/qwen-image": { size: "768*1024" },
      "bytedance/seedream-3.0": { size: "768x1024" },
      "black-forest-labs/flux-1-schnell": { width: 768, height: 1024 },
      "black-forest-labs/flux-1-dev": { width: 768, height: 1024 },
      [KONTEXT]: { size: "768*1024" },
      "abc123": { width: 768, height: 1024 },
    };
    for (const [modelId, size] of Object.entries(expected)) {
      const { input, warnings } = await inputFor(modelId, { size: "768x1024" });
      for (const key of ["size", "width", "height"]) assertEquals(input[key], size[key], `${modelId} ${key}`);
      assertEquals(warnings, []);
    }
  });

  it("to FLUX has undocumented sizes, with a warning", async () => {
    for (const size of ["1328x1328", "2048x2048", "128x128", "1000x1024"] as const) {
      const { input, warnings } = await inputFor("black-forest-labs/flux-1-dev", { size });
      assertEquals(`${input.width}x${input.height}`, size);
      assertEquals(warnings.length, 1);
      assertStringIncludes(JSON.stringify(warnings), "256 to 1536");
    }
  });

  it("has a documented size of exactly the ratio 1:1, 4:3 or 3:4", async () => {
    for (const modelId of SEED_MODELS) {
      for (const aspectRatio of ["1:1", "4:3", "3:4"] as const) {
        const { input, warnings } = await inputFor(modelId, { aspectRatio });
        const [width, height] = input.size
          ? String(input.size).split(/[*x]/).map(Number)
          : [Number(input.width), Number(input.height)];
        const [across, down] = aspectRatio.split(":").map(Number);
        assertEquals(width * down, height * across, `${modelId} ${aspectRatio}: ${width}x${height}`);
        if (modelId.includes("flux-1-") && modelId !== KONTEXT) assertEquals([width % 64, height % 64], [0, 0]);
        assertEquals(warnings, []);
      }
    }
  });

  it("is refused with every other ratio, and the error names those three", async () => {
    for (const modelId of SEED_MODELS) {
      for (const aspectRatio of ["16:9", "9:16", "3:2", "2:3", "1:0", "abc"] as const) {
        const error = await refusal(modelId, { aspectRatio: aspectRatio as "16:9" });
        assertEquals(error.argument, "aspectRatio");
        assertEquals(
          error.message,
          `Cannot generate an image with "${modelId}": aspect ratio "${aspectRatio}" is not one of "1:1", "4:3", "3:4"`,
        );
      }
    }
  });

  it("is refused with a size that is not a width and a height", async () => {
    for (const modelId of [...SEED_MODELS, "abc123"]) {
      for (const size of ["0x0", "0x512", "512x0", "abc", "512", "512x", "-1x5", "1.5x2", "512X512", "512x512 ", ""]) {
        const error = await refusal(modelId, { size: size as "1x1" });
        assertEquals(error.argument, "size");
        assertStringIncludes(error.message, `size "${size}" is not a width and a height in pixels`);
      }
    }
  });

  it("has the size where there is a ratio too, with a warning", async () => {
    const { input, warnings } = await inputFor("qwen/qwen-image", { size: "512x512", aspectRatio: "4:3" });
    assertEquals(input.size, "512*512");
    assertEquals(featuresOf(warnings), ["aspectRatio"]);
  });

  it("has the seed, even 0", async () => {
    for (const seed of [0, 42]) assertEquals((await inputFor("qwen/qwen-image", { seed })).input.seed, seed);
  });

  it("is refused with a seed that is not a whole number, whatever the model", async () => {
    for (const modelId of ["qwen/qwen-image", "abc123xyz"]) {
      for (const seed of [1.5, NaN]) assertEquals((await refusal(modelId, { seed })).argument, "seed");
    }
  });

  it("has an input image that is a URL, a data URI, bytes or base64", async () => {
    const cases: Array<[ImageCall, image: string]> = [
      [{ options: { image: INPUT_IMAGE } }, INPUT_IMAGE],
      [{ options: { image: PNG_DATA_URI } }, PNG_DATA_URI],
      [{ files: [fileAt(INPUT_IMAGE)] }, INPUT_IMAGE],
      [{ files: [{ type: "file", mediaType: "image/png", data: PNG }] }, PNG_DATA_URI],
      [{ files: [{ type: "file", mediaType: "image/png", data: PNG_BASE64 }] }, PNG_DATA_URI],
      [{ files: [{ type: "file", mediaType: "image/*", data: PNG }] }, PNG_DATA_URI],
    ];
    for (const [call, image] of cases) assertEquals((await inputFor(KONTEXT, call)).input.image, image);
  });

  it("has bytes of any length as base64", async () => {
    for (let length = 1; length <= 9; length++) {
      const data = Uint8Array.from({ length }, (_, index) => 255 - 37 * index);
      const { input } = await inputFor(KONTEXT, { files: [{ type: "file", mediaType: "image/png", data }] });
      assertEquals(input.image, `data:image/png;base64,${btoa(String.fromCharCode(...data))}`);
    }
  });

  it("has megabytes of bytes as base64, and such a result is read", async () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 7919) >> 3);
    const { input } = await inputFor(KONTEXT, { files: [{ type: "file", mediaType: "image/png", data: bytes }] });
    const decoded = atob(String(input.image).slice("data:image/png;base64,".length));
    assertEquals(decoded.length, bytes.length);
    assert(bytes.every((byte, index) => decoded.charCodeAt(index) === byte));

    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...bytes.subarray(0, 100_000)]);
    const url = "https://cdn.example.com/a.png";
    const base64 = btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(""));
    const { runpod } = capture((request) => request.url === url ? new Response(png) : completed([url, base64]));
    const { images } = await runpod.imageModel("abc").doGenerate(IMAGE_CALL);
    assertEquals(images.map((image) => image.length), [png.length, png.length]);
    assert((images[1] as Uint8Array).every((byte, index) => byte === png[index]));
  });

  it("has no images and masks for models without them, with warnings", async () => {
    const file = fileAt(INPUT_IMAGE);
    const { input, warnings } = await inputFor("qwen/qwen-image", { files: [file], mask: file, n: 2 });
    assertEquals(input.image, undefined);
    assertEquals(featuresOf(warnings), ["mask", "files", "n"]);
  });

  it("to an editing model is refused without an image, and with too many", async () => {
    assertStringIncludes((await refusal(KONTEXT, {})).message, "an input image is required");
    const file = fileAt(INPUT_IMAGE);
    assertStringIncludes((await refusal(KONTEXT, { files: [file, file] })).message, "at most 1 input image, not 2");
    const local = fileAt("file:///etc/passwd");
    assertStringIncludes((await refusal(KONTEXT, { files: [local] })).message, "is not at an http(s) URL");
  });

  it("is refused with an empty prompt where the model requires one", async () => {
    for (const prompt of [undefined, "", " \n"]) {
      assertEquals((await refusal("qwen/qwen-image", { prompt })).argument, "prompt");
    }
  });

  it("is refused with options of the wrong type, and the error names option, value and what is allowed", async () => {
    const wrong: Array<[option: string, value: unknown, allowed: string]> = [
      ["maxPollAttempts", 0, "a whole number above 0"],
      ["maxPollAttempts", 1.5, "a whole number above 0"],
      ["maxPollAttempts", "60", "a whole number above 0"],
      ["pollIntervalMillis", -1, "a number of milliseconds"],
      ["pollIntervalMillis", "5s", "a number of milliseconds"],
      ["negative_prompt", 5, "a string"],
      ["enable_safety_checker", "yes", "true or false"],
      ["image", 5, "a URL or a base64 data URI"],
      ["image", "cat.jpg", "a URL or a base64 data URI"],
      ["num_inference_steps", "many", "a whole number"],
      ["num_inference_steps", 1.5, "a whole number"],
      ["guidance", "3", "a number"],
      ["output_format", {}, "a string or a number"],
    ];
    for (const [option, value, allowed] of wrong) {
      const error = await refusal(KONTEXT, { options: { [option]: value as string } });
      assertEquals(error.argument, `providerOptions.runpod.${option}`);
      assertEquals(
        error.message.startsWith(
          `Cannot use providerOptions.runpod.${option}: ${JSON.stringify(value)} is not ${allowed}`,
        ),
        true,
        error.message,
      );
    }
  });

  it("has undocumented option values, with warnings", async () => {
    const { input, warnings } = await inputFor("black-forest-labs/flux-1-schnell", {
      options: { num_inference_steps: 28, guidance: -1, output_format: "gif" },
    });
    assertEquals([input.num_inference_steps, input.guidance, input.image_format], [28, -1, "gif"]);
    const messages = warnings.map((warning) => warning.type === "other" ? warning.message : "");
    const says = (what: string, documented: string) =>
      `${what} is sent as it is, but "black-forest-labs/flux-1-schnell" documents ${documented}`;
    assertEquals(messages, [
      says("num_inference_steps 28", "1 to 8"),
      says("guidance -1", "0 to 10"),
      says('output_format "gif"', '"png", "jpeg", "jpg"'),
    ]);
  });

  it("may have files, masks and several images where the model says so", () => {
    const { runpod } = capture(() => completed({}));
    assertEquals(runpod.imageModel(KONTEXT).supportsFileInputs, true);
    assertEquals(runpod.imageModel("qwen/qwen-image").supportsFileInputs, false);
    assertEquals(runpod.imageModel("qwen/qwen-image").supportsMaskInputs, false);
    assertEquals(runpod.imageModel("abc123").supportsFileInputs, undefined);
    assertEquals(runpod.imageModel("abc123").supportsMaskInputs, undefined);
    assertEquals(runpod.imageModel("qwen/qwen-image").maxImagesPerCall, 1);
  });

  it("to an unknown endpoint has options of any type, and several images", async () => {
    const options = { negative_prompt: null, image: ["a", "b"], guidance: "high" };
    assertEquals((await inputFor("abc123", { options })).input, { prompt: "A red apple", ...options });
    const file = fileAt(INPUT_IMAGE);
    assertEquals((await inputFor("abc123", { files: [file] })).input.image, INPUT_IMAGE);
    assertEquals((await inputFor("abc123", { files: [file, file] })).input.images, [INPUT_IMAGE, INPUT_IMAGE]);
  });

  it("has the image of the options where there are files too, with a warning", async () => {
    const file = fileAt("https://example.com/other.png");
    const { input, warnings } = await inputFor(KONTEXT, { files: [file], options: { image: INPUT_IMAGE } });
    assertEquals(input.image, INPUT_IMAGE);
    assertEquals(warnings, overridden("files", "image"));
  });

  it("to an unknown endpoint has the mask", async () => {
    const mask = { type: "file" as const, mediaType: "image/png", data: PNG_BASE64 };
    const { input, warnings } = await inputFor("abc123", { mask });
    assertEquals([input.mask, warnings], [PNG_DATA_URI, []]);
  });

  it("to an unknown endpoint has the usual names: no family is guessed from the id", async () => {
    const { input } = await inputFor("my-flux-kontext", { aspectRatio: "16:9", seed: 1, options: { steps: 3 } });
    assertEquals(input, { prompt: "A red apple", aspect_ratio: "16:9", seed: 1, steps: 3 });
  });
});

describe("an image result", () => {
  const URL_ = "https://cdn.example.com/a.png";
  const answer = (output: unknown) => ({ url }: Sent) => url === URL_ ? new Response(PNG) : completed(output);

  const FROM_URL: Record<string, unknown> = {
    "under image_url": { image_url: URL_, cost: 0.5 },
    "under result": { result: URL_, cost: 0.5 },
    "in a list": [URL_],
    "as a bare string": URL_,
    "under images": { images: [{ url: URL_ }], cost: 0.5 },
  };
  for (const [name, output] of Object.entries(FROM_URL)) {
    it(`is downloaded from a URL ${name}`, async () => {
      const { runpod } = capture(answer(output));
      const { images, providerMetadata } = await runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL);
      assertEquals(images, [PNG]);
      assertEquals(providerMetadata, {
        runpod: {
          images: [{
            url: URL_,
            jobId: "sync-1-u1",
            endpoint: "qwen-image-t2i",
            workerId: undefined,
            delayTimeMillis: 1,
            executionTimeMillis: 2,
            cost: (output as { cost?: number }).cost,
          }],
        },
      });
    });
  }

  const INLINE: Record<string, unknown> = {
    "a data URI": { image_url: PNG_DATA_URI },
    "base64": { image: PNG_BASE64 },
    "base64 as a bare string": PNG_BASE64,
    "ComfyUI's images": { images: [{ filename: "a.png", type: "base64", data: PNG_BASE64 }] },
    "a message": { message: PNG_BASE64, status: "success" },
  };
  for (const [name, output] of Object.entries(INLINE)) {
    it(`is taken from ${name} without a download`, async () => {
      const { runpod, sent } = capture(answer(output));
      assertEquals((await runpod.imageModel("abc").doGenerate(IMAGE_CALL)).images, [PNG_BASE64]);
      assertEquals(sent.length, 1);
    });
  }

  it("may be several images, inline and by URL", async () => {
    const { runpod } = capture(answer({ images: [URL_, PNG_DATA_URI] }));
    assertEquals((await runpod.imageModel("abc").doGenerate(IMAGE_CALL)).images, [PNG, PNG]);
  });

  it("is an error that keeps the job when one of several is not valid base64", async () => {
    const { runpod } = capture(({ method }) =>
      method === "GET"
        ? new Response("bytes", { headers: { "content-type": "image/png" } })
        : completed({ images: ["https://example.com/a.png", `data:image/png;base64,iVBORw0KGgo%%%`] })
    );
    const error = await assertRejects(
      () => runpod.imageModel("abc123").doGenerate(IMAGE_CALL),
      RunpodJobError,
      "completed, but its image is not valid base64",
    );
    assertEquals([error.kind, error.jobId], ["no-output", "sync-1-u1"]);
  });

  it("is an error with the output when it holds no image", async () => {
    for (
      const output of [undefined, null, {}, { status: "ok" }, "done", "supercalifragilistic.", [], 5, { images: [] }]
    ) {
      await assertNoOutput(() => capture(answer(output)).runpod.imageModel("abc").doGenerate(IMAGE_CALL), output);
    }
  });

  it("is an error when the worker completed with one", async () => {
    const { runpod } = capture(answer({ error: { message: "NSFW content" } }));
    const error = await assertRejects(
      () => runpod.imageModel("abc").doGenerate(IMAGE_CALL),
      RunpodJobError,
    );
    assertEquals(error.kind, "failed");
    assertStringIncludes(error.message, "NSFW content");
  });

  it("that cannot be downloaded is requested a few times, then is an error with the job's id and the URL; no second job runs", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture(({ url }) =>
        url === URL_ ? new Response("gone", { status: 503 }) : completed({ image_url: URL_ })
      );
      const error = await assertRejects(
        () => generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt: "Hi" }),
        RunpodJobError,
      );
      assertStringIncludes(error.message, URL_);
      assertEquals(error.jobId, "sync-1-u1");
      assertEquals(sent.map(({ method }) => method), ["POST", "GET", "GET", "GET", "GET", "GET"]);
    });
  });

  it("is not waited for after an abort", async () => {
    const abort = new AbortController();
    const reason = new Error("left");
    const { runpod } = capture(({ url }) => {
      if (url !== URL_) return completed({ image_url: URL_ });
      abort.abort(reason);
      return Promise.reject(reason);
    });
    const call = runpod.imageModel("abc").doGenerate(imageCall({ abortSignal: abort.signal }));
    assertEquals(await assertRejects(() => call), reason);
  });

  it("is downloaded from a private network that is the caller's baseURL", async () => {
    const { emulator, runpod } = emulate({}, { baseURL: "http://127.0.0.1:8000/v2" });
    const { image } = await generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt: "Hi", size: "64x64" });
    assertEquals(image.mediaType, "image/png");
    assertEquals(emulator.requests.at(-1)?.url.startsWith("http://127.0.0.1:8000/files/"), true);
  });

  it("is not downloaded from any other private network", async () => {
    for (const url of ["http://127.0.0.1/a.png", "http://169.254.169.254/latest", "file:///etc/passwd"]) {
      const { runpod, sent } = capture(() => completed({ image_url: url }));
      await assertRejects(
        () => runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL),
        RunpodJobError,
      );
      assertEquals(sent.length, 1);
    }
  });
});

describe("a queued image job", () => {
  it("takes one request and a download when it is fast", async () => {
    const { emulator, runpod } = emulate();
    const { image } = await generateImage({
      model: runpod.imageModel("qwen/qwen-image"),
      prompt: "Hi",
      size: "320x256",
    });
    assertEquals(operationsOf(emulator), ["runsync", "file"]);
    assertEquals(image.mediaType, "image/png");
    assertEquals([...image.uint8Array.subarray(16, 24)], [0, 0, 1, 64, 0, 0, 1, 0]);
  });

  it("is polled after the long wait until it is done", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod } = emulate({ timing: { coldStartMillis: 60_000, runMillis: 42_000 } });
      const model = runpod.imageModel("qwen/qwen-image");
      const { providerMetadata } = await generateImage({ model, prompt: "Hi" });
      const [first, ...others] = operationsOf(emulator);
      assertEquals([first, others.pop()], ["runsync", "file"]);
      assertEquals([...new Set(others)], ["status-sync"]);
      // Done after 102 s, and seen at once.
      assert(clock.elapsed() >= 102_000 && clock.elapsed() <= 102_100, String(clock.elapsed()));
      assertEquals(clock.hasTimers(), false);
      assertStringIncludes(JSON.stringify(providerMetadata), '"delayTimeMillis":60000,"executionTimeMillis":42000');
    });
  });

  it("is submitted again after the rate limit, without holding the request", async () => {
    await withVirtualTime(async (clock) => {
      const refusals = new Array(3).fill(() => rateLimited(7));
      const { emulator, runpod } = emulate({
        intercept: ({ operation }, next) => ["run", "runsync"].includes(operation) ? failFirst(refusals, next) : next(),
      });
      const { image } = await generateImage({
        model: runpod.imageModel("qwen/qwen-image"),
        prompt: "Hi",
        maxRetries: 0,
      });
      assertEquals(image.mediaType, "image/png");
      assertEquals(operationsOf(emulator).slice(0, 4), ["runsync", "run", "run", "run"]);
      assertEquals(emulator.jobs.length, 1);
      assert(clock.elapsed() >= 21_000 && clock.elapsed() < 23_000, String(clock.elapsed()));
    });
  });

  it("is polled as often and as long as the options say, then cancelled", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod } = emulate({ timing: { coldStartMillis: Infinity } });
      const error = await assertRejects(
        () =>
          generateImage({
            model: runpod.imageModel("qwen/qwen-image"),
            prompt: "Hi",
            providerOptions: { runpod: { maxPollAttempts: 3, pollIntervalMillis: 1000 } },
          }),
        RunpodJobError,
        "was still waiting for a worker (IN_QUEUE) after 93 s",
      );
      assertEquals([error.kind, error.status, error.endpoint], ["deadline", "IN_QUEUE", "qwen-image-t2i"]);
      assertEquals(error.jobId, emulator.jobs[0].id);
      assertEquals(clock.elapsed(), 93_000);
      await settled();
      assertEquals(operationsOf(emulator), ["runsync", "status", "status", "status", "cancel"]);
    });
  });

  it("survives transient errors of status reads", async () => {
    await withVirtualTime(async () => {
      const faults = [() => htmlPage(502, "Bad gateway"), () => networkFailure("ECONNRESET"), truncatedJson];
      const { emulator, runpod } = emulate({
        timing: { runMillis: 115_000 },
        intercept: ({ operation }, next) => operation.startsWith("status") ? failFirst(faults, next) : next(),
      });
      const { image } = await generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt: "Hi" });
      assertEquals(image.mediaType, "image/png");
      assertEquals([count(emulator, "runsync"), faults.length], [1, 0]);
    });
  });

  const ENDS: Array<[status: string, kind: string]> = [
    ["FAILED", "failed"],
    ["CANCELLED", "cancelled"],
    ["TIMED_OUT", "timed-out"],
  ];
  for (const [status, kind] of ENDS) {
    for (const runMillis of [0, 100_000]) {
      it(`that ends as ${status} ${runMillis ? "while polled" : "at once"} is an error, once`, async () => {
        await withVirtualTime(async () => {
          const { emulator, runpod } = emulate({
            endpoints: { abc: { worker: "image", runMillis, outcome: { status, error: "CUDA out of memory" } } },
          });
          const error = await assertRejects(
            () => generateImage({ model: runpod.imageModel("abc"), prompt: "Hi" }),
            RunpodJobError,
            "CUDA out of memory",
          );
          assertEquals([error.kind, error.status, error.isRetryable], [kind as "failed", status, false]);
          assertEquals(emulator.jobs.length, 1);
        });
      });
    }
  }

  it("fails in the same way when the service answers a failed job with HTTP 400", async () => {
    const { runpod } = emulate({ behavior: { failedRunsyncStatus: 400 } });
    const error = await assertRejects(
      () =>
        runpod.imageModel("qwen/qwen-image").doGenerate({
          ...IMAGE_CALL,
          providerOptions: { runpod: { size: "big" } },
        }),
      RunpodJobError,
      "size format must be width*height",
    );
    assertEquals(error.kind, "failed");
  });

  it("goes through any path of states, known or not", async () => {
    await withVirtualTime(async () => {
      const states = ["IN_QUEUE", "IN_PROGRESS", "IN_QUEUE", "RUNNING", "WARMING_UP", "IN_PROGRESS"]
        .map((status) => ({ status, millis: 30_000, output: { progress: "50%" } }));
      const { runpod } = emulate({ endpoints: { abc: { worker: "image", states } } });
      const { image } = await generateImage({ model: runpod.imageModel("abc"), prompt: "Hi" });
      assertEquals(image.mediaType, "image/png");
    });
  });

  it("whose status cannot be read ends with an error that has the reason and the job's id", async () => {
    const faults: Array<[name: string, fault: () => Response, reads: number]> = [
      ["500", () => Response.json({ error: "boom" }, { status: 500 }), 3],
      ["401", () => Response.json({ error: "unauthorized" }, { status: 401 }), 1],
      ["400", () => Response.json({ error: "bad id" }, { status: 400 }), 1],
    ];
    for (const [name, fault, reads] of faults) {
      await withVirtualTime(async () => {
        const { emulator, runpod } = emulate({
          timing: { runMillis: 200_000 },
          intercept: (request, next) => request.operation.startsWith("status") ? fault() : next(),
        });
        const error = await assertRejects(
          () =>
            runpod.imageModel("qwen/qwen-image").doGenerate({
              ...IMAGE_CALL,
              providerOptions: { runpod: { maxPollAttempts: 3 } },
            }),
          RunpodJobError,
          "its status cannot be read",
        );
        assertEquals([error.kind, error.jobId, error.isRetryable], ["deadline", emulator.jobs[0].id, false]);
        assertStringIncludes(error.message, `HTTP ${name}`);
        assertInstanceOf(error.cause, APICallError);
        assertEquals(count(emulator, "status"), reads);
      });
    }
  });

  it("has its id in the error when the key function fails during the wait", async () => {
    await withVirtualTime(async () => {
      const apiKey = returnsNext<string>([KEY, new Error("the vault is closed")]);
      const { emulator, runpod } = emulate({ timing: { runMillis: 200_000 } }, { apiKey });
      const error = await assertRejects(
        () => runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL),
        RunpodJobError,
        "the vault is closed",
      );
      assertEquals(error.jobId, emulator.jobs[0].id);
    });
  });

  it("is not seen in an error that only looks like a job", async () => {
    const { runpod, sent } = capture(() =>
      Response.json({ id: "req-1", status: "error", error: "Unauthorized" }, { status: 401 })
    );
    const error = await assertRejects(() => runpod.imageModel("abc").doGenerate(IMAGE_CALL), APICallError);
    assertEquals([RunpodJobError.isInstance(error), error.statusCode, sent.length], [false, 401, 1]);
  });

  it("may have its status in lower case and no id in the answer", async () => {
    await withVirtualTime(async () => {
      const { runpod } = capture(({ url }) =>
        url.includes("/runsync")
          ? Response.json({ id: "a/b", status: "in_queue" })
          : Response.json({ status: "completed", output: { image_url: PNG_DATA_URI } })
      );
      const { images, providerMetadata } = await runpod.imageModel("abc").doGenerate(IMAGE_CALL);
      assertEquals(images, [PNG_BASE64]);
      assertStringIncludes(JSON.stringify(providerMetadata), '"jobId":"a/b"');
    });
  });

  it("is read under its own id as one path segment", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture(({ url }) =>
        url.includes("/runsync")
          ? Response.json({ id: "a/b?c", status: "IN_QUEUE" })
          : Response.json({ id: "a/b?c", status: "FAILED" })
      );
      await assertRejects(() => runpod.imageModel("abc").doGenerate(IMAGE_CALL), RunpodJobError);
      assertEquals(sent[1].url, "https://api.runpod.ai/v2/abc/status-sync/a%2Fb%3Fc?wait=90000");
    });
  });

  it("that has expired ends with an error that says so", async () => {
    await withVirtualTime(async () => {
      const { runpod } = emulate({
        timing: { runMillis: 100_000 },
        intercept: ({ operation }, next) => operation.startsWith("status") ? failure(404, "job not found") : next(),
      });
      const error = await assertRejects(
        () => runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL),
        RunpodJobError,
        "expired",
      );
      assertEquals(error.kind, "expired");
      assertInstanceOf(error.cause, APICallError);
    });
  });

  it("ends at once with the abort reason, during a request and during a pause", async () => {
    for (const millis of [1000, 91_000]) {
      await withVirtualTime(async (clock) => {
        const { emulator, runpod } = emulate({ timing: { runMillis: 200_000 } });
        const { abortSignal, reason } = abortAfter(millis);
        const call = () => runpod.imageModel("qwen/qwen-image").doGenerate(imageCall({ abortSignal }));
        assertEquals(await assertRejects(call), reason);
        assertEquals(clock.elapsed(), millis);
        // The job is cancelled when its id is known: at once, or at the end of the wait of the submission.
        await settled(100_000);
        assertEquals(statesOf(emulator), ["CANCELLED"]);
        assertEquals(count(emulator, "cancel"), 1);
        assertEquals(clock.hasTimers(), false);
      });
    }
  });

  it("has its id in the error of a deadline that is shorter than the long wait", async () => {
    for (const timeoutMillis of [2000, 50_000]) {
      await withVirtualTime(async (clock) => {
        const { emulator, runpod } = emulate({ timing: { runMillis: 200_000 } });
        const call = imageCall({ options: { timeoutMillis, cancelOnTimeout: false } });
        const error = await assertRejects(
          () => runpod.imageModel("qwen/qwen-image").doGenerate(call),
          RunpodJobError,
          "to continue it, pass jobId",
        );
        assertEquals([error.kind, error.jobId], ["deadline", emulator.jobs[0].id]);
        assertEquals(clock.elapsed(), timeoutMillis);
      });
    }
  });

  it("stays within maxRequests when downloads fail", async () => {
    await withVirtualTime(async () => {
      const { emulator, runpod } = emulate({
        intercept: (request, next) => request.operation === "file" ? new Response("", { status: 503 }) : next(),
      });
      const call = imageCall({ options: { maxRequests: 4 } });
      await assertRejects(() => runpod.imageModel("qwen/qwen-image").doGenerate(call), RunpodJobError);
      assertEquals(operationsOf(emulator), ["runsync", "file", "file", "file"]);
    });
  });

  it("is cancelled in the platform's waitUntil", async () => {
    await withVirtualTime(async () => {
      const waitUntil = spy((_: Promise<unknown>) => {});
      const { emulator, runpod } = emulate({ timing: { runMillis: 200_000 } }, { waitUntil });
      const { abortSignal } = abortAfter(95_000);
      const call = imageCall({ abortSignal });
      await assertRejects(() => runpod.imageModel("qwen/qwen-image").doGenerate(call));
      assertSpyCalls(waitUntil, 1);
      await waitUntil.calls[0].args[0];
      assertEquals(statesOf(emulator), ["CANCELLED"]);
    });
  });

  it("ends with the abort reason even where waitUntil throws, as an unbound one does on Workers", async () => {
    await withVirtualTime(async () => {
      const waitUntil = () => {
        throw new TypeError("Illegal invocation");
      };
      const { emulator, runpod } = emulate({ timing: { runMillis: 200_000 } }, { waitUntil });
      const { abortSignal, reason } = abortAfter(95_000);
      const call = imageCall({ abortSignal });
      const error = await assertRejects(() => runpod.imageModel("qwen/qwen-image").doGenerate(call), Error);
      assertEquals(error, reason);
      await settled();
      assertEquals(statesOf(emulator), ["CANCELLED"]);
    });
  });

  it("survives an onJobUpdate that rejects, which is not waited for", async () => {
    await withVirtualTime(async () => {
      const onJobUpdate = () => Promise.reject(new Error("the database is down"));
      const { runpod } = emulate({}, { onJobUpdate });
      const { images } = await runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL);
      assertEquals(images.length, 1);
      await settled();
    });
  });

  it("may be aborted by onJobUpdate as it ends, without an unhandled rejection", async () => {
    await withVirtualTime(async () => {
      const abort = new AbortController();
      const reason = new Error("enough");
      const onJobUpdate = ({ status }: { status: string }) => {
        if (status === "COMPLETED") abort.abort(reason);
      };
      const model = emulate({}, { onJobUpdate }).runpod.imageModel("qwen/qwen-image");
      const call = imageCall({ abortSignal: abort.signal });
      assertEquals(await assertRejects(() => model.doGenerate(call), Error), reason);
      await settled();
    });
  });

  it("aborts its other downloads when one fails", async () => {
    await withVirtualTime(async (clock) => {
      const files = ["https://files.example/gone.png", "https://files.example/slow.png"];
      let slow: AbortSignal | null | undefined;
      const { fetch } = createRunpodEmulator({ endpoints: { mine: { worker: () => ({ images: files }) } } });
      const runpod = createRunpod({
        apiKey: KEY,
        fetch: async (input, init) => {
          const url = String(input);
          if (url === files[0]) return new Response("", { status: 404 });
          if (url !== files[1]) return await fetch(input, init);
          slow = init?.signal;
          return await new Promise<Response>(() => {});
        },
      });
      await assertRejects(
        () => runpod.imageModel("mine").doGenerate(IMAGE_CALL),
        RunpodJobError,
        "HTTP 404",
      );
      await settled();
      assertEquals([slow?.aborted, clock.hasTimers()], [true, false]);
    });
  });

  it("has the error of the deadline when cancelling hangs, and gives up cancelling", async () => {
    await withVirtualTime(async (clock) => {
      const waitUntil = spy((_: Promise<unknown>) => {});
      const { runpod } = emulate({
        timing: { coldStartMillis: Infinity },
        intercept: ({ operation }, next) => operation === "cancel" ? new Promise<Response>(() => {}) : next(),
      }, { waitUntil });
      const call = imageCall({ options: { timeoutMillis: 92_000 } });
      await assertRejects(
        () => runpod.imageModel("qwen/qwen-image").doGenerate(call),
        RunpodJobError,
        "it is being cancelled",
      );
      assertEquals(clock.elapsed(), 92_000);
      await waitUntil.calls[0].args[0];
      // Three tries of 10 s each, with short pauses.
      assertEquals([clock.elapsed() > 122_000 && clock.elapsed() < 125_000, clock.hasTimers()], [true, false]);
    });
  });

  it("makes the same image for the same prompt and seed, and other images for others", async () => {
    const { runpod } = emulate();
    const make = async (prompt: string, seed: number) =>
      (await generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt, seed, size: "64x64" })).image.base64;
    const first = await make("a", 1);
    assertEquals(await make("a", 1), first);
    assert(await make("a", 2) !== first);
    assert(await make("b", 1) !== first);
  });

  it("is refused on an OpenAI-compatible server, which has no job queue", async () => {
    const { runpod, sent } = capture(() => completed({}), { baseURL: "http://localhost:8000/v1" });
    await assertRejects(
      () => runpod.imageModel("x").doGenerate(IMAGE_CALL),
      InvalidArgumentError,
      "without a job queue",
    );
    assertEquals(sent.length, 0);
  });
});
