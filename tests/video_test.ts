import { APICallError, InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import {
  createRunpod,
  RunpodJobError,
  type RunpodJobUpdate,
  type RunpodProvider,
  type RunpodProviderSettings,
  type RunpodVideoCall,
} from "@runpod/ai-sdk-provider";
import type { RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import {
  createDownload,
  createProviderRegistry,
  experimental_generateVideo as generateVideo,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
} from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { spy } from "@std/testing/mock";
import { completed } from "./answers.ts";
import { featuresOf, overridden, type VideoCall, videoCall, videoCalls } from "./calls.ts";
import { capture, KEY, VIDEO } from "./capture.ts";
import { count, emulate, operationsOf, statesOf } from "./emulated.ts";
import { failFirst, failure, htmlPage, networkFailure, rateLimited, truncatedJson } from "./faults.ts";
import { fileAt, isMp4, MP4_BASE64, PNG, PNG_BASE64, PNG_DATA_URI } from "./files.ts";
import { VIDEO_CALL } from "./smallest_calls.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const TEXT = "alibaba/wan-2.6-t2v";
const IMAGE = "alibaba/wan-2.6-i2v";
const IMAGE_URL = "https://example.com/input.jpg";
const HOOK = "https://example.com/hook?secret=1";

const { inputFor } = videoCalls;

/** The error of a call that sends nothing, the same for doGenerate and doStart. */
async function refusal(modelId: string, call: VideoCall): Promise<InvalidArgumentError> {
  const error = await videoCalls.refusal(modelId, call);
  const { runpod, sent } = capture(() => completed({}));
  const ofStart = await assertRejects(() => runpod.video(modelId).doStart!(videoCall(call)), InvalidArgumentError);
  assertEquals([ofStart.message, sent], [error.message, []]);
  return error;
}

describe("a video request", () => {
  it("to an unknown endpoint sends what is set, under the usual names, and nothing else", async () => {
    const { input, warnings } = await inputFor("my-kling-i2v", {
      resolution: "832x480",
      duration: 3.5,
      fps: 16,
      seed: 0,
      generateAudio: true,
      image: fileAt(IMAGE_URL),
      frameImages: [{ image: fileAt("https://a.b/last.png"), frameType: "last_frame" }],
      inputReferences: [
        fileAt("https://a.b/dance.mp4"),
        { type: "file", mediaType: "audio/mpeg", data: "AAAA" },
      ],
      options: { steps: 4, timeoutMillis: 1000, maxPollAttempts: 3 },
    });
    assertEquals(input, {
      prompt: "A red apple rolls",
      width: 832,
      height: 480,
      duration: 3.5,
      fps: 16,
      seed: 0,
      generate_audio: true,
      image: IMAGE_URL,
      last_image: "https://a.b/last.png",
      video: "https://a.b/dance.mp4",
      audio: "data:audio/mpeg;base64,AAAA",
      steps: 4,
    });
    assertEquals(warnings, []);
    assertEquals((await inputFor("my-kling-i2v", { prompt: undefined, options: { a: 1 } })).input, { a: 1 });
    assertEquals((await inputFor("x", { aspectRatio: "3:1" })).input.aspect_ratio, "3:1");
    const many = await inputFor("x", {
      image: fileAt(IMAGE_URL),
      inputReferences: [
        fileAt("https://a.b/c"),
        { type: "file", mediaType: "application/octet-stream", data: "AAAA" },
      ],
    });
    assertEquals(many.input.images, [IMAGE_URL, "https://a.b/c", "data:application/octet-stream;base64,AAAA"]);
    const both = await inputFor("x", { image: fileAt(IMAGE_URL), options: { image: { own: true } } });
    assertEquals([both.input.image, both.warnings.length], [{ own: true }, 1]);
  });

  it("to an unknown endpoint sends options as they are, whatever they mean to its worker", async () => {
    const options = {
      duration: "5s",
      fps: "film",
      seed: "any",
      generate_audio: 1,
      last_image: [1],
      video: {},
      audio: 2,
    };
    const { input, warnings } = await inputFor("x", { options });
    assertEquals([input, warnings], [{ prompt: "A red apple rolls", ...options }, []]);
  });

  it("has an input image that is a URL, a data URI, bytes or base64", async () => {
    const cases: Array<[VideoCall, string]> = [
      [{ options: { image: IMAGE_URL } }, IMAGE_URL],
      [{ options: { image: PNG_DATA_URI } }, PNG_DATA_URI],
      [{ image: fileAt(IMAGE_URL) }, IMAGE_URL],
      [{ image: { type: "file", mediaType: "image/png", data: PNG } }, PNG_DATA_URI],
      [{ image: { type: "file", mediaType: "image/png", data: PNG_BASE64 } }, PNG_DATA_URI],
      [{ frameImages: [{ image: fileAt(IMAGE_URL), frameType: "first_frame" }] }, IMAGE_URL],
    ];
    for (const [call, image] of cases) assertEquals((await inputFor(IMAGE, call)).input.image, image);
  });

  it("is refused with other files where an image is expected", async () => {
    const wrong: Array<[VideoCall, said: string]> = [
      [
        { image: { type: "file", mediaType: "video/mp4", data: MP4_BASE64 } },
        '"video/mp4", which is not an image type',
      ],
      [{ image: fileAt("https://example.com/film.webm") }, '"video/webm", which is not an image type'],
      [{ image: { type: "file", mediaType: "image/png", data: "%%%" } }, "an input image is not valid base64"],
      [{
        image: fileAt(IMAGE_URL),
        frameImages: [{ image: fileAt("https://a.b/c.mp4"), frameType: "last_frame" }],
      }, '"video/mp4", which is not an image type'],
      [
        { inputReferences: [{ type: "file", mediaType: "text/plain", data: "AAAA" }] },
        "not an image, a video or audio",
      ],
      [
        { inputReferences: [{ type: "file", mediaType: "constructor/x", data: "AAAA" }] },
        "not an image, a video or audio",
      ],
      [{ options: { image: `data:audio/wav;base64,${PNG_BASE64}` } }, '"audio/wav", which is not an image type'],
      [{ options: { image: "data:image/png;base64,%%%" } }, "is not a URL or a base64 data URI"],
      [{ options: { image: "data:image/png,abc" } }, "is not a URL or a base64 data URI"],
      [{ options: { image: "data:image/png;base64," } }, "is not a URL or a base64 data URI"],
      [{ options: { image: "http://[" } }, "is not a URL or a base64 data URI"],
      [{ options: { image: "cat.png" } }, "is not a URL or a base64 data URI"],
      [{ options: { images: [5] } }, "is not a URL or a base64 data URI"],
      [{ options: { image: IMAGE_URL, audio: "speech.wav" } }, "is not a URL or a base64 data URI"],
    ];
    for (const [call, said] of wrong) assertStringIncludes((await refusal(IMAGE, call)).message, said);
  });

  it("has the files of the options where there are others too, with a warning", async () => {
    const { input, warnings } = await inputFor("kwaivgi/kling-v2.6-std-motion-control", {
      image: fileAt("https://a.b/other.png"),
      inputReferences: [fileAt("https://a.b/other.mp4")],
      options: { image: IMAGE_URL, video: "https://a.b/dance.mp4", character_orientation: "image" },
    });
    assertEquals([input.image, input.video], [IMAGE_URL, "https://a.b/dance.mp4"]);
    assertEquals(warnings, [...overridden("image", "image"), ...overridden("inputReferences", "video")]);
  });

  it("has options in place of settings, with a warning where the two differ", async () => {
    const call: VideoCall = {
      aspectRatio: "9:16",
      duration: 5,
      seed: 1,
      options: { size: "1280*720", duration: 10, seed: 1 },
    };
    const { input, warnings } = await inputFor(TEXT, call);
    assertEquals(input, { prompt: "A red apple rolls", size: "1280*720", duration: 10, seed: 1 });
    assertEquals(warnings, [...overridden("aspectRatio", "size"), ...overridden("duration", "duration")]);
  });

  it("has the webhook and the policy of its options, but a webhook of the SDK comes first", async () => {
    const policy = { ttl: 60_000 };
    const call = videoCall({ options: { webhook: HOOK, policy } });
    const { runpod, sent } = capture(() => completed({ video_url: "https://a.b/c.mp4" }));
    const model = runpod.videoModel("abc");
    await model.doGenerate!(call);
    const started = await model.doStart!(call);
    const called = await model.doStart!({ ...call, webhookUrl: "https://a.b/mine" });
    const input = { prompt: "A red apple rolls" };
    assertEquals(sent.map(({ body }) => body), [
      { input, webhook: HOOK, policy },
      { input, webhook: HOOK, policy },
      { input, webhook: "https://a.b/mine", policy },
    ]);
    const features = featuresOf(called.warnings);
    assertEquals([started.warnings, features], [[], ["providerOptions.runpod.webhook"]]);
    const continued = await model.doStart!(videoCall({ options: { jobId: "1", webhook: HOOK } }));
    assertStringIncludes(JSON.stringify(continued.warnings), "the job was submitted before");
    assertEquals(sent.length, 3);
  });

  it("has no references and frames for models without them, with warnings, and is refused with too many", async () => {
    const { input, warnings } = await inputFor(TEXT, {
      image: fileAt(IMAGE_URL),
      inputReferences: [fileAt("https://a.b/c.png"), fileAt("https://a.b/c.mp4")],
      n: 2,
    });
    assertEquals(input, { prompt: "A red apple rolls" });
    const features = featuresOf(warnings);
    assertEquals(features, ["inputReferences", "inputReferences", "image", "n"]);
    const video = fileAt("https://a.b/c.mp4");
    const error = await refusal("kwaivgi/kling-v2.6-std-motion-control", {
      image: fileAt(IMAGE_URL),
      inputReferences: [video, video],
    });
    assertStringIncludes(error.message, "at most 1 video, not 2");
  });

  it("is refused with values of the wrong type, and has undocumented values with a warning", async () => {
    const wrong: Array<[VideoCall, argument: string, said: string]> = [
      [{ duration: "5" as unknown as number }, "duration", 'duration "5" is not a number'],
      [{ seed: 1.5 }, "seed", "seed 1.5 is not a whole number"],
      [{ resolution: "720p" as "1x1" }, "resolution", 'resolution "720p" is not a width and a height'],
      [{ options: { duration: "5" } }, "providerOptions.runpod.duration", '"5" is not a number'],
      [{ options: { negative_prompt: 5 } }, "providerOptions.runpod.negative_prompt", "5 is not a string"],
      [{ options: { enable_prompt_expansion: "yes" } }, "providerOptions.runpod.enable_prompt_expansion", "true or"],
      [{ options: { timeoutMillis: -1 } }, "providerOptions.runpod.timeoutMillis", "above 0"],
    ];
    for (const [call, argument, said] of wrong) {
      const error = await refusal(TEXT, call);
      assertEquals(error.argument, argument);
      assertStringIncludes(error.message, said);
    }
    const { input, warnings } = await inputFor(TEXT, { duration: 7, options: { shot_type: "triple" } });
    assertEquals([input.duration, input.shot_type, warnings.map(({ type }) => type)], [7, "triple", [
      "other",
      "other",
    ]]);
  });

  it("is refused above 10 MB to start a job, and above 20 MB to wait for one", async () => {
    const bytes = (megabytes: number) => new Uint8Array(megabytes * 1024 * 1024 * 0.75);
    const image = (megabytes: number): VideoCall => ({
      image: { type: "file", mediaType: "image/png", data: bytes(megabytes) },
    });
    const { runpod, sent } = capture(() => completed({ video_url: "https://a.b/c.mp4" }));
    const model = runpod.videoModel(IMAGE);
    const start = await assertRejects(() => model.doStart!(videoCall(image(11))), InvalidArgumentError);
    assertStringIncludes(start.message, "larger than the 10 MB");
    const wait = await assertRejects(() => model.doGenerate!(videoCall(image(21))), InvalidArgumentError);
    assertStringIncludes(wait.message, "larger than the 20 MB");
    assertEquals(sent.length, 0);
    await model.doGenerate!(videoCall(image(11)));
    assertEquals(sent.length, 1);
  });

  it("to a custom worker may have the input of a known model", async () => {
    const { runpod, sent } = capture(() => completed({ video_url: "https://a.b/c.mp4" }));
    const call = videoCall({ aspectRatio: "9:16", duration: 5 });
    await runpod.video("my-wan", { family: TEXT }).doGenerate!(call);
    assertEquals(new URL(sent[0].url).pathname, "/v2/my-wan/runsync");
    assertEquals(sent[0].body.input, { prompt: "A red apple rolls", size: "720*1280", duration: 5 });
    const wrong: Array<[settings: object, said: string]> = [
      [{ family: "my-family" }, `"${TEXT}"`],
      [{ family: 5 }, "5 is not a string"],
      [{ output: "video_url" }, '"video_url" is not a function'],
      [{ duration: 5 }, '"duration" is not one of its settings'],
    ];
    for (const [settings, said] of wrong) {
      assertThrows(() => runpod.video("my-wan", settings), InvalidArgumentError, said);
    }
  });

  it("to a custom worker may be made by a function, and its output read by another", async () => {
    let seen: RunpodVideoCall | undefined;
    const { runpod, sent } = capture(() => completed({ films: [{ at: "https://a.b/c.webm" }] }));
    const model = runpod.video("mine", {
      input: (call) => {
        seen = call;
        return { frames: (call.duration ?? 5) * 8, size: [call.width ?? 0, call.height ?? 0] };
      },
      output: (output) => (output as { films: Array<{ at: string }> }).films.map(({ at }) => at),
    });
    const { videos } = await model.doGenerate!(videoCall({
      resolution: "832x480",
      duration: 3,
      image: fileAt(IMAGE_URL),
      frameImages: [{ image: fileAt("https://a.b/l.png"), frameType: "last_frame" }],
      inputReferences: [fileAt("https://a.b/d.mp4"), fileAt("https://a.b/e.mp3")],
      options: { own: 1, waitMillis: 5000 },
    }));
    assertEquals(sent[0].body.input, { frames: 24, size: [832, 480] });
    assertEquals(videos, [{ type: "binary", data: VIDEO, mediaType: "video/webm" }]);
    assertEquals(seen, {
      prompt: "A red apple rolls",
      width: 832,
      height: 480,
      aspectRatio: undefined,
      duration: 3,
      fps: undefined,
      seed: undefined,
      generateAudio: undefined,
      images: [IMAGE_URL],
      lastImage: "https://a.b/l.png",
      videos: ["https://a.b/d.mp4"],
      audios: ["https://a.b/e.mp3"],
      options: { own: 1 },
      input: { prompt: "A red apple rolls", width: 832, height: 480, duration: 3, own: 1 },
    });
  });
});

describe("a video result", () => {
  const read = async (output: unknown) => {
    const { runpod } = capture(() => completed(output));
    return await runpod.videoModel("abc").doGenerate!(VIDEO_CALL);
  };
  const WEBM = "GkXfo59ChoEBQveBAULygQRC84EI";
  const GIF = "R0lGODlhAQABAAAAACwAAAAA";
  const URL_ = "https://cdn.example.com/a";

  const URLS: Array<[name: string, output: unknown, url: string, mediaType: string]> = [
    ["under video_url", { video_url: `${URL_}.mp4`, cost: 1 }, `${URL_}.mp4`, "video/mp4"],
    ["under result", { result: `${URL_}.MP4?sig=1` }, `${URL_}.MP4?sig=1`, "video/mp4"],
    ["under url, without an ending", { url: URL_ }, URL_, "video/mp4"],
    [
      "under video, beside its first frame",
      { image_url: `${URL_}.png`, video: `${URL_}.mov` },
      `${URL_}.mov`,
      "video/quicktime",
    ],
    ["in a list", [`${URL_}.webm`], `${URL_}.webm`, "video/webm"],
    ["as a bare string", `${URL_}.mkv`, `${URL_}.mkv`, "video/x-matroska"],
    ["in a list of objects", { videos: [{ url: `${URL_}.gif` }] }, `${URL_}.gif`, "image/gif"],
    [
      "under ComfyUI's images",
      { images: [{ filename: "a.mp4", type: "s3_url", data: `${URL_}.mp4` }] },
      `${URL_}.mp4`,
      "video/mp4",
    ],
    ["deep inside", { output: { files: [{ url: `${URL_}.mp4` }] } }, `${URL_}.mp4`, "video/mp4"],
  ];
  for (const [name, output, url, mediaType] of URLS) {
    it(`is a URL ${name}`, async () => {
      const { videos, providerMetadata, response } = await read(output);
      assertEquals(videos, [{ type: "binary", data: VIDEO, mediaType }]);
      assertEquals(providerMetadata?.runpod.videos, [{
        url,
        jobId: "sync-1-u1",
        endpoint: "abc",
        workerId: undefined,
        delayTimeMillis: 1,
        executionTimeMillis: 2,
        cost: (output as { cost?: number }).cost,
      }] as unknown as undefined);
      assertEquals([response.modelId, typeof response.headers], ["abc", "object"]);
    });
  }

  const INLINE: Array<[name: string, output: unknown, data: string, mediaType: string]> = [
    ["a data URI", { video: `data:video/webm;codecs=vp9;base64,${WEBM}` }, WEBM, "video/webm"],
    ["a data URI that does not tell its type", `data:application/octet-stream;base64,${WEBM}`, WEBM, "video/webm"],
    ["base64", { video: MP4_BASE64 }, MP4_BASE64, "video/mp4"],
    ["base64 of WebM", { message: WEBM }, WEBM, "video/webm"],
    ["base64 of GIF", { gifs: [GIF] }, GIF, "image/gif"],
  ];
  for (const [name, output, data, mediaType] of INLINE) {
    it(`is ${name}`, async () => {
      const { videos, providerMetadata } = await read(output);
      assertEquals(videos, [{ type: "base64", data, mediaType }]);
      assertEquals((providerMetadata?.runpod.videos as JSONObject[])[0].url, undefined);
    });
  }

  it("may be several videos", async () => {
    const { videos } = await read({ videos: [`${URL_}.mp4`, `data:video/mp4;base64,${MP4_BASE64}`] });
    assertEquals(videos.map(({ type }) => type), ["binary", "base64"]);
  });

  it("is an error with the output when it holds no video, waited for or polled", async () => {
    for (
      const output of [undefined, null, {}, { status: "ok" }, "done", [], 5, { videos: [] }, { video_url: "http://[" }]
    ) {
      const { runpod } = capture(() => completed(output));
      const model = runpod.videoModel("abc");
      const { operation } = await model.doStart!(VIDEO_CALL);
      const error = await assertRejects(async () => await model.doGenerate!(VIDEO_CALL), RunpodJobError);
      assertEquals([error.kind, error.jobId, error.isRetryable], ["no-output", "sync-1-u1", false]);
      assertEquals(error.job.output ?? null, output ?? null);
      const status = await model.doStatus!({ operation });
      assertEquals([status.status, "error" in status && status.error], ["error", `${error.message} (no-output)`]);
    }
  });

  it("is an error when the worker completed with one, or when the caller's function throws", async () => {
    const error = await assertRejects(() => read({ error: { message: "NSFW content" } }), RunpodJobError);
    assertEquals(error.kind, "failed");
    assertStringIncludes(error.message, "NSFW content");
    const { runpod } = capture(() => completed({}));
    const model = runpod.videoModel("abc", { output: (output) => (output as { a: { b: 1 } }).a.b });
    const thrown = await assertRejects(() => model.doGenerate!(VIDEO_CALL), RunpodJobError);
    assertEquals([thrown.kind, thrown.jobId], ["no-output", "sync-1-u1"]);
  });

  it("is downloaded by the provider where it is on the origin of a private endpoint, and without the key", async () => {
    const { emulator, runpod } = emulate({}, { baseURL: "http://127.0.0.1:8000/v2" });
    const { video } = await generateVideo({ model: runpod.video(TEXT), prompt: "Hi" });
    assertEquals(video.mediaType, "video/mp4");
    assert(isMp4(video.uint8Array));
    assertEquals(emulator.requests.at(-1)?.headers.authorization, undefined);
    const polled = await generateVideo({ model: runpod.video(TEXT), prompt: "Hi", poll: { intervalMs: 1 } });
    assert(isMp4(polled.video.uint8Array));
  });
});

/** An emulator, a provider on it, and `generateVideo` with downloads that the emulator answers too. */
function emulateVideos(options: RunpodEmulatorOptions = {}, settings: RunpodProviderSettings = {}) {
  const { emulator, runpod } = emulate(options, settings);
  const download = createDownload({ fetch: emulator.fetch as typeof globalThis.fetch });
  const generate = (options: Omit<Parameters<typeof generateVideo>[0], "prompt">) =>
    generateVideo({ prompt: "A red apple rolls", download, ...options });
  return { emulator, runpod, generate };
}

describe("generateVideo", () => {
  it("waits until the job has ended, and downloads the video", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod, generate } = emulateVideos({ timing: { coldStartMillis: 60_000, runMillis: 120_000 } });
      const { video, providerMetadata, warnings } = await generate({
        model: runpod.video(TEXT),
        aspectRatio: "9:16",
        duration: 10,
        seed: 3,
      });
      assert(isMp4(video.uint8Array));
      assertEquals([video.mediaType, warnings], ["video/mp4", []]);
      const [first, ...others] = operationsOf(emulator);
      assertEquals([first, others.pop(), ...new Set(others)], ["runsync", "file", "status-sync"]);
      assert(clock.elapsed() >= 180_000 && clock.elapsed() < 180_100, String(clock.elapsed()));
      const [metadata] = providerMetadata.runpod.videos as JSONObject[];
      assertEquals(
        [metadata.delayTimeMillis, metadata.executionTimeMillis, metadata.cost, metadata.jobId],
        [60_000, 120_000, 1, emulator.jobs[0].id],
      );
      assertEquals(clock.hasTimers(), false);
    });
  });

  it("runs a job for each video", async () => {
    const { emulator, runpod, generate } = emulateVideos();
    const { videos, providerMetadata, warnings } = await generate({ model: runpod.video(TEXT), n: 3 });
    assertEquals([videos.length, emulator.jobs.length, warnings], [3, 3, []]);
    assertEquals((providerMetadata.runpod.videos as JSONObject[]).length, 3);
  });

  it("accepts image prompts, frames and references, also through a registry", async () => {
    const { emulator, runpod, generate } = emulateVideos({ behavior: { undocumentedInput: "refused" } });
    const registry = createProviderRegistry({ runpod });
    const image = PNG;
    await generate({
      model: registry.videoModel("runpod:bytedance/seedance-v1.5-pro-i2v"),
      // deno-lint-ignore no-explicit-any
      ...({ prompt: { text: "Turn", image } } as any),
      frameImages: [{ image: "https://example.com/last.png", frameType: "last_frame" }],
    });
    assertEquals(emulator.jobs[0].input, {
      prompt: "Turn",
      image: PNG_DATA_URI,
      last_image: "https://example.com/last.png",
    });
    await generate({
      model: registry.videoModel("runpod:kwaivgi/kling-video-o1-r2v"),
      inputReferences: ["https://example.com/a.png", { data: "https://example.com/b", mediaType: "video/mp4" }],
    });
    assertEquals(emulator.jobs[1].input, {
      prompt: "A red apple rolls",
      images: ["https://example.com/a.png"],
      video: "https://example.com/b",
    });
  });

  it("polls as the options of the SDK say", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod, generate } = emulateVideos({ timing: { coldStartMillis: 9000, runMillis: 12_000 } });
      const { video, providerMetadata, responses } = await generate({
        model: runpod.video(TEXT),
        poll: { intervalMs: 4000, timeoutMs: 60_000 },
      });
      assert(isMp4(video.uint8Array));
      assertEquals(operationsOf(emulator), ["run", ...new Array(6).fill("status"), "file"]);
      assertEquals(clock.elapsed(), 24_000);
      const { job, videos } = providerMetadata.runpod as { job: JSONObject; videos: JSONObject[] };
      assertEquals([job.status, job.jobId, job.progress], ["COMPLETED", emulator.jobs[0].id, undefined]);
      assertEquals([videos.length, videos[0].executionTimeMillis, videos[0].cost], [1, 12_000, 0.5]);
      assertEquals(responses[0].modelId, TEXT);
      assertEquals(clock.hasTimers(), false);
    });
  });

  it("goes on after status reads that fail with a transient error, and warns of them", async () => {
    await withVirtualTime(async () => {
      const faults = [
        () => htmlPage(502, "Bad gateway"),
        () => networkFailure("ECONNRESET"),
        truncatedJson,
        () => rateLimited(30),
        () => failure(404, "job not found"),
      ];
      const { length } = faults;
      const { emulator, runpod, generate } = emulateVideos({
        timing: { runMillis: 20_000 },
        intercept: ({ operation }, next) => operation.startsWith("status") ? failFirst(faults, next) : next(),
      });
      const { video, warnings } = await generate({ model: runpod.video(TEXT), poll: { intervalMs: 1000 } });
      assert(isMp4(video.uint8Array));
      assertEquals(warnings.length, length);
      assertStringIncludes(
        JSON.stringify(warnings),
        `The status of job \\"${emulator.jobs[0].id}\\" could not be read`,
      );
      assertEquals(emulator.jobs.length, 1);
    });
  });

  it("leaves the job running when the SDK times out, to be continued by the id that onJobUpdate told", async () => {
    await withVirtualTime(async () => {
      const onJobUpdate = spy((_: RunpodJobUpdate) => {});
      const { emulator, runpod, generate } = emulateVideos({ timing: { runMillis: 100_000 } }, { onJobUpdate });
      const model = runpod.video(TEXT);
      await assertRejects(
        () => generate({ model, poll: { timeoutMs: 60_000 } }),
        Error,
        "Video generation timed out after 60000ms",
      );
      await settled(50_000);
      assertEquals(statesOf(emulator), ["COMPLETED"]);
      const [{ jobId }] = onJobUpdate.calls[0].args;
      for (const poll of [undefined, { intervalMs: 1 }]) {
        const { video } = await generate({ model, poll, providerOptions: { runpod: { jobId } } });
        assert(isMp4(video.uint8Array));
      }
      assertEquals(emulator.jobs.length, 1);
      await assertRejects(
        () =>
          generate({
            model,
            webhook: () => Promise.resolve({ url: HOOK, received: new Promise(() => {}) }),
            providerOptions: { runpod: { jobId } },
          }),
        InvalidArgumentError,
        "it cannot get a webhook",
      );
    });
  });

  it("calls onJobUpdate once for each change, waiting or polling, whatever that throws", async () => {
    const states = [
      { status: "IN_QUEUE", millis: 20_000 },
      { status: "IN_PROGRESS", millis: 20_000, output: "10%" },
    ];
    for (const poll of [undefined, { intervalMs: 5000 }]) {
      await withVirtualTime(async () => {
        const onJobUpdate = spy((_: RunpodJobUpdate) => {
          throw new Error("the database is down");
        });
        const endpoints = { abc: { worker: "video" as const, states } };
        const { emulator, runpod, generate } = emulateVideos({ endpoints }, { onJobUpdate });
        await generate({ model: runpod.video("abc"), poll });
        const seen = onJobUpdate.calls.map(({ args: [{ jobId, status, progress }] }) => [jobId, status, progress]);
        assertEquals(seen, [
          [emulator.jobs[0].id, "IN_QUEUE", undefined],
          [emulator.jobs[0].id, "IN_PROGRESS", "10%"],
          [emulator.jobs[0].id, "COMPLETED", undefined],
        ]);
      });
    }
  });
});

/** A webhook that `generateVideo` waits for, called by the emulator or by the test itself. */
function mailbox() {
  const { promise, resolve } = Promise.withResolvers<{ headers: Record<string, string>; body: JSONObject }>();
  return {
    webhook: () => Promise.resolve({ url: HOOK, received: promise }),
    webhookFetch: (url: string, init: RequestInit) => {
      assertEquals(url, HOOK);
      resolve({ headers: Object.fromEntries(new Headers(init.headers)), body: JSON.parse(String(init.body)) });
      return Promise.resolve(new Response("ok"));
    },
    forge: () =>
      resolve({
        headers: {},
        body: { id: "another", status: "COMPLETED", output: { video_url: "https://evil.example/a.mp4" } },
      }),
  };
}

describe("a video with a webhook", () => {
  it("comes when the webhook is called, after one status read", async () => {
    await withVirtualTime(async (clock) => {
      const { webhook, webhookFetch } = mailbox();
      const { emulator, runpod, generate } = emulateVideos({ timing: { runMillis: 300_000 }, webhookFetch });
      const { video } = await generate({ model: runpod.video(TEXT), webhook });
      assert(isMp4(video.uint8Array));
      assertEquals(operationsOf(emulator), ["run", "status-sync", "file"]);
      assertEquals(emulator.jobs[0].request.webhook, HOOK);
      assertEquals(clock.elapsed(), 300_000);
      assertEquals(clock.hasTimers(), false);
    });
  });

  it("ignores what the webhook says, and goes on waiting when it is called too early", async () => {
    await withVirtualTime(async (clock) => {
      const { webhook, forge } = mailbox();
      const { emulator, runpod, generate } = emulateVideos({
        timing: { runMillis: 100_000 },
        webhookFetch: () => Promise.resolve(new Response()),
      });
      setTimeout(forge, 30_000);
      const { video, providerMetadata } = await generate({ model: runpod.video(TEXT), webhook });
      assert(isMp4(video.uint8Array));
      const [metadata] = providerMetadata.runpod.videos as JSONObject[];
      assertEquals(metadata.jobId, emulator.jobs[0].id);
      assert(!String(metadata.url).includes("evil"));
      assert(clock.elapsed() >= 100_000 && clock.elapsed() < 110_000, String(clock.elapsed()));
      assertEquals(clock.hasTimers(), false);
    });
  });

  it("goes on after a status read that fails with a transient error", async () => {
    await withVirtualTime(async () => {
      const { webhook, webhookFetch } = mailbox();
      let reads = 0;
      const { emulator, runpod, generate } = emulateVideos({
        timing: { runMillis: 10_000 },
        webhookFetch,
        intercept: ({ operation }, next) =>
          operation.startsWith("status") && reads++ < 2 ? new Response("", { status: 503 }) : next(),
      });
      const { video } = await generate({ model: runpod.video(TEXT), webhook });
      assert(isMp4(video.uint8Array));
      assertEquals([emulator.jobs.length, reads], [1, 3]);
    });
  });

  it("leaves the job running when the webhook is not called and the SDK times out", async () => {
    await withVirtualTime(async () => {
      const { webhook } = mailbox();
      const { emulator, runpod, generate } = emulateVideos({ webhookFetch: () => Promise.resolve(new Response()) });
      await assertRejects(
        () => generate({ model: runpod.video(TEXT), webhook, poll: { timeoutMs: 60_000 } }),
        Error,
        "timed out after 60000ms",
      );
      assertEquals(statesOf(emulator), ["COMPLETED"]);
    });
  });

  it("is refused before any request when its URL is not http(s)", async () => {
    for (const url of ["", "hook", "ftp://a.b/c", "http://["]) {
      const { runpod, sent } = capture(() => completed({}));
      const error = await assertRejects(
        () =>
          generateVideo({
            model: runpod.video("abc"),
            prompt: "Hi",
            webhook: () => Promise.resolve({ url, received: new Promise(() => {}) }),
          }),
        InvalidArgumentError,
      );
      assertEquals([error.argument, sent.length], ["webhook", 0]);
    }
  });
});

describe("a video that is started now and finished later", () => {
  it("is finished by another provider from the JSON that was stored", async () => {
    await withVirtualTime(async () => {
      const { emulator, runpod } = emulateVideos({
        timing: { coldStartMillis: 30_000, runMillis: 60_000 },
        webhookFetch: () => Promise.resolve(new Response("ok")),
      });
      const { operation, warnings, providerMetadata, response } = await startVideo({
        model: runpod.video(TEXT),
        prompt: "A red apple rolls",
        fps: 12,
        webhookUrl: HOOK,
      });
      assertEquals(operationsOf(emulator), ["run"]);
      assertEquals(emulator.jobs[0].request, { input: { prompt: "A red apple rolls" }, webhook: HOOK });
      assertEquals(featuresOf(warnings), ["fps"]);
      assertEquals((providerMetadata?.runpod.job as JSONObject).jobId, emulator.jobs[0].id);
      assertEquals(response.modelId, TEXT);
      const stored = JSON.stringify(operation);
      assert(!stored.includes(KEY) && !stored.includes("http"), stored);

      const later = createRunpod({ apiKey: KEY, fetch: emulator.fetch }).video("wan-2-6-t2v");
      const readStatus = async () => await getVideoStatus(later, { operation: JSON.parse(stored) });
      const seen: unknown[] = [];
      for (let result = await readStatus();; result = await readStatus()) {
        const { status, delayTimeMillis } = result.providerMetadata!.runpod.job as JSONObject;
        seen.push([result.status, status, delayTimeMillis]);
        if (result.status === "completed") {
          assertEquals(result.videos, [{
            type: "url",
            url: `https://video.runpod.ai/${emulator.jobs[0].id}/output.mp4`,
            mediaType: "video/mp4",
          }]);
          assertEquals((result.providerMetadata?.runpod.videos as JSONObject[])[0].executionTimeMillis, 60_000);
          break;
        }
        await settled(35_000);
      }
      assertEquals(seen, [
        ["pending", "IN_QUEUE", undefined],
        ["pending", "IN_PROGRESS", 30_000],
        ["pending", "IN_PROGRESS", 30_000],
        ["completed", "COMPLETED", 30_000],
      ]);
      assertEquals(operationsOf(emulator), ["run", "status", "status", "status", "status"]);
    });
  });

  it("has its status read once a call, and is pending with a warning where the read fails with a transient error", async () => {
    const { runpod, sent } = capture((_, index) =>
      index === 0 ? Response.json({ id: "a/b", status: "IN_QUEUE" }) : new Response("", { status: 503 })
    );
    const model = runpod.video("abc");
    const { operation } = await startVideo({ model, prompt: "Hi" });
    const result = await getVideoStatus(model, { operation });
    assertEquals([result.status, sent.length], ["pending", 2]);
    assertEquals(new URL(sent[1].url).pathname, "/v2/abc/status/a%2Fb");
    assertStringIncludes(JSON.stringify(result), 'The status of job \\"a/b\\" could not be read this time');
  });

  it("ends with an error that has the job's id when no status read will succeed", async () => {
    const { runpod, sent } = capture((_, index) =>
      index === 0
        ? Response.json({ id: "1", status: "IN_QUEUE" })
        : Response.json({ error: "unauthorized" }, { status: 401 })
    );
    const model = runpod.video("abc");
    const { operation } = await startVideo({ model, prompt: "Hi" });
    const error = await assertRejects(() => getVideoStatus(model, { operation }), RunpodJobError);
    assertEquals([error.kind, error.jobId, error.isRetryable, sent.length], ["deadline", "1", false, 2]);
    assertInstanceOf(error.cause, APICallError);
  });

  it("is refused when its JSON is not valid, and cannot name an address for the key", async () => {
    const { runpod, sent } = capture(() => completed({}));
    const operation = { endpoint: "abc", jobId: "1", startedAt: 0 };
    const wrong: unknown[] = [
      null,
      "1",
      [],
      {},
      { ...operation, jobId: 5 },
      { ...operation, jobId: "" },
      { ...operation, endpoint: undefined },
      { ...operation, endpoint: "https://evil.example/v2/abc" },
      { ...operation, wait: { timeoutMillis: "long" } },
    ];
    for (const value of wrong) {
      await assertRejects(
        () => getVideoStatus(runpod.video("abc"), { operation: value as JSONObject }),
        InvalidArgumentError,
        "Cannot ",
      );
    }
    assertEquals(sent.length, 0);
    const { status } = await getVideoStatus(runpod.video("abc"), {
      operation: { ...operation, root: "https://evil.example/v2/abc" },
    });
    assertEquals(status, "error");
    assertEquals(sent.map(({ url }) => new URL(url).host), ["api.runpod.ai"]);
  });
});

describe("a video job that ends without a video", () => {
  interface Told {
    status: string;
    error: string;
    providerMetadata: { runpod: { jobId: string; job: { kind: string; status: string } } };
  }
  const ENDS: Array<[status: string, error: string | undefined, kind: RunpodJobError["kind"]]> = [
    ["FAILED", "CUDA out of memory", "failed"],
    ["FAILED", "executionTimeout exceeded", "timed-out"],
    ["CANCELLED", undefined, "cancelled"],
    ["TIMED_OUT", undefined, "timed-out"],
    ["COMPLETED", undefined, "no-output"],
  ];
  const WAYS: Record<
    string,
    (world: ReturnType<typeof emulateVideos> & ReturnType<typeof mailbox>) => Promise<unknown>
  > = {
    "waited for": ({ runpod, generate }) => generate({ model: runpod.video("abc") }),
    "polled": ({ runpod, generate }) => generate({ model: runpod.video("abc"), poll: { intervalMs: 3000 } }),
    "after its webhook": ({ runpod, generate, webhook }) => generate({ model: runpod.video("abc"), webhook }),
    "read once": async ({ runpod }) => {
      const model = runpod.video("abc");
      const { operation } = await startVideo({ model, prompt: "Hi" });
      await settled(60_000);
      return await getVideoStatus(model, { operation: JSON.parse(JSON.stringify(operation)) });
    },
  };
  /** What the SDK makes of a status "error": an error with its text, and nothing else. */
  const isOfSdk = (error: Error) => error.constructor === Error;

  for (const [way, run] of Object.entries(WAYS)) {
    it(`is an error that says how it ended, ${way}, and runs no second job`, async () => {
      for (const [status, error, kind] of ENDS) {
        await withVirtualTime(async () => {
          const box = mailbox();
          const world = emulateVideos({
            endpoints: { abc: { worker: "video", runMillis: 20_000, outcome: { status, error } } },
            behavior: { cancelledWebhook: "called" },
            webhookFetch: box.webhookFetch,
          });
          const work = async () => {
            const result = await run({ ...world, ...box });
            if (way !== "read once") return;
            const { status: told, error: text, providerMetadata } = result as Told;
            assertEquals([told, providerMetadata.runpod.job.kind], ["error", kind]);
            assertEquals([providerMetadata.runpod.job.status, providerMetadata.runpod.jobId], [
              status,
              world.emulator.jobs[0].id,
            ]);
            throw new Error(text);
          };
          const thrown = await assertRejects(work, Error);
          const { id } = world.emulator.jobs[0];
          if (!isOfSdk(thrown)) {
            assertInstanceOf(thrown, RunpodJobError);
            assertEquals([thrown.kind, thrown.status, thrown.isRetryable], [kind, status, false]);
            assertEquals([thrown.jobId, thrown.endpoint], [id, "abc"]);
          } else assertStringIncludes(thrown.message, kind);
          assertEquals(isOfSdk(thrown), way !== "waited for");
          for (const text of [`job "${id}"`, error ?? ""]) assertStringIncludes(thrown.message, text);
          await settled(60_000);
          assertEquals(count(world.emulator, "cancel"), 0);
          assertEquals(world.emulator.jobs.length, 1);
        });
      }
    });

    if (way === "after its webhook") continue;
    it(`is an error when its result has expired, ${way}`, async () => {
      await withVirtualTime(async () => {
        const box = mailbox();
        const world = emulateVideos({
          timing: { runMillis: 100_000 },
          endpoints: { abc: { worker: "video" } },
          intercept: ({ operation }, next) => operation.startsWith("status") ? failure(404, "job not found") : next(),
        });
        const thrown = await assertRejects(() => run({ ...world, ...box }), RunpodJobError);
        assertEquals([thrown.kind, thrown.jobId], ["expired", world.emulator.jobs[0].id]);
      });
    });
  }
});

describe("an abort of a video", () => {
  interface Abort {
    during: string;
    poll?: { intervalMs: number };
    hasWebhook?: boolean;
    held?: string;
    afterMillis: number;
    options?: JSONObject;
    cancels: number;
  }
  const poll = { intervalMs: 5000 };
  const ABORTS: Abort[] = [
    { during: "doGenerate", afterMillis: 30_000, cancels: 1 },
    { during: "the submission", poll, held: "run", afterMillis: 2000, cancels: 1 },
    { during: "a pause of the SDK", poll, afterMillis: 7000, cancels: 1 },
    { during: "a status read", poll, held: "status", afterMillis: 6000, cancels: 1 },
    {
      during: "a pause of the SDK, with cancelOnAbort: false,",
      poll,
      afterMillis: 7000,
      options: { cancelOnAbort: false },
      cancels: 0,
    },
    // No status was read yet, so the provider does not know that the caller waits.
    { during: "the first pause of the SDK", poll, afterMillis: 3000, cancels: 0 },
    {
      during: "the first pause of the SDK, with cancelOnAbort: true,",
      poll,
      afterMillis: 3000,
      options: { cancelOnAbort: true },
      cancels: 1,
    },
    { during: "the wait for a webhook", hasWebhook: true, afterMillis: 3000, cancels: 1 },
    { during: "the wait after a webhook", hasWebhook: true, afterMillis: 60_000, cancels: 1 },
    {
      during: "the wait for a webhook, with cancelOnAbort: false,",
      hasWebhook: true,
      afterMillis: 3000,
      options: { cancelOnAbort: false },
      cancels: 0,
    },
  ];
  for (const { during, poll, hasWebhook, held, afterMillis, options = {}, cancels } of ABORTS) {
    it(`during ${during} ends at once and cancels ${cancels === 1 ? "the job, once" : "nothing"}`, async () => {
      await withVirtualTime(async (clock) => {
        const { webhook, forge } = mailbox();
        const { emulator, runpod, generate } = emulateVideos({
          timing: { runMillis: 200_000 },
          webhookFetch: () => Promise.resolve(new Response()),
          intercept: async ({ operation }, next) => {
            if (operation === held) await settled(30_000);
            return await next();
          },
        });
        const { abortSignal } = abortAfter(afterMillis);
        if (hasWebhook) setTimeout(forge, 50_000);
        await assertRejects(() =>
          generate({
            model: runpod.video(TEXT),
            poll,
            webhook: hasWebhook ? webhook : undefined,
            abortSignal,
            providerOptions: { runpod: options },
          })
        );
        assertEquals(clock.elapsed(), afterMillis);
        await settled(100_000);
        assertEquals(count(emulator, "cancel"), cancels);
        assertEquals([emulator.jobs.length, emulator.jobs[0].status === "CANCELLED"], [1, cancels === 1]);
        await settled(100_000);
        assertEquals(clock.hasTimers(), false);
      });
    });
  }

  it("after it was started, by a signal that only started it or only read its status, cancels nothing", async () => {
    await withVirtualTime(async () => {
      const { emulator, runpod } = emulateVideos({ timing: { runMillis: 200_000 } });
      const model = runpod.video(TEXT);
      const [started, read] = [new AbortController(), new AbortController()];
      const { operation } = await startVideo({ model, prompt: "Hi", abortSignal: started.signal });
      assertEquals((await getVideoStatus(model, { operation, abortSignal: read.signal })).status, "pending");
      read.abort();
      await settled();
      await assertRejects(() => getVideoStatus(model, { operation, abortSignal: read.signal }));
      assertEquals((await getVideoStatus(model, { operation })).status, "pending");
      const another = new AbortController();
      await getVideoStatus(model, { operation, abortSignal: another.signal });
      started.abort();
      await settled(10_000);
      assertEquals(count(emulator, "cancel"), 0);
      await settled(200_000);
      assertEquals((await getVideoStatus(model, { operation })).status, "completed");
    });
  });

  it("after its end, cancels nothing", async () => {
    for (const poll of [undefined, { intervalMs: 5000 }]) {
      await withVirtualTime(async () => {
        const { emulator, runpod, generate } = emulateVideos({ timing: { runMillis: 12_000 } });
        const abort = new AbortController();
        await generate({ model: runpod.video(TEXT), poll, abortSignal: abort.signal });
        abort.abort();
        await settled(60_000);
        assertEquals(count(emulator, "cancel"), 0);
      });
    }
  });

  it("before it is started submits nothing", async () => {
    const { emulator, runpod } = emulateVideos();
    const reason = new Error("left");
    const call = { ...VIDEO_CALL, abortSignal: AbortSignal.abort(reason) };
    const model = runpod.video(TEXT);
    for (const run of [() => model.doGenerate!(call), () => model.doStart!(call)]) {
      assertEquals(await assertRejects(() => run()), reason);
    }
    assertEquals(emulator.requests.length, 0);
  });
});

describe("a video model", () => {
  it("implements specification v4, with one video a call and all optional methods", () => {
    const { runpod } = capture(() => completed({}));
    const models = (provider: RunpodProvider) => [provider.videoModel(TEXT), provider.video("abc")];
    for (const model of models(runpod)) {
      assertEquals([model.specificationVersion, model.provider, model.maxVideosPerCall], ["v4", "runpod.video", 1]);
      for (const way of [model.doGenerate, model.doStart, model.doStatus, model.handleWebhookOption]) {
        assertEquals(typeof way, "function");
      }
      assert(!JSON.stringify(model).includes(KEY));
    }
  });

  it("is refused on an OpenAI-compatible server, which has no job queue", async () => {
    const { runpod, sent } = capture(() => completed({}), { baseURL: "http://localhost:8000/v1" });
    const model = runpod.video("x");
    for (const run of [() => model.doGenerate!(VIDEO_CALL), () => model.doStart!(VIDEO_CALL)]) {
      await assertRejects(() => run(), InvalidArgumentError, "without a job queue");
    }
    assertEquals(sent.length, 0);
  });
});
