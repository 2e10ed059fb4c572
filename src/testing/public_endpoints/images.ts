import type { EmulatedEndpoint } from "../endpoint_options.ts";
import type { EmulatedInputRule } from "../workers/input_rules.ts";

type Rule = EmulatedInputRule;

const prompt: Rule = { type: "prompt", required: true };
const text: Rule = { type: "string" };
const seed: Rule = { type: "integer", default: -1 };
const yes: Rule = { type: "boolean", default: true };
const no: Rule = { type: "boolean", default: false };
const image: Rule = { type: "image", required: true };
const loras: Rule = { type: "loras" };

const size = (separator: "*" | "x", oneOf?: string[]): Rule => ({
  type: "size",
  separator,
  default: `1024${separator}1024`,
  oneOf,
});
const upTo = (max?: number): Rule => ({ type: "images", required: true, max });
const format = (...oneOf: [string, ...string[]]): Rule => ({ type: "string", default: oneOf[0], oneOf });
const tier = (byDefault: string): Rule => ({ type: "tier", default: byDefault, oneOf: ["1k", "2k", "4k"] });

const flux = (steps: Rule): Record<string, Rule> => ({
  prompt,
  negative_prompt: text,
  width: { type: "pixels", default: 1024, min: 256, max: 1536, step: 64 },
  height: { type: "pixels", default: 1024, min: 256, max: 1536, step: 64 },
  num_inference_steps: steps,
  guidance: { type: "number", default: 7.5, min: 0, max: 10 },
  seed,
  image_format: format("jpeg", "png"),
});

const qwenEditSizes = ["1024*1024", "1024*1280", "1280*1024", "1280*1280", "1280*1536", "1536*1080"];
const prunaRatios = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"];

/** The public image endpoints, as their pages describe them. The documentation no longer has the last two. */
export const publicImages: Record<string, EmulatedEndpoint> = {
  "black-forest-labs-flux-1-dev": {
    worker: "image",
    input: flux({ type: "integer", default: 28, min: 1, max: 50 }),
    pricePerMegapixel: 0.02,
  },
  "black-forest-labs-flux-1-schnell": {
    worker: "image",
    input: flux({ type: "integer", default: 4, min: 1, max: 8 }),
    pricePerMegapixel: 0.0024,
  },
  "black-forest-labs-flux-1-kontext-dev": {
    worker: "image",
    input: {
      prompt,
      image,
      negative_prompt: text,
      size: size("*"),
      num_inference_steps: { type: "integer", default: 28, min: 1, max: 50 },
      guidance: { type: "number", default: 2, min: 0, max: 10 },
      seed,
      output_format: format("png", "jpeg"),
      enable_safety_checker: yes,
    },
    pricePerMegapixel: 0.03,
  },
  "p-image-t2i": {
    worker: "image",
    input: {
      prompt,
      aspect_ratio: { type: "string", default: "16:9", oneOf: prunaRatios },
      seed: { type: "integer" },
      disable_safety_checker: no,
    },
    pricePerJob: 0.005,
  },
  "p-image-edit": {
    worker: "image",
    input: {
      prompt,
      images: upTo(5),
      aspect_ratio: { type: "string", default: "match_input_image", oneOf: ["match_input_image", ...prunaRatios] },
      seed,
      disable_safety_checker: no,
    },
    pricePerJob: 0.01,
  },
  "qwen-image-t2i": {
    worker: "image",
    input: { prompt, negative_prompt: text, size: size("*"), seed, enable_safety_checker: yes },
    pricePerMegapixel: 0.02,
  },
  "qwen-image-t2i-lora": {
    worker: "image",
    input: { prompt, loras, size: size("*"), seed, enable_safety_checker: yes },
    pricePerMegapixel: 0.02,
  },
  "qwen-image-edit": {
    worker: "image",
    input: {
      prompt,
      image,
      negative_prompt: text,
      seed,
      output_format: format("jpeg", "png"),
      enable_safety_checker: yes,
    },
    pricePerMegapixel: 0.02,
  },
  "qwen-image-edit-2511": {
    worker: "image",
    input: {
      prompt,
      images: upTo(3),
      size: size("*", qwenEditSizes),
      seed,
      output_format: format("jpeg", "png", "webp"),
    },
    pricePerJob: 0.02,
  },
  "qwen-image-edit-2511-lora": {
    worker: "image",
    input: {
      prompt,
      images: upTo(3),
      loras,
      size: size("*", qwenEditSizes),
      seed,
      output_format: format("jpeg", "png", "webp"),
    },
    pricePerJob: 0.025,
  },
  "seedream-v4-t2i": {
    worker: "image",
    input: { prompt, negative_prompt: text, size: size("*"), seed, enable_safety_checker: yes },
    pricePerMegapixel: 0.027,
  },
  "seedream-v4-edit": {
    worker: "image",
    input: { prompt, images: upTo(), size: size("*"), enable_safety_checker: yes },
    pricePerMegapixel: 0.027,
  },
  "wan-2-6-t2i": {
    worker: "image",
    input: { prompt, size: size("*", ["1024*1024", "1024*768", "1440*1024"]), seed, enable_safety_checker: yes },
    pricePerJob: 0.03,
  },
  "z-image-turbo": {
    worker: "image",
    input: {
      prompt,
      image: { type: "image" },
      size: size("*", [
        "512*512",
        "768*768",
        "1024*1024",
        "1280*1280",
        "1024*768",
        "768*1024",
        "1280*720",
        "720*1280",
      ]),
      strength: { type: "number", default: 0.8, min: 0, max: 1 },
      seed,
      output_format: format("png", "jpeg", "webp"),
      enable_safety_checker: yes,
    },
    pricePerJob: 0.005,
  },
  "nano-banana-edit": {
    worker: "image",
    input: { prompt, images: upTo(4), enable_safety_checker: yes },
    pricePerMegapixel: 0.027,
  },
  "nano-banana-pro-edit": {
    worker: "image",
    input: {
      prompt,
      images: upTo(14),
      resolution: tier("2k"),
      aspect_ratio: {
        type: "string",
        default: "1:1",
        oneOf: ["1:1", "3:2", "2:3", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
      },
      output_format: format("png", "jpeg"),
      enable_safety_checker: yes,
    },
    pricePerJob: 0.14,
  },
  "google-nano-banana-2-edit": {
    worker: "image",
    input: {
      images: upTo(14),
      prompt,
      resolution: tier("1k"),
      // The page lists some ratios, but only as examples.
      aspect_ratio: text,
      output_format: format("png", "jpeg"),
      enable_base64_output: no,
    },
    pricePerJob: 0.0875,
  },
  "seedream-3-0-t2i": {
    worker: "image",
    input: { prompt, seed, guidance: { type: "number", default: 2 }, size: size("x") },
    pricePerMegapixel: 0.03,
  },
  "flux-2-klein-9b-edit": {
    worker: "image",
    input: { prompt, images: upTo(5), seed, enable_base64_output: no },
    pricePerJob: 0.03,
  },
};
