import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedBehavior, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { PNG_BASE64 } from "./files.ts";
import { call, type Json } from "./emulator_client.ts";

const open = (config: Partial<EmulatedEndpoint> = {}, behavior?: EmulatedBehavior) =>
  createRunpodEmulator({ behavior, endpoints: { mine: { worker: "comfyui", ...config } } });
const run = async (input: Json, emulator = open()) => (await call(emulator, "mine/runsync", { input })).body;

/** A workflow of Stable Diffusion. */
const workflow = {
  "3": {
    class_type: "KSampler",
    inputs: {
      model: ["4", 0],
      seed: 7,
      steps: 20,
      cfg: 7,
      sampler_name: "euler",
      scheduler: "normal",
      positive: ["6", 0],
      negative: ["6", 0],
      latent_image: ["5", 0],
      denoise: 1,
    },
  },
  "4": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "sd.safetensors" } },
  "5": { class_type: "EmptyLatentImage", inputs: { width: 40, height: 24, batch_size: 2 } },
  "6": { class_type: "CLIPTextEncode", inputs: { text: "a cat", clip: ["4", 1] } },
  "8": { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
  "9": { class_type: "SaveImage", inputs: { filename_prefix: "out/cat", images: ["8", 0] } },
};

const empty = { class_type: "EmptyImage", inputs: { width: 32, height: 16, batch_size: 3, color: 0 } };
const load = { class_type: "LoadImage", inputs: { image: "a.png" } };
const save = (from: string, filename_prefix = "ComfyUI") => ({
  class_type: "SaveImage",
  inputs: { images: [from, 0], filename_prefix },
});

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const sizeOf = (base64: string) => {
  const view = new DataView(bytesOf(base64).buffer);
  return [view.getUint32(16), view.getUint32(20)];
};
const namesIn = ({ output }: Json) => output.images.map(({ filename }: Json) => filename);

describe("the worker for ComfyUI", () => {
  it("returns the images that the workflow saves, as base64", async () => {
    const { output } = await run({ workflow });
    assertEquals(output.images.map(({ filename, type }: Json) => [filename, type]), [
      ["cat_00001_.png", "base64"],
      ["cat_00002_.png", "base64"],
    ]);
    assertEquals(sizeOf(output.images[0].data), [40, 24]);
    assert(output.images[0].data !== output.images[1].data);
    assertEquals((await run({ workflow })).output, output);
    const other = { ...workflow, "6": { ...workflow[6], inputs: { text: "a dog", clip: ["4", 1] } } };
    assert((await run({ workflow: other })).output.images[0].data !== output.images[0].data);
  });

  it("calls all kinds of files images, except for sound, and returns no previews", async () => {
    const files = (await run({
      workflow: {
        "1": empty,
        "2": { class_type: "CreateVideo", inputs: { images: ["1", 0], fps: 8 } },
        "3": {
          class_type: "SaveVideo",
          inputs: { video: ["2", 0], filename_prefix: "video/film", format: "mp4", codec: "h264" },
        },
        "4": {
          class_type: "SaveWEBM",
          inputs: { images: ["1", 0], filename_prefix: "web", codec: "vp9", fps: 8, crf: 32 },
        },
        "5": {
          class_type: "SaveAnimatedWEBP",
          inputs: {
            images: ["1", 0],
            filename_prefix: "anim",
            fps: 8,
            lossless: true,
            quality: 80,
            method: "default",
          },
        },
        "6": {
          class_type: "SaveAnimatedPNG",
          inputs: { images: ["1", 0], filename_prefix: "anim", fps: 8, compress_level: 4 },
        },
        "7": { class_type: "PreviewImage", inputs: { images: ["1", 0] } },
      },
    })).output.images;
    const heads = files.map((
      { filename, data }: Json,
    ) => [filename, String.fromCharCode(...bytesOf(data).slice(0, 8))]);
    assertEquals(heads.map(([name]: string[]) => name), [
      "film_00001_.mp4",
      "web_00001_.webm",
      "anim_00001_.webp",
      "anim_00002_.png",
    ]);
    assert(heads[0][1].endsWith("ftyp") && heads[1][1].startsWith("\x1aE\xdf\xa3"));
    assert(heads[2][1].startsWith("RIFF") && heads[3][1].startsWith("\x89PNG"));

    const sound = {
      "1": { class_type: "LoadAudio", inputs: { audio: "a.wav" } },
      "2": { class_type: "SaveAudio", inputs: { audio: ["1", 0], filename_prefix: "audio" } },
    };
    assertEquals((await run({ workflow: sound })).output, { status: "success_no_images", images: [] });
  });

  it("counts files on from job to job, except where a workflow comes again unchanged", async () => {
    const emulator = open();
    const shot = (seed: number) => ({
      "1": { ...empty, inputs: { ...empty.inputs, color: seed, batch_size: 1 } },
      "2": save("1"),
    });
    assertEquals(namesIn(await run({ workflow: shot(1) }, emulator)), ["ComfyUI_00001_.png"]);
    assertEquals(namesIn(await run({ workflow: shot(1) }, emulator)), ["ComfyUI_00001_.png"]);
    assertEquals(namesIn(await run({ workflow: shot(2) }, emulator)), ["ComfyUI_00002_.png"]);
  });

  it("keeps the size of a loaded image, and scales it", async () => {
    const picture = (await run({ workflow: { "1": empty, "2": save("1") } })).output.images[0].data;
    const images = [{ name: "a.png", image: `data:image/png;base64,${picture}` }];
    const kept = await run({ workflow: { "1": load, "2": save("1") }, images });
    assertEquals(sizeOf(kept.output.images[0].data), [32, 16]);
    const scale = { image: ["1", 0], upscale_method: "area", width: 64, height: 8, crop: "disabled" };
    const scaled = { "1": load, "2": { class_type: "ImageScale", inputs: scale }, "3": save("2") };
    assertEquals(sizeOf((await run({ workflow: scaled, images })).output.images[0].data), [64, 8]);
  });

  it("puts files into a bucket if it has one, under signed URLs with names of their own", async () => {
    for (const origin of ["https://api.runpod.ai", "http://127.0.0.1:8000"]) {
      const emulator = open({ bucket: true });
      const { body } = await call(emulator, `${origin}/v2/mine/runsync`, { input: { workflow } });
      const [{ type, data }, { data: other }] = body.output.images;
      assertEquals(type, "s3_url");
      const { pathname, searchParams } = new URL(data);
      assertMatch(pathname, new RegExp(`/\\d\\d-\\d\\d/${body.id}/[0-9a-f]{8}\\.png$`));
      assertEquals([...searchParams.keys()].map((name) => name.replace("X-Amz-", "")), [
        "Algorithm",
        "Credential",
        "Date",
        "Expires",
        "SignedHeaders",
        "Signature",
      ]);
      assert(pathname !== new URL(other).pathname);
      const response = await emulator.fetch(data);
      assertEquals([response.status, response.headers.get("content-type")], [200, "image/png"]);
      await response.body?.cancel();
    }
  });

  it("answers with one image, as before version 5", async () => {
    const { output } = await run({ workflow }, open({}, { comfyuiOutput: "message" }));
    assertEquals([output.status, sizeOf(output.message)], ["success", [40, 24]]);
  });

  it("fails over its input as the worker does", async () => {
    assertEquals((await run({ prompt: "a cat" })).error, "Missing 'workflow' parameter");
    assertStringIncludes((await run({ workflow, images: [{ name: "a.png" }] })).error, "'images' must be a list");
    const upload = await run({ workflow, images: [{ name: "a.png", image: "data:image/png;base64,abcde" }] });
    assertEquals(upload.error, "Failed to upload one or more input images");
    assertEquals(upload.output.details.length, 1);
    assertStringIncludes(upload.output.details[0], "Error decoding base64 for a.png: Invalid base64-encoded string");
  });
});

describe("ComfyUI's validation", () => {
  const changed = (id: keyof typeof workflow, inputs: Json) => ({
    ...workflow,
    [id]: { ...workflow[id], inputs: { ...workflow[id].inputs, ...inputs } },
  });
  const errorOf = async (workflow: Json, config?: Partial<EmulatedEndpoint>) =>
    (await run({ workflow }, open(config))).error;

  it("wants an output, and tells so in ComfyUI's JSON", async () => {
    const { 9: _, ...unsaved } = workflow;
    assertEquals(
      await errorOf(unsaved),
      'Prompt has no outputs. Raw response: {"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs", ' +
        '"details": "", "extra_info": {}}, "node_errors": {}}',
    );
  });

  it("knows ComfyUI's own nodes, and those that are installed", async () => {
    const odd = { ...workflow, "12": { class_type: "MyNode", inputs: {} } };
    assertStringIncludes(await errorOf(odd), "Cannot execute because node MyNode does not exist.. Raw response: {");
    assertEquals(await errorOf(odd, { nodes: ["MyNode"] }), undefined);
  });

  it("tells each node's wrong inputs, the outputs that need it, and its class", async () => {
    const refused: Array<[workflow: Json, says: string]> = [
      [
        changed("3", { seed: undefined }),
        "'type': 'required_input_missing', 'message': 'Required input is missing', 'details': 'seed'",
      ],
      [changed("3", { steps: 0 }), "'message': 'Value 0 smaller than min of 1'"],
      [changed("3", { cfg: 101 }), "'message': 'Value 101 bigger than max of 100'"],
      [changed("3", { steps: "many" }), "'message': 'Failed to convert an input value to a INT value'"],
      [changed("3", { sampler_name: "magic" }), "sampler_name: 'magic' not in (list of length "],
      [changed("3", { model: ["4"] }), "'type': 'bad_linked_input'"],
    ];
    for (const [given, says] of refused) {
      const error = await errorOf(given);
      assertStringIncludes(error, "Workflow validation failed:\n• Node 3 (errors): [{");
      assertStringIncludes(error, says);
      assertStringIncludes(error, "\n• Node 3 (dependent_outputs): ['9']\n• Node 3 (class_type): KSampler");
    }
  });

  it("tells a link into nowhere of the output, as an exception", async () => {
    const error = await errorOf(changed("8", { vae: ["44", 0] }));
    assertStringIncludes(error, "• Node 9 (errors): [{'type': 'exception_during_validation'");
    assertStringIncludes(error, "'exception_type': 'KeyError'");
  });

  it("knows the checkpoints if it is told them", async () => {
    const error = await errorOf(workflow, { checkpoints: [] });
    assertStringIncludes(error, "ckpt_name: 'sd.safetensors' not in []");
    assertStringIncludes(error, "\n\nNo checkpoint models appear to be available.");
    assertStringIncludes(await errorOf(workflow, { checkpoints: ["a", "b"] }), "\n\nAvailable checkpoint models: a, b");
    assertEquals(await errorOf(workflow, { checkpoints: ["sd.safetensors"] }), undefined);
  });

  it("looks only at what an output needs, and runs the outputs that are right", async () => {
    assertEquals(await errorOf({ ...workflow, "10": load }), undefined);
    assertStringIncludes(
      await errorOf({ "1": load, "2": save("1") }),
      "'custom_validation_failed', 'message': 'Custom validation failed for node', 'details': 'image - Invalid image file: a.png'",
    );
    const { output } = await run({ workflow: { ...workflow, "10": load, "11": save("10", "bad") } });
    assertEquals(Object.keys(output), ["images"]);
    assertEquals(output.images.length, 2);
  });
});

describe("a workflow that fails at run time", () => {
  // A URL is decoded as if it were base64.
  const images = [{ name: "a.png", image: "https://example.com/pictures12" }, { name: "b.png", image: PNG_BASE64 }];
  const message =
    "Workflow execution error: Node Type: LoadImage, Node ID: 1, Message: cannot identify image file '/comfyui/input/a.png'\n";

  it("fails the job, with the cause beside the error", async () => {
    const { status, error, output } = await run({ workflow: { "1": load, "2": save("1") }, images });
    assertEquals([status, error, output], ["FAILED", "Job processing failed", { details: [message] }]);
  });

  it("completes the job if an output came before", async () => {
    const { status, output } = await run({
      workflow: { "0": empty, "1": load, "2": save("0"), "3": save("1"), "4": save("0", "late") },
      images,
    });
    assertEquals([status, output.errors], ["COMPLETED", [message]]);
    assertEquals(namesIn({ output }), ["ComfyUI_00001_.png", "ComfyUI_00002_.png", "ComfyUI_00003_.png"]);
  });
});
