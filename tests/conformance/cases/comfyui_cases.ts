/** Cases of ComfyUI behind Runpod's worker, with workflows that need no weights. */
import type { JSONObject } from "@ai-sdk/provider";
import { experimental_generateVideo as generateVideo } from "ai";
import type { Case, Reading, World } from "../case.ts";
import { failsWith, gives, makeImages, makes, runJob } from "../jobs.ts";
import { wordsOf } from "../read.ts";

type Inputs = JSONObject;
type Node = { class_type: string; inputs: Inputs };
type Workflow = Record<string, Node>;

const node = (class_type: string, inputs: Inputs): Node => ({ class_type, inputs });
const empty = (color: number, more: Inputs = {}) =>
  node("EmptyImage", { width: 16, height: 8, batch_size: 1, color, ...more });
const save = (from: string, prefix = "saved") => node("SaveImage", { images: [from, 0], filename_prefix: prefix });
const video = (from: string) => node("CreateVideo", { images: [from, 0], fps: 8 });
const saveVideo = (from: string, more: Inputs = {}) =>
  node("SaveVideo", { video: [from, 0], filename_prefix: "video/saved", format: "auto", codec: "auto", ...more });
const frames = { width: 64, height: 64, batch_size: 3 };
const invert = (from: string) => node("ImageInvert", { image: [from, 0] });
const load = (image: string) => node("LoadImage", { image });

/** A PNG of one pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const NO_IMAGE = btoa("this is no image");

const image = (world: World, workflow: Workflow, images: Array<{ name: string; image: string }> = []) =>
  world.runpod!.image("comfyui", { input: () => ({ workflow, ...(images.length > 0 ? { images } : {}) }) });

async function makeVideos(world: World, workflow: Workflow): Promise<Reading> {
  const { videos, warnings } = await generateVideo({
    model: world.runpod!.video("comfyui", { input: () => ({ workflow }) }),
    prompt: "A lighthouse",
    maxRetries: 0,
  });
  return {
    files: videos.map(({ mediaType, uint8Array }) => ({ mediaType, bytes: uint8Array.length })),
    warnings: warnings.map(wordsOf),
  };
}

type Body = Pick<Case, "run" | "judge">;
const comfyui = (name: string, feature: string, body: Body): Case => ({
  name: `comfyui: ${name}`,
  feature,
  needs: ["comfyui"],
  peer: false,
  ...body,
});

const images = (name: string, workflow: Workflow, judge: Case["judge"]) =>
  comfyui(name, "image generation", { run: (world) => makeImages(image(world, workflow)), judge });

const videos = (name: string, workflow: Workflow, judge: Case["judge"]) =>
  comfyui(name, "video generation", { run: (world) => makeVideos(world, workflow), judge });

/** The output as the worker gave it: the names of its files, and everything else. */
const output = (name: string, feature: string, input: Inputs, wanted: unknown) =>
  comfyui(name, feature, {
    run: async (world) => {
      const { value } = await runJob(world, "comfyui", input);
      const { images, ...more } = value as { images: Array<{ filename: string; type: string }> };
      // Their order is not the same in each run of ComfyUI.
      return { value: { images: images.map(({ filename, type }) => `${type} ${filename}`).sort(), ...more } };
    },
    judge: gives(wanted),
  });

const fails = (name: string, input: Inputs, ...texts: string[]): Case => ({
  ...comfyui(name, "job errors", { run: (world) => runJob(world, "comfyui", input), judge: failsWith(...texts) }),
  wantsError: true,
});

const sampled: Workflow = {
  "3": node("KSampler", {
    seed: 1,
    steps: 20,
    cfg: 8,
    sampler_name: "euler",
    scheduler: "normal",
    denoise: 1,
    model: ["4", 0],
    positive: ["6", 0],
    negative: ["6", 0],
    latent_image: ["5", 0],
  }),
  "4": node("CheckpointLoaderSimple", { ckpt_name: "sd_xl_base_1.0.safetensors" }),
  "5": node("EmptyLatentImage", { width: 512, height: 512, batch_size: 1 }),
  "6": node("CLIPTextEncode", { text: "A lighthouse", clip: ["4", 1] }),
  "8": node("VAEDecode", { samples: ["3", 0], vae: ["4", 2] }),
  "9": save("8", "ComfyUI"),
};

export const COMFYUI_CASES: Case[] = [
  images("an image", { "1": empty(0xff0000), "2": save("1") }, makes("image/png")),
  output("an image, as it comes", "image generation", {
    workflow: { "1": empty(0x00ff00), "2": save("1", "folder/named") },
  }, {
    images: ["base64 named_00001_.png"],
  }),
  output("the same workflow again", "image generation", {
    workflow: { "1": empty(0x00ff00), "2": save("1", "folder/named") },
  }, {
    images: ["base64 named_00001_.png"],
  }),
  images(
    "three images",
    { "1": empty(0x0000ff, { batch_size: 3 }), "2": save("1") },
    makes(...Array(3).fill("image/png")),
  ),
  output("two outputs", "image generation", {
    workflow: { "9": save("1", "nine"), "1": empty(0x00ffff), "2": save("3", "two"), "3": invert("1") },
  }, { images: ["base64 nine_00001_.png", "base64 two_00001_.png"] }),
  comfyui("an image from an image", "image generation", {
    run: (world) =>
      makeImages(image(world, { "1": load("mine.png"), "2": invert("1"), "3": save("2") }, [
        { name: "mine.png", image: `data:image/png;base64,${PIXEL}` },
      ])),
    judge: makes("image/png"),
  }),
  comfyui("an image from an image, without a data URI", "image generation", {
    run: (world) =>
      makeImages(image(world, {
        "1": load("plain.png"),
        "2": node("ImageScale", { image: ["1", 0], upscale_method: "area", width: 4, height: 4, crop: "disabled" }),
        "3": save("2"),
      }, [{ name: "plain.png", image: PIXEL }])),
    judge: makes("image/png"),
  }),
  comfyui("two calls for two images", "image generation", {
    run: (world) =>
      makeImages(
        world.runpod!.image("comfyui", {
          input: ({ prompt }) => ({ workflow: { "1": empty(prompt?.length ?? 0), "2": save("1", "called") } }),
        }),
        { n: 2 },
      ),
    judge: makes("image/png", "image/png"),
  }),
  images("an animated WebP", {
    "1": empty(1, frames),
    "2": node("SaveAnimatedWEBP", {
      images: ["1", 0],
      filename_prefix: "moving",
      fps: 6,
      lossless: true,
      quality: 80,
      method: "default",
    }),
  }, makes("image/webp")),
  images("an animated PNG", {
    "1": empty(2, frames),
    "2": node("SaveAnimatedPNG", { images: ["1", 0], filename_prefix: "moving", fps: 6, compress_level: 4 }),
  }, makes("image/png")),
  images("an image and a video, for an image model", {
    "1": empty(3, frames),
    "2": video("1"),
    "3": saveVideo("2"),
    "4": node("ImageFromBatch", { image: ["1", 0], batch_index: 0, length: 1 }),
    "5": save("4", "frame"),
  }, makes("image/png")),
  output("an image and a video, as they come", "video generation", {
    workflow: {
      "1": empty(4, { ...frames, batch_size: 2 }),
      "2": video("1"),
      "3": saveVideo("2"),
      "4": save("1", "frame"),
      "5": node("PreviewImage", { images: ["1", 0] }),
    },
  }, {
    images: ["base64 frame_00002_.png", "base64 frame_00003_.png", "base64 saved_00002_.mp4"],
  }),
  videos("a video", { "1": empty(5, frames), "2": video("1"), "3": saveVideo("2") }, makes("video/mp4")),
  videos("a WebM", {
    "1": empty(6, frames),
    "2": node("SaveWEBM", { images: ["1", 0], filename_prefix: "saved", codec: "vp9", fps: 8, crf: 32 }),
  }, makes("video/webm")),
  videos("frames and a video, for a video model", {
    "1": empty(7, frames),
    "2": save("1", "frame"),
    "3": video("1"),
    "4": saveVideo("3"),
  }, makes("video/mp4")),
  {
    ...videos("a still, for a video model", { "1": empty(8), "2": save("1") }, failsWith("saved_")),
    wantsError: true,
  },
  {
    ...images("sound, for an image model", {
      "1": node("EmptyAudio", { duration: 0.1, sample_rate: 8000, channels: 1 }),
      "2": node("SaveAudio", { audio: ["1", 0], filename_prefix: "audio/saved" }),
    }, failsWith("success_no_images")),
    wantsError: true,
  },
  {
    ...images(
      "only a preview",
      { "1": empty(9), "2": node("PreviewImage", { images: ["1", 0] }) },
      failsWith("success_no_images"),
    ),
    wantsError: true,
  },
  fails("no workflow", { prompt: "A lighthouse" }, "Missing 'workflow' parameter"),
  fails("a workflow that is empty", { workflow: {} }, "Prompt has no outputs"),
  fails("a workflow as a text", { workflow: "{}" }, "workflow"),
  fails("a workflow as the app saves it", { workflow: { nodes: [], links: [] } }, "class_type"),
  fails("images that are texts", { workflow: {}, images: [PIXEL] }, "'images' must be a list of objects"),
  fails(
    "an image that is no base64",
    {
      workflow: { "1": load("bad.png"), "2": save("1") },
      images: [{ name: "bad.png", image: "data:image/png;base64,abc" }],
    },
    "Failed to upload one or more input images",
    "bad.png",
  ),
  fails("an image that is a URL", {
    workflow: { "1": load("url.png"), "2": save("1") },
    images: [{ name: "url.png", image: "https://example.com/some/image.png" }],
  }, "url.png"),
  fails("an image that was not uploaded", { workflow: { "1": load("none.png"), "2": save("1") } }, "none.png"),
  fails("an unknown class", {
    workflow: { "1": node("CR Aspect Ratio", { width: 1 }), "2": save("1") },
  }, "CR Aspect Ratio"),
  fails("a node without a class", { workflow: { "1": { inputs: {} }, "2": save("1") } }, "class_type"),
  fails("no outputs", { workflow: { "1": empty(10), "2": invert("1") } }, "Prompt has no outputs"),
  fails("a link into nowhere", { workflow: { "1": save("7") } }, "'7'"),
  fails("a link to an output that is not there", {
    workflow: { "1": empty(11), "2": node("SaveImage", { images: ["1", 3], filename_prefix: "x" }) },
  }, "tuple index out of range"),
  fails(
    "a link of another type",
    {
      workflow: { "1": empty(12), "2": video("1"), "3": node("SaveImage", { images: ["2", 0], filename_prefix: "x" }) },
    },
    "images",
    "VIDEO",
  ),
  fails("a missing input", {
    workflow: { "1": empty(18), "2": node("SaveImage", { images: ["1", 0] }) },
  }, "filename_prefix"),
  fails("a value of another type", { workflow: { "1": empty(13, { width: "wide" }), "2": save("1") } }, "wide"),
  fails("a value out of range", { workflow: { "1": empty(14, { width: 0 }), "2": save("1") } }, "width"),
  fails("a value that is not in the list", {
    workflow: {
      "1": empty(15),
      "2": node("ImageScale", { image: ["1", 0], upscale_method: "magic", width: 4, height: 4, crop: "disabled" }),
      "3": save("2"),
    },
  }, "magic"),
  fails("a checkpoint that is not there", { workflow: sampled }, "sd_xl_base_1.0.safetensors"),
  fails(
    "a node that fails",
    {
      workflow: { "1": load("text.png"), "2": save("1") },
      images: [{ name: "text.png", image: NO_IMAGE }],
    },
    "LoadImage",
    "cannot identify image file",
  ),
  fails("a loop", { workflow: { "1": invert("2"), "2": invert("1"), "3": save("2") } }, "validation failed"),
  comfyui("one output of two is invalid", "partial failures", {
    run: (world) =>
      makeImages(image(world, { "1": empty(16), "2": save("1", "valid"), "3": load("none.png"), "4": save("3") })),
    judge: makes("image/png"),
  }),
  comfyui("one output of two fails", "partial failures", {
    run: (world) =>
      makeImages(
        image(world, { "1": load("text2.png"), "2": save("1"), "3": empty(17), "4": save("3", "first") }, [
          { name: "text2.png", image: NO_IMAGE },
        ]),
      ),
    judge: (reading) =>
      makes("image/png")(reading) ??
        (reading.warnings?.some((warning) => warning.includes("cannot identify image file"))
          ? undefined
          : `the warnings are ${JSON.stringify(reading.warnings)}`),
  }),
];
