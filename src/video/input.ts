/**
 * Writes a worker's input from the SDK's call: the one writer that all video models share.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  Experimental_VideoModelV4File as VideoModelV4File,
  JSONObject,
  SharedV4Warning,
} from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { mediaTypeOf, toUrl } from "../files/file_url.ts";
import { checkImages, type ImageSource, splitImages, writeImages } from "../input/images.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import { once, splitOptions } from "../call/options.ts";
import { checkRules, checkSetting, type Rule } from "../input/rules.ts";
import { ratiosOf, sizeNames, type WantedSize, writeSize } from "../input/size.ts";
import { type CallContext, quoteAll, refuse, warnRemoved, warnUnsupported, withOptions } from "../input/context.ts";
import type { VideoEntry, VideoRules } from "./catalogue.ts";
import type { RunpodVideoCall, RunpodVideoModelSettings } from "./model.ts";

/** What to run and how long to wait for it. */
export interface VideoInput {
  input: JSONObject;
  wait: RunpodWaitOptions;
  /** A job to continue, in place of a new one. */
  jobId: string | undefined;
  warnings: SharedV4Warning[];
}

/** Any worker that is not in the catalogue: the standard settings that are set, under their most usual names. */
const PLAIN: VideoRules = {
  size: { as: "width height", ratios: "any" },
  images: { key: "image", max: Infinity, required: false },
  references: true,
  lastImage: true,
  video: true,
  audio: true,
  duration: {},
  fps: {},
  seed: true,
  generateAudio: "generate_audio",
  required: [],
  options: {},
};

/** What a call of the model attempts, to follow "Cannot". */
export function videoAttempt(modelId: string): string {
  return `generate a video with "${modelId}"`;
}

/**
 * Writes the input of a video job.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 */
export async function writeInput(
  modelId: string,
  entry: VideoEntry | undefined,
  map: RunpodVideoModelSettings["input"],
  call: VideoModelV4CallOptions,
): Promise<VideoInput> {
  const warnings: SharedV4Warning[] = [];
  const context: CallContext = { modelId, attempt: videoAttempt(modelId), warnings };
  const { ours: { jobId, ...wait }, worker } = splitOptions(call.providerOptions, ownOptions());
  // What continues a job has been written before.
  if (jobId !== undefined) return { input: {}, wait, jobId, warnings };

  const rules = entry ?? PLAIN;
  if (entry) {
    warnRemoved(context, entry);
    checkRules(context, worker, { ...settingRules(entry), ...entry.options });
  }
  const files = sortFiles(context, call);
  const { urls, rest } = readImages(context, entry, files, worker);
  const size: WantedSize = {
    size: call.resolution,
    aspectRatio: followsImage(rules, call, urls) ? undefined : call.aspectRatio,
    sizeName: "resolution",
  };
  const settings: JSONObject = {
    ...(call.prompt === undefined ? {} : { prompt: call.prompt }),
    ...writeSize(context, rules.size, size),
    ...writeSettings(context, rules, call),
    ...(map ? {} : { ...writeImages(context, rules.images, urls, START), ...writeFiles(context, rules, files, rest) }),
  };
  // A function of the caller's is given both, and may use both.
  const input = withOptions({ warnings: map ? [] : warnings }, settings, rest, {
    ...sizeNames(size),
    ...(rules.generateAudio && { [rules.generateAudio]: "generateAudio" }),
    duration: "duration",
    fps: "fps",
    seed: "seed",
  });
  if (call.n > 1) warnUnsupported(context, "n", "one call makes one video; generateVideo splits n");
  if (map) return { input: await map(describeCall(call, files, urls, rest, input)), wait, jobId, warnings };
  dropIgnored(context, rules, call, input);
  checkRequired(context, rules, input);
  return { input, wait, jobId, warnings };
}

const ownOptions = once(() => z.object(waitOptions()));

const START: ImageSource = { feature: "image", advice: "prompt.image" };

/** The files of a call as URLs, by what they are for. */
interface Files {
  start: string[];
  lastImage: string[];
  /** What the video is to be like, or go with. */
  references: Record<"image" | "video" | "audio", string[]>;
}

function sortFiles(
  context: CallContext,
  { image, frameImages = [], inputReferences = [] }: VideoModelV4CallOptions,
): Files {
  const frames = (type: "first_frame" | "last_frame") =>
    frameImages.filter(({ frameType }) => frameType === type).map((frame) => frame.image);
  const [start = image] = frames("first_frame");
  const references: Files["references"] = { image: [], video: [], audio: [] };
  for (const reference of inputReferences) {
    const kind = kindOf(reference);
    if (!Object.hasOwn(references, kind)) {
      const reason = `a reference is of type "${reference.mediaType}", which is no image, video or sound`;
      throw refuse(context, "inputReferences", reason);
    }
    references[kind as keyof typeof references].push(toUrl(reference));
  }
  return { start: start ? [toUrl(start)] : [], lastImage: frames("last_frame").map(toUrl), references };
}

/** A URL that does not tell is taken for an image's. */
function kindOf(file: VideoModelV4File): string {
  const mediaType = file.mediaType ?? (file.type === "url" ? mediaTypeOf(file.url) : undefined);
  return mediaType === undefined || mediaType.startsWith("application/") ? "image" : mediaType.split("/")[0];
}

/** Input images from wherever they are; a worker that is not known may mean anything by its options. */
function readImages(
  context: CallContext,
  entry: VideoEntry | undefined,
  { start, references }: Files,
  worker: JSONObject,
): { urls: string[]; rest: JSONObject } {
  const { images, references: takesReferences } = entry ?? PLAIN;
  const urls = takesReferences ? [...start, ...references.image] : start;
  if (!takesReferences && references.image.length > 0) {
    warnUnsupported(context, "inputReferences", `"${context.modelId}" takes no reference images`);
  }
  if (entry && images) return splitImages(context, urls, worker, START);
  if (urls.length === 0 || (worker.image === undefined && worker.images === undefined)) return { urls, rest: worker };
  warnUnsupported(context, "image", "providerOptions.runpod has the input image");
  return { urls: [], rest: worker };
}

/** The files that have a key of their own. */
function writeFiles(
  context: CallContext,
  { lastImage, video, audio }: VideoRules,
  files: Files,
  worker: JSONObject,
): JSONObject {
  checkImages(context, "frameImages", files.lastImage);
  const inputs = [
    { key: "last_image", what: "last frame", takes: lastImage, urls: files.lastImage, feature: "frameImages" },
    { key: "video", what: "video", takes: video, urls: files.references.video, feature: "inputReferences" },
    { key: "audio", what: "sound", takes: audio, urls: files.references.audio, feature: "inputReferences" },
  ];
  return Object.assign(
    {},
    ...inputs.map(({ key, what, takes, urls, feature }) => {
      if (urls.length === 0) return {};
      if (urls.length > 1) throw refuse(context, feature, `it takes at most 1 ${what}, not ${urls.length}`);
      if (takes && worker[key] === undefined) return { [key]: urls[0] };
      warnUnsupported(context, feature, takes ? `providerOptions.runpod has the ${what}` : `it takes no ${what}`);
      return {};
    }),
  );
}

/** The rules of the settings that the SDK has too, for those who set them as options. */
function settingRules({ duration, fps }: VideoRules): Record<string, Rule> {
  return { ...(duration && { duration }), ...(fps && { fps }) };
}

function writeSettings(context: CallContext, rules: VideoRules, call: VideoModelV4CallOptions): JSONObject {
  const settings: Array<[name: "duration" | "fps" | "seed" | "generateAudio", key: string | undefined, rule?: Rule]> = [
    ["duration", rules.duration && "duration", rules.duration],
    ["fps", rules.fps && "fps", rules.fps],
    ["seed", rules.seed ? "seed" : undefined, { whole: true }],
    ["generateAudio", rules.generateAudio, "boolean"],
  ];
  return Object.fromEntries(settings.flatMap(([name, key, rule]) => {
    const value = call[name];
    if (value === undefined) return [];
    if (key === undefined || rule === undefined) {
      warnUnsupported(context, name, `"${context.modelId}" takes no ${name}`);
      return [];
    }
    checkSetting(context, name, value, rule);
    return [[key, value]];
  }));
}

/** Whether the video gets the shape of its image anyway, which is what "adaptive" asks for. */
function followsImage(
  { size, ignores }: VideoRules,
  { aspectRatio }: VideoModelV4CallOptions,
  urls: string[],
): boolean {
  if (aspectRatio !== "adaptive" || urls.length === 0) return false;
  return ratiosOf(size)?.length === 0 || ignores?.aspect_ratio === "image";
}

function dropIgnored(
  context: CallContext,
  { ignores = {} }: VideoRules,
  call: VideoModelV4CallOptions,
  input: JSONObject,
) {
  for (const [key, other] of Object.entries(ignores)) {
    if (input[key] === undefined || input[other] === undefined) continue;
    const feature = sizeNames({ ...call, size: call.resolution, sizeName: "resolution" })[key] ?? key;
    warnUnsupported(context, feature, `"${context.modelId}" ignores ${key} where it gets ${other}`);
    delete input[key];
  }
}

/** What the AI SDK calls some keys of the input. */
const SETTINGS: Record<string, string> = {
  prompt: "prompt",
  duration: "duration",
  size: "resolution",
  video: "inputReferences",
  audio: "inputReferences",
};

function checkRequired(context: CallContext, rules: VideoRules, input: JSONObject): void {
  for (const key of rules.required) {
    if (input[key] !== undefined && String(input[key]).trim() !== "") continue;
    const setting = SETTINGS[key];
    if (key === "prompt") throw refuse(context, key, "a prompt is required");
    const ways = [...(setting ? [setting] : []), `providerOptions.runpod.${key}`];
    const rule = rules.options[key] ?? settingRules(rules)[key];
    const values = Array.isArray(rule) ? `: ${quoteAll(rule)}` : "";
    throw refuse(context, ways[0], `${key} is required; pass ${ways.join(" or ")}${values}`);
  }
}

function describeCall(
  { prompt, resolution, aspectRatio, duration, fps, seed, generateAudio }: VideoModelV4CallOptions,
  { lastImage: [lastImage], references }: Files,
  images: string[],
  options: JSONObject,
  input: JSONObject,
): RunpodVideoCall {
  const [width, height] = resolution?.split("x").map(Number) ?? [];
  const { video: videos, audio: sounds } = references;
  return {
    prompt,
    width,
    height,
    aspectRatio,
    duration,
    fps,
    seed,
    generateAudio,
    images,
    lastImage,
    videos,
    sounds,
    options,
    input,
  };
}
