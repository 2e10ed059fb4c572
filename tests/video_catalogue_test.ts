/** Every video model of Runpod's public endpoints, compared with its documentation. */
import type { JSONObject } from "@ai-sdk/provider";
import type { RunpodKnownVideoModelId } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { featuresOf, type VideoCall, videoCall, videoCalls } from "./calls.ts";
import { capture, VIDEO } from "./capture.ts";
import { type DocumentedModel, pageOf, pagesOf } from "./documented.ts";
import { emulate, statesOf } from "./emulated.ts";
import { fileAt } from "./files.ts";

const PAGES = pagesOf("video");

/** The tiers as the AI SDK writes them. */
const TIERS: Record<string, `${number}x${number}`> = {
  "480p": "854x480",
  "540p": "960x540",
  "720p": "1280x720",
  "1080p": "1920x1080",
};

/** The call whose input is the documented one. */
function callFor(example: JSONObject): VideoCall {
  const {
    prompt,
    image,
    images,
    last_image,
    video,
    audio,
    duration,
    size,
    resolution,
    aspect_ratio,
    fps,
    seed,
    generate_audio,
    ...options
  } = example;
  const references = [images, video, audio].flat().filter((url) => url !== undefined);
  return JSON.parse(JSON.stringify({
    prompt,
    image: image ? fileAt(String(image)) : undefined,
    frameImages: last_image ? [{ image: fileAt(String(last_image)), frameType: "last_frame" }] : undefined,
    inputReferences: references.length > 0 ? references.map((url) => fileAt(String(url))) : undefined,
    duration,
    resolution: TIERS[String(resolution ?? size)] ?? (size as string | undefined)?.replace("*", "x"),
    aspectRatio: aspect_ratio,
    fps,
    seed,
    generateAudio: generate_audio,
    options,
  }));
}

/** The documented example without an empty image, which stands for none. */
function inputOf({ exampleInput }: DocumentedModel): JSONObject {
  return Object.fromEntries(Object.entries(exampleInput).filter(([key, value]) => key !== "image" || value !== ""));
}

/** The smallest input that a model takes. */
function smallestInput({ requiredInputs, exampleInput }: DocumentedModel): JSONObject {
  return Object.fromEntries(requiredInputs.map((key) => [key, exampleInput[key]]));
}

/** Calls without a prompt of their own. */
const inputFor = (modelId: string, call: VideoCall) => videoCalls.inputFor(modelId, { prompt: undefined, ...call });
const refusal = (modelId: string, call: VideoCall) => videoCalls.refusal(modelId, { prompt: undefined, ...call });

/** Runs a call on an emulator that refuses what is not documented. */
async function runStrictly(modelId: string, call: VideoCall) {
  const { emulator, runpod } = emulate({ behavior: { sizeRules: "documented", undocumentedInput: "refused" } });
  const result = await runpod.videoModel(modelId).doGenerate!(videoCall({ prompt: undefined, ...call }));
  assertEquals(statesOf(emulator), ["COMPLETED"]);
  return result;
}

/** Makes a call, which has to give no warning and to be accepted; returns the value that was sent under a key. */
async function takes(modelId: string, call: VideoCall, key: string): Promise<unknown> {
  const { input, warnings } = await inputFor(modelId, call);
  assertEquals(warnings, []);
  await runStrictly(modelId, call);
  return input[key];
}

const sizesOf = ({ sizeRule }: DocumentedModel) =>
  sizeRule.params.includes("size") && sizeRule.format !== "tier name" ? sizeRule.enum ?? [] : [];
const tiersOf = ({ sizeRule: { resolutionEnum, format, enum: values, pricedTiers } }: DocumentedModel) =>
  resolutionEnum ?? (format === "tier name" ? values ?? pricedTiers ?? [] : []);
const ratiosOf = ({ sizeRule: { params, enum: values, aspectEnum } }: DocumentedModel) =>
  params.includes("aspect_ratio") ? aspectEnum ?? values ?? [] : [];
const durationsOf = ({ durationRule: { enum: values, priced, min, max } }: DocumentedModel) =>
  values ?? priced ?? (min && max ? [min, min + 1, max] : []);
const has = ({ params }: DocumentedModel, name: string) => params.some((param) => param.name === name);

/** The ids that editors complete. */
const IDS = [
  "alibaba/wan-2.1-i2v-720",
  "alibaba/wan-2.1-t2v-720",
  "alibaba/wan-2.2-i2v-720",
  "alibaba/wan-2.2-t2v-720",
  "alibaba/wan-2.2-t2v-720-lora",
  "alibaba/wan-2.5",
  "alibaba/wan-2.6-i2v",
  "alibaba/wan-2.6-t2v",
  "bytedance/seedance-1.0-pro",
  "bytedance/seedance-v1.5-pro-i2v",
  "kwaivgi/kling-v2.1-i2v-pro",
  "kwaivgi/kling-v2.6-std-motion-control",
  "kwaivgi/kling-video-o1-r2v",
  "meigen-ai/infinitetalk",
  "openai/sora-2-i2v",
  "openai/sora-2-pro-i2v",
  "pruna/p-video",
  "vidu/q3-i2v",
  "vidu/q3-t2v",
] as const;
assertType<IsExact<(typeof IDS)[number], RunpodKnownVideoModelId>>(true);

describe("every documented video model", () => {
  it("is known by all its names, and no other model is", async () => {
    const { runpod, sent } = capture(() => Response.json({ error: "no" }, { status: 400 }));
    for (const model of PAGES) {
      for (const name of [model.id, model.endpoint, ...model.aliases]) {
        const call = videoCall(callFor({ ...smallestInput(model), resolution: "720p" }));
        // A width would be sent to an unknown model.
        const known = runpod.videoModel(name);
        await assertRejects(() => known.doGenerate!(call));
        assertEquals(new URL(sent.at(-1)!.url).pathname, `/v2/${model.endpoint}/runsync`, name);
        assertEquals(sent.at(-1)!.body.input.width, undefined, name);
      }
    }
    assertEquals(PAGES.map(({ id }) => id).sort(), [...IDS].sort());
  });

  for (const model of PAGES) {
    const { id } = model;
    const smallest = callFor(smallestInput(model));

    it(`${id}: sends the documented example key for key, which the emulator accepts`, async () => {
      const call = callFor(model.exampleInput);
      const { input, warnings } = await inputFor(id, call);
      assertEquals(input, inputOf(model));
      assertEquals(warnings, []);
      await runStrictly(id, call);
    });

    it(`${id}: sends the same example when it is given as options`, async () => {
      const { prompt, ...options } = inputOf(model);
      const { input, warnings } = await inputFor(id, { prompt: prompt as string, options });
      assertEquals([input, warnings], [inputOf(model), []]);
    });

    it(`${id}: sends nothing but what the caller sets`, async () => {
      assertEquals((await inputFor(id, smallest)).input, smallestInput(model));
      await runStrictly(id, smallest);
    });

    it(`${id}: accepts every documented size, tier and ratio`, async () => {
      for (const size of sizesOf(model)) {
        assertEquals(await takes(id, { ...smallest, resolution: size.replace("*", "x") as "1x1" }, "size"), size);
      }
      for (const tier of tiersOf(model)) {
        const key = has(model, "resolution") ? "resolution" : "size";
        assertEquals(await takes(id, { ...smallest, resolution: TIERS[tier] }, key), tier);
        assertEquals(await takes(id, { ...smallest, resolution: undefined, options: { [key]: tier } }, key), tier);
      }
      for (const ratio of ratiosOf(model)) {
        assertEquals(await takes(id, { ...smallest, aspectRatio: ratio as "1:1" }, "aspect_ratio"), ratio);
      }
    });

    it(`${id}: accepts every documented duration, and warns of others`, async () => {
      for (const duration of durationsOf(model)) {
        assertEquals(await takes(id, { ...smallest, duration }, "duration"), duration);
      }
      const { input, warnings } = await inputFor(id, { ...smallest, duration: 77 });
      assertEquals(input.duration, has(model, "duration") ? 77 : undefined);
      assertEquals(warnings.map(({ type }) => type), [has(model, "duration") ? "other" : "unsupported"]);
    });

    it(`${id}: is sent fps, seed and generateAudio where it documents them, and warns elsewhere`, async () => {
      const settings = [
        { setting: { fps: 24 }, keys: ["fps"] },
        { setting: { seed: 7 }, keys: ["seed"] },
        { setting: { generateAudio: false }, keys: ["generate_audio", "save_audio"] },
      ];
      for (const { setting, keys } of settings) {
        const { input, warnings } = await inputFor(id, { ...smallest, ...setting });
        const key = keys.find((name) => has(model, name));
        assertEquals(key && input[key], key && Object.values(setting)[0]);
        const expected = key ? [] : Object.keys(setting);
        assertEquals(featuresOf(warnings), expected);
        await runStrictly(id, { ...smallest, ...setting });
      }
    });

    it(`${id}: is refused without a required input, before any request`, async () => {
      for (const key of model.requiredInputs) {
        const { [key]: _, ...input } = smallestInput(model);
        const error = await refusal(id, callFor(input));
        assertStringIncludes(error.message, key.startsWith("image") ? "an input image" : key);
        assertStringIncludes(error.message, "is required");
      }
      if (model.requiredInputs.includes("prompt")) {
        assertEquals((await refusal(id, { ...smallest, prompt: "  " })).argument, "prompt");
      }
    });

    it(`${id}: accepts the documented number of input images, and refuses more`, async () => {
      const { image = fileAt("https://example.com/a.png"), inputReferences = [], ...call } = smallest;
      const others = inputReferences.filter((reference) => !/png|jpe?g/.test((reference as { url: string }).url));
      const max = model.maxInputImages! - (has(model, "last_image") ? 1 : 0);
      if (max === 0) {
        const { input, warnings } = await inputFor(id, { ...smallest, image });
        assertEquals([input.image, warnings.map(({ type }) => type)], [undefined, ["unsupported"]]);
        return;
      }
      const images = (count: number) => new Array(count).fill(fileAt("https://example.com/b.png"));
      const withImages = (count: number) => ({ ...call, image, inputReferences: [...others, ...images(count - 1)] });
      if (has(model, "images")) {
        for (let count = 1; count <= max; count++) {
          assertEquals((await takes(id, withImages(count), "images") as string[]).length, count);
        }
        assertStringIncludes((await refusal(id, withImages(max + 1))).message, `at most ${max} input images`);
      } else {
        assertEquals(await takes(id, withImages(1), "image"), (image as { url: string }).url);
        const error = await refusal(id, {
          ...call,
          options: { ...call.options, images: ["https://a.b/1", "https://a.b/2"] },
        });
        assertStringIncludes(error.message, "at most 1 input image, not 2");
      }
    });

    it(`${id}: reads the documented output`, async () => {
      const { runpod } = capture(() => Response.json(model.exampleOutput));
      const { videos, providerMetadata } = await runpod.videoModel(id).doGenerate!(videoCall(smallest));
      const { output, delayTime, executionTime, id: jobId, workerId } = model.exampleOutput;
      const url = String(output.video_url);
      assertEquals(videos, [{ type: "binary", data: VIDEO, mediaType: "video/mp4" }]);
      assertEquals(
        providerMetadata,
        {
          runpod: {
            videos: [{
              url,
              jobId,
              endpoint: model.endpoint,
              workerId,
              delayTimeMillis: delayTime,
              executionTimeMillis: executionTime,
              cost: output.cost,
            }],
            jobId,
          },
        } as typeof providerMetadata,
      );
    });
  }

  it("has a deprecation warning where the documentation has dropped its page", async () => {
    for (const model of PAGES) {
      const { warnings } = await runStrictly(model.id, callFor(smallestInput(model)));
      const deprecated = warnings.filter(({ type }) => type === "deprecated");
      assertEquals(deprecated.length, model.docsStatus === "removed" ? 1 : 0, model.id);
    }
  });
});

describe("a video model, as its page documents it", () => {
  it("Sora 2 Pro is sent a tier as its size, never pixels", async () => {
    const call = callFor(smallestInput(pageOf("openai/sora-2-pro-i2v")));
    for (const [resolution, size] of [["1280x720", "720p"], ["720x1280", "720p"], ["1920x1080", "1080p"]] as const) {
      assertEquals(await takes("openai/sora-2-pro-i2v", { ...call, resolution }, "size"), size);
    }
    const { input, warnings } = await inputFor("openai/sora-2-pro-i2v", { ...call, resolution: "1792x1024" });
    assertEquals([input.size, warnings.length], ["1024p", 1]);
    assertStringIncludes(JSON.stringify(warnings), '\\"720p\\", \\"1080p\\"');
  });

  it("P-Video, Vidu and Seedance 1.5 are sent a tier as their resolution, with the ratio where they take one", async () => {
    const cases: Array<[modelId: string, resolution: string, tier: string, ratio: string | undefined]> = [
      ["pruna/p-video", "1280x720", "720p", "16:9"],
      ["pruna/p-video", "1080x1920", "1080p", "9:16"],
      ["vidu/q3-t2v", "960x540", "540p", "16:9"],
      ["vidu/q3-i2v", "960x540", "540p", undefined],
      ["bytedance/seedance-v1.5-pro-i2v", "854x480", "480p", "16:9"],
      ["bytedance/seedance-v1.5-pro-i2v", "1680x720", "720p", "21:9"],
    ];
    for (const [modelId, resolution, tier, ratio] of cases) {
      const call = { ...callFor(smallestInput(pageOf(modelId))), resolution: resolution as "1x1" };
      const { input, warnings } = await inputFor(modelId, call);
      assertEquals([input.resolution, input.aspect_ratio, input.size, warnings], [tier, ratio, undefined, []]);
      await runStrictly(modelId, call);
    }
    const modelId = "vidu/q3-t2v";
    const portrait = await inputFor(modelId, { prompt: "a", resolution: "1280x720", aspectRatio: "9:16" });
    assertEquals(portrait.input, { prompt: "a", resolution: "720p", aspect_ratio: "9:16" });
    const odd = await inputFor(modelId, { prompt: "a", resolution: "1000x720" });
    assertEquals(odd.input, { prompt: "a", resolution: "720p" });
    assertEquals(featuresOf(odd.warnings), ["resolution"]);
  });

  it("Kling v2.1, v2.6, WAN 2.2 LoRA and Sora 2 are sent neither size nor ratio", async () => {
    const models = [
      "kwaivgi/kling-v2.1-i2v-pro",
      "kwaivgi/kling-v2.6-std-motion-control",
      "alibaba/wan-2.2-t2v-720-lora",
      "openai/sora-2-i2v",
    ];
    for (const modelId of models) {
      const smallest = callFor(smallestInput(pageOf(modelId)));
      const call = { ...smallest, resolution: "1280x720", aspectRatio: "16:9" } as const;
      const { input, warnings } = await inputFor(modelId, call);
      assertEquals(input, smallestInput(pageOf(modelId)));
      assertEquals(
        featuresOf(warnings),
        ["resolution", "aspectRatio"],
      );
    }
  });

  it("Kling O1 is sent a list of images even for one", async () => {
    const image = fileAt("https://example.com/a.png");
    const { input, warnings } = await inputFor("kwaivgi/kling-video-o1-r2v", { prompt: "a", image });
    assertEquals([input, warnings], [{ prompt: "a", images: ["https://example.com/a.png"] }, []]);
    const many = await inputFor("kwaivgi/kling-video-o1-r2v", {
      prompt: "a",
      image,
      inputReferences: [fileAt("https://example.com/b.png"), fileAt("https://example.com/c.mp4?x=1")],
    });
    assertEquals(many.input, {
      prompt: "a",
      images: ["https://example.com/a.png", "https://example.com/b.png"],
      video: "https://example.com/c.mp4?x=1",
    });
    await refusal("kwaivgi/kling-video-o1-r2v", { prompt: "a" });
  });

  it("WAN is sent a size that has the ratio, and the error for another ratio names those there are", async () => {
    const expected: Record<string, Record<string, string>> = {
      "alibaba/wan-2.6-t2v": { "16:9": "1280*720", "9:16": "720*1280" },
      "alibaba/wan-2.6-i2v": { "16:9": "1280*720" },
    };
    for (const modelId of ["alibaba/wan-2.5", "alibaba/wan-2.2-i2v-720", "alibaba/wan-2.1-i2v-720"]) {
      expected[modelId] = {
        "16:9": "1280*720",
        "9:16": "720*1280",
        "1:1": "960*960",
        "4:3": "1088*816",
        "3:4": "816*1088",
      };
    }
    for (const [modelId, sizes] of Object.entries(expected)) {
      const call = callFor(smallestInput(pageOf(modelId)));
      for (const [aspectRatio, size] of Object.entries(sizes)) {
        const { input, warnings } = await inputFor(modelId, { ...call, aspectRatio: aspectRatio as "1:1" });
        assertEquals([input.size, input.aspect_ratio, warnings], [size, undefined, []]);
        const [[width, height], [across, down]] = [size.split("*").map(Number), aspectRatio.split(":").map(Number)];
        assertEquals(width * down, height * across);
        await runStrictly(modelId, { ...call, aspectRatio: aspectRatio as "1:1" });
      }
      const error = await refusal(modelId, { ...call, aspectRatio: "7:5" });
      const ratios = Object.keys(sizes).map((ratio) => `"${ratio}"`).join(", ");
      assertStringIncludes(error.message, `aspect ratio "7:5" is not one of ${ratios}`);
    }
  });

  it("WAN is sent sizes that are not in its list, with a warning", async () => {
    const { input, warnings } = await inputFor("alibaba/wan-2.6-t2v", { prompt: "a", resolution: "832x480" });
    assertEquals([input.size, warnings.map(({ type }) => type)], ["832*480", ["other"]]);
    assertStringIncludes(JSON.stringify(warnings), "1280x720");
    assertEquals(
      (await inputFor("alibaba/wan-2.5", {
        ...callFor(smallestInput(pageOf("alibaba/wan-2.5"))),
        resolution: "832x480",
      })).warnings,
      [],
    );
  });

  it("P-Video and Seedance 1.0 alone are sent fps, and Sora requires a duration", async () => {
    const takesFps = PAGES.filter((model) => has(model, "fps")).map(({ id }) => id);
    assertEquals(takesFps, ["pruna/p-video", "bytedance/seedance-1.0-pro"]);
    const { input, warnings } = await inputFor("pruna/p-video", { prompt: "a", fps: 30 });
    assertEquals([input.fps, warnings.length], [30, 1]);
    assertStringIncludes(JSON.stringify(warnings), "24, 48");
    for (const modelId of ["openai/sora-2-i2v", "openai/sora-2-pro-i2v"]) {
      const { duration: _, ...call } = callFor(smallestInput(pageOf(modelId)));
      const error = await refusal(modelId, call);
      assertEquals(error.argument, "duration");
      assertStringIncludes(
        error.message,
        "duration is required; pass duration or providerOptions.runpod.duration: 4, 8, 12",
      );
      assertEquals((await inputFor(modelId, { ...call, options: { duration: 8 } })).input.duration, 8);
      const odd = await inputFor(modelId, { ...call, duration: 5 });
      assertEquals([odd.input.duration, odd.warnings.length], [5, 1]);
    }
  });

  it("Seedance 1.5 is sent a last frame, and others warn of it", async () => {
    const frame = (name: string, frameType: "first_frame" | "last_frame") => ({
      image: fileAt(`https://example.com/${name}.png`),
      frameType,
    });
    const frameImages = [frame("last", "last_frame"), frame("first", "first_frame")];
    const { input, warnings } = await inputFor("bytedance/seedance-v1.5-pro-i2v", { prompt: "a", frameImages });
    assertEquals([input, warnings], [
      { prompt: "a", image: "https://example.com/first.png", last_image: "https://example.com/last.png" },
      [],
    ]);
    await runStrictly("bytedance/seedance-v1.5-pro-i2v", { prompt: "a", frameImages });
    const wan = await inputFor("alibaba/wan-2.5", { prompt: "a", frameImages });
    assertEquals(wan.input, { prompt: "a", image: "https://example.com/first.png" });
    assertEquals(featuresOf(wan.warnings), ["frameImages"]);
    await refusal("bytedance/seedance-v1.5-pro-i2v", { prompt: "a", frameImages: frameImages.slice(0, 1) });
  });

  it("InfiniteTalk is sent audio and a size, from references and a resolution or from options", async () => {
    const { image, prompt } = callFor(pageOf("meigen-ai/infinitetalk").exampleInput);
    const audio = fileAt("https://example.com/speech.wav");
    const expected = {
      prompt: prompt!,
      image: (image as { url: string }).url,
      audio: audio.url,
      size: "720p",
    };
    const asSettings: VideoCall = { prompt, image, inputReferences: [audio], resolution: "1280x720" };
    const asOptions: VideoCall = { prompt, image, options: { audio: audio.url, size: "720p" } };
    const asBytes: VideoCall = {
      prompt,
      image,
      inputReferences: [{ type: "file", mediaType: "audio/wav", data: "UklGRg==" }],
      resolution: "1280x720",
    };
    assertEquals((await inputFor("meigen-ai/infinitetalk", asSettings)).input, expected);
    assertEquals((await inputFor("meigen-ai/infinitetalk", asOptions)).input, expected);
    assertEquals((await inputFor("meigen-ai/infinitetalk", asBytes)).input.audio, "data:audio/wav;base64,UklGRg==");
    for (const call of [asSettings, asOptions, asBytes]) await runStrictly("meigen-ai/infinitetalk", call);
  });

  it("P-Video warns of what it ignores beside an image and beside audio", async () => {
    const image = fileAt("https://example.com/a.png");
    const call: VideoCall = {
      prompt: "a",
      image,
      aspectRatio: "9:16",
      duration: 5,
      options: { audio: "https://a.b/c.mp3" },
    };
    const { input, warnings } = await inputFor("pruna/p-video", call);
    assertEquals(input, { prompt: "a", image: image.url, audio: "https://a.b/c.mp3" });
    assertEquals(
      featuresOf(warnings),
      ["aspectRatio", "duration"],
    );
    const asOptions = await inputFor("pruna/p-video", { prompt: "a", image, options: { aspect_ratio: "9:16" } });
    assertEquals(
      featuresOf(asOptions.warnings),
      ["providerOptions.runpod.aspect_ratio"],
    );
  });

  it('accepts the ratio "adaptive" where it follows its image, and refuses it elsewhere', async () => {
    const image = fileAt("https://example.com/a.png");
    for (const modelId of ["vidu/q3-i2v", "pruna/p-video", "kwaivgi/kling-v2.1-i2v-pro"]) {
      const { input, warnings } = await inputFor(modelId, { prompt: "a", image, aspectRatio: "adaptive" });
      assertEquals([input, warnings], [{ prompt: "a", image: image.url }, []]);
    }
    for (const modelId of ["vidu/q3-t2v", "alibaba/wan-2.6-t2v", "pruna/p-video"]) {
      const error = await refusal(modelId, { prompt: "a", aspectRatio: "adaptive" });
      assertStringIncludes(error.message, 'aspect ratio "adaptive" is not one of');
    }
    assertEquals((await inputFor("abc123", { prompt: "a", aspectRatio: "adaptive" })).input.aspect_ratio, "adaptive");
  });

  it("WAN 2.2 T2V LoRA requires an image, in spite of its name", async () => {
    await refusal("alibaba/wan-2.2-t2v-720-lora", { prompt: "a" });
    const { input } = await inputFor("alibaba/wan-2.2-i2v-720-lora", {
      prompt: "a",
      image: fileAt("https://a.b/c.png"),
    });
    assertEquals(input, { prompt: "a", image: "https://a.b/c.png" });
  });
});
