/** Cases of Runpod's worker for SDXL. */
import type { Case } from "../case.ts";
import { failsWith, makeImages, makes, runJob } from "../jobs.ts";

type Input = Record<string, unknown>;
type Body = Pick<Case, "run" | "judge">;

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const small = { prompt: "A lighthouse", width: 64, height: 64, seed: 7 };

const sdxl = (name: string, feature: string, body: Body): Case => ({
  name: `SDXL worker: ${name}`,
  feature,
  needs: ["sdxl"],
  peer: false,
  ...body,
});

/** Makes images with an input of the worker's own. */
const images = (name: string, input: typeof small & { num_images?: number }, judge: Case["judge"]) =>
  sdxl(name, "image generation", {
    run: ({ runpod }) => makeImages(runpod!.image("sdxl", { input: () => input })),
    judge,
  });

const fails = (name: string, input: Input, ...texts: string[]): Case => ({
  ...sdxl(name, "job errors", { run: (world) => runJob(world, "sdxl", input), judge: failsWith(...texts) }),
  wantsError: true,
});

export const SDXL_CASES: Case[] = [
  images("an image", small, makes("image/png")),
  images("two images of one job", { ...small, num_images: 2 }, makes("image/png", "image/png")),
  sdxl("an image as the provider asks for it", "image generation", {
    run: ({ runpod }) => makeImages(runpod!.image("sdxl"), { size: "64x64", seed: 7 }),
    judge: makes("image/png"),
  }),
  sdxl("the whole output", "image generation", {
    run: (world) => runJob(world, "sdxl", { ...small, num_images: 2 }),
    judge: ({ value }) => {
      const { images, image_url, seed } = value as { images: string[]; image_url: string; seed: number };
      return images.length === 2 && images[0] === image_url && seed === 7 ? undefined : "a key is missing";
    },
  }),
  fails("no prompt", { width: 64 }, "missing default value for prompt"),
  fails("an unknown key", { ...small, quality: "high" }, "quality is not a valid input option"),
  fails("values of other types", { ...small, width: "64", guidance_scale: "7" }, "width", "guidance_scale"),
  sdxl("three images, which the worker means to refuse", "image generation", {
    run: (world) => runJob(world, "sdxl", { ...small, num_images: 3 }),
    judge: ({ value }) =>
      (value as { images: string[] }).images.length === 3 ? undefined : "there are not three images",
  }),
  fails("a size that does not fit", { ...small, width: 60 }, "divisible by 8"),
  fails("too large a size", { ...small, width: 8192, height: 8192 }, "CUDA out of memory"),
  fails("an unknown scheduler", { ...small, scheduler: "magic" }, "magic"),
  fails("an image that is a data URI", { ...small, image_url: PIXEL }, "Incorrect path or URL"),
  fails(
    "an image at a host that does not exist",
    { ...small, image_url: "https://host.invalid/a.png" },
    "host.invalid",
  ),
];
