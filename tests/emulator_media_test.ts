import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedBehavior, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { call, type Json } from "./emulator_client.ts";
import documented from "./data/documented_models.json" with { type: "json" };

/** Runs one job on a new emulator. */
async function run(endpoint: string, input: unknown, behavior: EmulatedBehavior = {}): Promise<Json> {
  return (await call(createRunpodEmulator({ behavior }), `${endpoint}/runsync`, { input })).body;
}

async function runOn(config: EmulatedEndpoint, input: unknown, behavior: EmulatedBehavior = {}) {
  const emulator = createRunpodEmulator({ behavior, endpoints: { mine: config } });
  const job = (await call(emulator, "mine/runsync", { input })).body;
  const file = async (url: string) => {
    const response = await emulator.fetch(url);
    assertEquals(response.status, 200);
    return {
      mediaType: response.headers.get("content-type"),
      bytes: new Uint8Array(await response.arrayBuffer()),
    };
  };
  return { job, output: job.output, file };
}

const strict: EmulatedBehavior = { sizeRules: "documented", undocumentedInput: "refused" };
const models: Json[] = documented.filter(({ kind, endpoint }) => endpoint !== null && kind !== "language");

/** Values of a documented parameter that its page allows: its whole list, both bounds, or any value. */
function allowed({ name, type, min, max, default: byDefault, ...param }: Json): unknown[] {
  const files: Json = {
    image: "https://example.com/a.png",
    last_image: "data:image/png;base64,AAAA",
    audio: "https://example.com/a.wav",
    video: "https://example.com/a.mp4",
    images: ["https://example.com/a.png"],
    voice_url: "https://example.com/a.wav",
    default_audio_url: "https://example.com/a.wav",
  };
  if (name in files) return [files[name]];
  if (param.enum) return param.enum;
  if (min !== undefined) return [min, max];
  if (byDefault !== undefined) return [byDefault];
  return [{ string: "a", integer: 1, number: 1, boolean: true, array: [{ path: "a", scale: 1 }] }[type as "string"]];
}

/** Values of a documented parameter that its page forbids, with the reason. */
function forbidden({ params, sizeRule, maxInputImages }: Json): Array<[name: string, value: unknown, why: string]> {
  const cases: Array<[string, unknown, string]> = [];
  for (const { name, type, min, max, multipleOf, pattern, minItems, ...param } of params) {
    if (name.includes("[]")) continue;
    if (param.enum) cases.push([name, type === "integer" ? 7 : "other", "is not in the list"]);
    if (min !== undefined) cases.push([name, min - (multipleOf ?? 1), "is below the least"]);
    if (max !== undefined) cases.push([name, max + (multipleOf ?? 1), "is over the most"]);
    if (multipleOf) cases.push([name, 1000, "is not a multiple"]);
    if (pattern === "WIDTH*HEIGHT") cases.push([name, "1024x1024", "has the wrong separator"]);
    if (pattern === "WIDTHxHEIGHT") cases.push([name, "1024*1024", "has the wrong separator"]);
    if (name === "size" && sizeRule?.format === "tier name") cases.push([name, "1280*720", "is not a tier"]);
    if (minItems) cases.push([name, [], "is empty"]);
    const wrong = { string: 5, integer: 1.5, number: "5", float: "5", boolean: "yes", array: "one" }[type as "string"];
    cases.push([name, wrong, "has another type"]);
  }
  if (params.some(({ name }: Json) => name === "images")) {
    if (maxInputImages) {
      cases.push(["images", new Array(maxInputImages + 1).fill("https://example.com/a.png"), "are too many"]);
    }
    cases.push(["images", ["cat.png"], "have no address"]);
  }
  for (const name of ["image", "last_image", "audio", "video"]) {
    if (params.some((param: Json) => param.name === name)) cases.push([name, "cat", "has no address"]);
  }
  return cases;
}

describe("every public endpoint of the documentation", () => {
  for (const { id, endpoint, requiredInputs, exampleInput, exampleOutput, params, ...model } of models) {
    it(`${id} takes its example and every documented input, and answers like it`, async () => {
      const job = await run(endpoint, exampleInput, strict);
      assertEquals(job.error, undefined);
      assertEquals(job.status, "COMPLETED");
      assertEquals(Object.keys(job.output).sort(), Object.keys(exampleOutput.output).sort());
      if (job.output.cost !== undefined) {
        assert(Math.abs(job.output.cost - exampleOutput.output.cost) < 1e-5, `${job.output.cost}`);
      }
      for (const param of params.filter(({ name }: Json) => !name.includes("[]"))) {
        for (const value of allowed(param)) {
          const { error } = await run(endpoint, { ...exampleInput, [param.name]: value }, strict);
          assertEquals([param.name, value, error], [param.name, value, undefined]);
        }
      }
    });

    it(`${id} refuses what its page does not allow`, async () => {
      for (const name of requiredInputs) {
        const { [name]: _, ...input } = exampleInput;
        // A worker never gets an empty input.
        const job = await run(endpoint, { ...input, seed: 1 });
        assertEquals(job.status, "FAILED", `without ${name}`);
        assertStringIncludes(missing[name as keyof typeof missing].join("\n"), job.error);
      }
      for (const [name, value, why] of forbidden({ params, ...model })) {
        const job = await run(endpoint, { ...exampleInput, [name]: value }, strict);
        assertEquals(job.status, "FAILED", `${name} ${why}`);
      }
      const unknown = await run(endpoint, { ...exampleInput, frobnicate: 1 }, strict);
      assertEquals(unknown.error, "Unknown parameter: frobnicate");
      assertEquals((await run(endpoint, { ...exampleInput, frobnicate: 1 })).status, "COMPLETED");
    });
  }

  /** What a job without a required input fails with. */
  const missing = {
    prompt: ["Invalid prompt"],
    image: ["Invalid image URL"],
    images: ["Invalid image URL in images array"],
    audio: ["Invalid audio URL", "Invalid audio URL or unsupported format"],
    video: ["Invalid video URL"],
    duration: ["Invalid duration: must be 4, 8, or 12 seconds"],
    size: ["Invalid parameter: size must be 480p or 720p"],
    character_orientation: ["Invalid parameter: character_orientation must be video or image"],
  };

  it("fails with the texts of the documentation", async () => {
    const changes: Record<string, Json> = {
      "black-forest-labs/flux-1-dev": { width: 1000 },
      "black-forest-labs/flux-1-schnell": { width: 1000 },
      "black-forest-labs/flux-1-kontext-dev": { image: "bluebird.png" },
      "qwen/qwen-image": { size: "1024x1024" },
      "qwen/qwen-image-lora": { loras: [{ path: "" }] },
      "qwen/qwen-image-edit": { image: "" },
      "bytedance/seedream-4.0": { size: "2048" },
      "bytedance/seedream-4.0-edit": { images: ["https://example.com/a.jpg", "b"] },
      "google/nano-banana-edit": { images: [] },
      "google/nano-banana-2-edit": { images: "https://example.com/a.jpg" },
      "bytedance/seedream-3.0": { size: "1024*1024" },
      "black-forest-labs/flux-2-klein-9b-edit": { images: [1] },
      "alibaba/wan-2.6-i2v": { image: "data:text/plain,cat" },
      "alibaba/wan-2.5": { image: "ftp://example.com/a.jpg" },
      "alibaba/wan-2.2-t2v-720-lora": { high_noise_loras: [{ scale: 1 }] },
      "alibaba/wan-2.2-i2v-720": { image: "data:image/png;base64," },
      "alibaba/wan-2.1-i2v-720": { image: null },
      "kwaivgi/kling-v2.1-i2v-pro": { image: 1 },
      "openai/sora-2-i2v": { duration: 5 },
      "openai/sora-2-pro-i2v": { duration: "4" },
      "pruna/p-video": { audio: "https://example.com/a.aac" },
      "vidu/q3-t2v": { prompt: " " },
      "vidu/q3-i2v": { image: "https://" },
      "meigen-ai/infinitetalk": { audio: "speech.wav" },
      "bytedance/seedance-1.0-pro": { size: "1920*1080" },
      "alibaba/wan-2.2-t2v-720": { size: "1280x720" },
      "alibaba/wan-2.1-t2v-720": { size: "1280*" },
      "minimax/speech-02-hd": { voice_id: "" },
      "pruna/whisper-v3-large": { audio: "https://example.com/a.txt" },
    };
    for (const { id, endpoint, exampleInput, exampleErrorText } of models) {
      if (exampleErrorText === undefined) continue;
      const job = await run(endpoint, { ...exampleInput, ...changes[id] }, strict);
      assertEquals([id, job.error], [id, exampleErrorText]);
    }
  });

  it("accepts well-formed sizes outside of the documented ones by default", async () => {
    const status = async (endpoint: string, input: Json, behavior?: EmulatedBehavior) =>
      (await run(endpoint, { prompt: "a", ...input }, behavior)).status;
    const flux = { width: 1328, height: 1328 };
    assertEquals(await status("black-forest-labs-flux-1-dev", flux), "COMPLETED");
    assertEquals(await status("black-forest-labs-flux-1-dev", flux, strict), "FAILED");
    assertEquals(await status("z-image-turbo", { size: "1328*1328" }), "COMPLETED");
    assertEquals(await status("z-image-turbo", { size: "1328*1328" }, strict), "FAILED");
    assertEquals(await status("z-image-turbo", { size: "1328x1328" }), "FAILED");
    assertEquals(await status("z-image-turbo", { size: "5000*8" }), "FAILED");
  });
});

describe("image workers", () => {
  const signatures = { png: [0x89, 0x50, 0x4e, 0x47], jpeg: [0xff, 0xd8, 0xff], webp: [0x52, 0x49, 0x46, 0x46] };

  it("write the requested format", async () => {
    for (const [format, signature] of Object.entries(signatures)) {
      const { output, file } = await runOn({ worker: "image" }, { prompt: "a", size: "40x24", output_format: format });
      const { mediaType, bytes } = await file(output.image_url);
      assertEquals(mediaType, `image/${format}`);
      assertEquals([...bytes.subarray(0, signature.length)], signature);
    }
  });

  it("return base64 where it is documented, as a data URI or bare", async () => {
    const ask = async (endpoint: string, behavior?: EmulatedBehavior) => {
      const input = { prompt: "a", images: ["https://example.com/a.png"], enable_base64_output: true };
      return (await run(endpoint, input, behavior)).output.image_url;
    };
    assertStringIncludes(await ask("flux-2-klein-9b-edit"), "data:image/png;base64,iVBORw0KGgo");
    assert((await ask("flux-2-klein-9b-edit", { base64Output: "bare" })).startsWith("iVBORw0KGgo"));
    assertStringIncludes(await ask("nano-banana-edit"), "https://image.runpod.ai/");
  });

  it("draw in the requested aspect ratio and resolution", async () => {
    const size = async (input: Json) => {
      const emulator = createRunpodEmulator();
      const { body: { output } } = await call(emulator, "google-nano-banana-2-edit/runsync", {
        input: { prompt: "a", images: ["https://example.com/a.png"], ...input },
      });
      const view = new DataView(await (await emulator.fetch(output.image_url)).arrayBuffer());
      return [view.getUint32(16), view.getUint32(20)];
    };
    assertEquals(await size({}), [1024, 1024]);
    assertEquals(await size({ resolution: "2k" }), [2048, 2048]);
    assertEquals(await size({ aspect_ratio: "4:1" }), [2048, 512]);
  });

  it("draw differently for different input images", async () => {
    const draw = async (image: string) => {
      const { output, file } = await runOn({ worker: "image" }, { prompt: "a", image, size: "16*16" });
      return String((await file(output.image_url)).bytes);
    };
    assertEquals(await draw("https://example.com/a.png"), await draw("https://example.com/a.png"));
    assert(await draw("https://example.com/a.png") !== await draw("https://example.com/b.png"));
  });
});

describe("private endpoints", () => {
  it("enforce their configured input rules", async () => {
    const config: EmulatedEndpoint = {
      worker: "image",
      input: { text: { type: "prompt", required: true }, steps: { type: "integer", min: 1, error: "Bad steps" } },
      pricePerJob: 2,
    };
    assertEquals((await runOn(config, { steps: 1 })).job.error, "Invalid text");
    assertEquals((await runOn(config, { text: "a", steps: 0 })).job.error, "Bad steps");
    assertEquals((await runOn(config, { text: "a", steps: 1 })).output.cost, 2);
    assertEquals((await runOn(config, { text: "a", more: 1 }, strict)).job.error, "Unknown parameter: more");
    // Without rules, every key is accepted.
    assertEquals((await runOn({ worker: "image" }, { prompt: "a", more: 1 }, strict)).job.status, "COMPLETED");
  });

  it("use the configured key for their files", async () => {
    const worker = { worker: "video" } as const;
    assertEquals(Object.keys((await runOn(worker, { prompt: "a" })).output), ["video_url"]);
    assertEquals(Object.keys((await runOn(worker, { prompt: "a" }, { outputKey: "result" })).output), ["result"]);
  });
});

/** The boxes of an MP4 by path. If several have the same path, the last one. */
function boxesOf(bytes: Uint8Array, path = "", boxes = new Map<string, DataView>()): Map<string, DataView> {
  for (let start = 0; start < bytes.length;) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    const length = view.getUint32(0);
    const name = `${path}${new TextDecoder().decode(bytes.subarray(start + 4, start + 8))}`;
    const content = bytes.subarray(start + 8, start + length);
    boxes.set(name, new DataView(bytes.buffer, content.byteOffset, content.length));
    if (/(moov|trak|mdia|minf|stbl)$/.test(name)) boxesOf(content, `${name}/`, boxes);
    start += length;
  }
  return boxes;
}

describe("video workers", () => {
  async function makeVideo(input: Json, endpoint = "wan-2-5") {
    const emulator = createRunpodEmulator();
    const { body: { id, output } } = await call(emulator, `${endpoint}/runsync`, {
      input: { prompt: "a", image: "https://example.com/a.png", ...input },
    });
    const response = await emulator.fetch(output.video_url);
    assertEquals([response.status, response.headers.get("content-type")], [200, "video/mp4"]);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const boxes = boxesOf(bytes);
    const header = boxes.get("moov/trak/tkhd")!;
    const times = boxes.get("moov/trak/mdia/mdhd")!;
    return {
      id,
      url: output.video_url,
      bytes,
      boxes,
      size: [header.getUint32(76) >>> 16, header.getUint32(80) >>> 16],
      seconds: times.getUint32(16) / times.getUint32(12),
      framesPerSecond: times.getUint32(12),
    };
  }

  it("put videos behind a URL that needs no key", async () => {
    const { id, url } = await makeVideo({});
    assertEquals(url, `https://video.runpod.ai/${id}/output.mp4`);
  });

  it("make videos of the requested size, aspect ratio, length and frame rate", async () => {
    const facts = async (input: Json, endpoint?: string) => {
      const { size, seconds, framesPerSecond } = await makeVideo(input, endpoint);
      return [...size, seconds, framesPerSecond];
    };
    assertEquals(await facts({}), [1280, 720, 5, 24]);
    assertEquals(await facts({ size: "720*1280", duration: 8 }), [720, 1280, 8, 24]);
    assertEquals(await facts({ resolution: "1080p", fps: 48, duration: 1 }, "p-video"), [1920, 1080, 1, 48]);
    assertEquals(await facts({ aspect_ratio: "9:16", resolution: "540p" }, "vidu-q3-t2v"), [540, 960, 5, 24]);
    assertEquals(await facts({ size: "480p", audio: "https://example.com/a.wav" }, "infinitetalk"), [854, 480, 5, 24]);
  });

  it("write an index that points to every frame", async () => {
    const { bytes, boxes } = await makeVideo({ size: "64*48", duration: 2 });
    assertEquals([...boxes.keys()].filter((name) => !name.includes("/")), ["ftyp", "moov", "mdat"]);
    const table = "moov/trak/mdia/minf/stbl/";
    const sizes = boxes.get(`${table}stsz`)!;
    const count = sizes.getUint32(8);
    assertEquals(count, 48);
    const keys = boxes.get(`${table}stss`)!;
    assertEquals([keys.getUint32(4), keys.getUint32(8), keys.getUint32(12)], [2, 1, 25]);
    const view = new DataView(bytes.buffer);
    let place = boxes.get(`${table}stco`)!.getUint32(8);
    for (let index = 0; index < count; index++) {
      const size = sizes.getUint32(12 + 4 * index);
      assertEquals(view.getUint32(place), size - 4);
      // Units of type 5 are key frames; type 1 depends on the frame before.
      assertEquals(bytes[place + 4] & 31, index % 24 === 0 ? 5 : 1);
      place += size;
    }
    assertEquals(place, bytes.length);
  });

  it("make the same video only for the same prompt and seed", async () => {
    const bytes = async (input: Json) => String((await makeVideo({ size: "64*48", duration: 1, ...input })).bytes);
    assertEquals(await bytes({ seed: 1 }), await bytes({ seed: 1 }));
    assert(await bytes({ seed: 1 }) !== await bytes({ seed: 2 }));
    assert(await bytes({ prompt: "b" }) !== await bytes({ prompt: "c" }));
  });
});
