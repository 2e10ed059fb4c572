/** Workflows of ComfyUI as models. */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { comfyui, type ComfyUIPlaces, type ComfyUIWorkflow } from "@runpod/ai-sdk-provider";
import { generateImage } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { emulate } from "./emulated.ts";
import { PNG, PNG_BASE64, PNG_DATA_URI } from "./files.ts";
import { file } from "./marked_files.ts";

const node = (class_type: string, inputs: ComfyUIWorkflow[string]["inputs"]) => ({ class_type, inputs });

const SDXL: ComfyUIWorkflow = {
  "3": node("KSampler", {
    model: ["4", 0],
    seed: 7,
    steps: 20,
    cfg: 7,
    sampler_name: "euler",
    scheduler: "normal",
    positive: ["6", 0],
    negative: ["7", 0],
    latent_image: ["5", 0],
    denoise: 1,
  }),
  "4": node("CheckpointLoaderSimple", { ckpt_name: "sd.safetensors" }),
  "5": node("EmptyLatentImage", { width: 512, height: 512, batch_size: 1 }),
  "6": node("CLIPTextEncode", { text: "a cat", clip: ["4", 1] }),
  "7": node("CLIPTextEncode", { text: "blurry", clip: ["4", 1] }),
  "8": node("VAEDecode", { samples: ["3", 0], vae: ["4", 2] }),
  "9": node("SaveImage", { filename_prefix: "out", images: ["8", 0] }),
};

/** FLUX: its sampler has a guider, and its seed a node of its own. */
const FLUX: ComfyUIWorkflow = {
  "13": node("SamplerCustomAdvanced", { noise: ["25", 0], guider: ["22", 0], latent_image: ["27", 0] }),
  "22": node("BasicGuider", { model: ["12", 0], conditioning: ["26", 0] }),
  "25": node("RandomNoise", { noise_seed: 5 }),
  "26": node("FluxGuidance", { conditioning: ["6", 0], guidance: 3.5 }),
  "27": node("EmptySD3LatentImage", { width: 1024, height: 1024, batch_size: 1 }),
  "6": node("CLIPTextEncode", { text: "a cat", clip: ["11", 0] }),
  "99": node("Note", { text: "made by hand" }),
};

const INVERT: ComfyUIWorkflow = {
  "1": node("LoadImage", { image: "example.png" }),
  "2": node("ImageInvert", { image: ["1", 0] }),
  "3": node("SaveImage", { images: ["2", 0], filename_prefix: "inverted" }),
};

interface Call {
  prompt?: string;
  seed?: number;
  width?: number;
  height?: number;
  images?: string[];
}

/** The input of a call, as the values of some places. */
async function filled(workflow: ComfyUIWorkflow, call: Call, places?: ComfyUIPlaces) {
  const { prompt, seed, width, height, images = [] } = call;
  const input = await comfyui(workflow, places).input({ prompt, seed, width, height, images, options: {} });
  const written = input.workflow as ComfyUIWorkflow;
  return { input, at: (id: string, name: string) => written[id].inputs[name] };
}

describe("a workflow of ComfyUI", () => {
  it("gets the prompt, the seed and the size of a call in their places, and is not changed itself", async () => {
    const { at } = await filled(SDXL, { prompt: "a dog", seed: 42, width: 640, height: 384 });
    assertEquals([at("6", "text"), at("7", "text"), at("3", "seed")], ["a dog", "blurry", 42]);
    assertEquals([at("5", "width"), at("5", "height")], [640, 384]);
    assertEquals([SDXL["6"].inputs.text, SDXL["3"].inputs.seed], ["a cat", 7]);
  });

  it("has the prompt where a guider leads to it", async () => {
    const { at } = await filled(FLUX, { prompt: "a dog", seed: 42, width: 640, height: 384 });
    assertEquals([at("6", "text"), at("25", "noise_seed"), at("99", "text")], ["a dog", 42, "made by hand"]);
    assertEquals(at("27", "width"), 640);
  });

  it("has another seed in each call that names none", async () => {
    const seeds = await Promise.all([1, 2, 3].map(async () => (await filled(SDXL, {})).at("3", "seed")));
    assertEquals(new Set(seeds).size, 3);
    assertEquals((await filled(SDXL, {})).at("6", "text"), "a cat");
  });

  it("has values in the places that the caller names", async () => {
    const places = { prompt: ["6.text", "7.text"], seed: "5.batch_size", width: "3.steps" } as const;
    const { at } = await filled(SDXL, { prompt: "a dog", seed: 3, width: 9 }, {
      ...places,
      prompt: [...places.prompt],
    });
    assertEquals([at("6", "text"), at("7", "text"), at("5", "batch_size"), at("3", "steps")], ["a dog", "a dog", 3, 9]);
  });

  it("has its input images uploaded: data URIs as they are, addresses fetched, because the worker fetches none", async () => {
    const asked: string[] = [];
    const fetch = (input: RequestInfo | URL) => {
      asked.push(String(input));
      return Promise.resolve(new Response(PNG, { headers: { "content-type": "image/png" } }));
    };
    const two = { ...INVERT, "4": node("LoadImage", { image: "mask.png" }) };
    const images = ["https://example.com/a.png", PNG_DATA_URI];
    const { input, at } = await filled(two, { images }, { fetch });
    assertEquals([at("1", "image"), at("4", "image")], ["input-0.png", "input-1.png"]);
    assertEquals(input.images, [0, 1].map((at) => ({ name: `input-${at}.png`, image: PNG_DATA_URI })));
    assertEquals(asked, ["https://example.com/a.png"]);
  });

  it("is refused where a value of the call has no place, and the error says how to name one", async () => {
    const cases: Array<[ComfyUIWorkflow, Call]> = [
      [INVERT, { prompt: "a dog" }],
      [INVERT, { seed: 1 }],
      [INVERT, { width: 8 }],
      [SDXL, { images: [PNG_DATA_URI] }],
      [INVERT, { images: [PNG_DATA_URI, PNG_DATA_URI] }],
    ];
    for (const [workflow, call] of cases) {
      await assertRejects(() => filled(workflow, call), InvalidArgumentError, "comfyui(workflow, {");
    }
    await assertRejects(() => filled(SDXL, { prompt: "x" }, { prompt: "66.text" }), InvalidArgumentError, '"66.text"');
  });

  it("is refused as the app saves it", () => {
    for (const workflow of [{ nodes: [], links: [] }, {}, { "1": null }]) {
      assertThrows(() => comfyui(workflow as unknown as ComfyUIWorkflow), InvalidArgumentError, "Export (API)");
    }
  });

  it("runs on the worker: from a text, and from an image", async () => {
    const { emulator, runpod } = emulate({ endpoints: { comfy: { worker: "comfyui" } } });
    const { images } = await generateImage({
      model: runpod.image("comfy", comfyui(SDXL)),
      prompt: "A lighthouse",
      size: "64x48",
      n: 2,
    });
    assertEquals(images.map(({ mediaType }) => mediaType), ["image/png", "image/png"]);
    assert(images[0].base64 !== images[1].base64);
    const { image } = await generateImage({
      model: runpod.image("comfy", comfyui(INVERT)),
      prompt: { images: [PNG_BASE64] },
    });
    assertEquals(image.mediaType, "image/png");
    assertEquals(emulator.jobs.map(({ status }) => status), ["COMPLETED", "COMPLETED", "COMPLETED"]);
  });

  it("keeps the worker's own options", async () => {
    const { emulator, runpod } = emulate({
      endpoints: { comfy: { worker: () => ({ images: [{ filename: "a.png", type: "base64", data: file("png") }] }) } },
    });
    await generateImage({
      model: runpod.image("comfy", comfyui(SDXL)),
      prompt: "A lighthouse",
      providerOptions: { runpod: { comfy_org_api_key: "fake" } },
    });
    assertEquals(emulator.jobs[0].input.comfy_org_api_key, "fake");
  });
});
