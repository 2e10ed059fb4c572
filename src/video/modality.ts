/**
 * Video generation: a worker's input from a call, and videos from a worker's output.
 *
 * @module
 */
import {
  APICallError,
  type Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  type Experimental_VideoModelV4Result as VideoModelV4Result,
  type Experimental_VideoModelV4VideoData as VideoModelV4VideoData,
  type JSONObject,
} from "@ai-sdk/provider";
import { detectMediaType, DownloadError } from "@ai-sdk/provider-utils";
import type { Modality, ModalityTypes, ModelCall, ReadContext } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { jobSettings, settingsSchema } from "../call/settings.ts";
import { resolveRow } from "../input/catalogue.ts";
import { type CallContext, contextFor, refuse, warnUnsupported } from "../input/context.ts";
import { checkImages, type ImageSource, takeImages, writeImages } from "../input/images.ts";
import { ratiosOf, sidesOf } from "../input/size.ts";
import { writeInput } from "../input/writer.ts";
import type { RunpodJobError } from "../job/error.ts";
import { rootOf } from "../job/queue.ts";
import { once } from "../once.ts";
import type { OutputFile } from "../output/find_files.ts";
import type { JobOutput } from "../output/job_output.ts";
import { ANY_VIDEO_WORKER, VIDEO_MODELS, VIDEO_WORKERS, type VideoRow } from "./catalogue.ts";
import { type CallFiles, sortFiles } from "./files.ts";
import type { RunpodVideoModelSettings } from "./options.ts";

/** The types of video generation. */
export interface VideoKind extends ModalityTypes {
  call: VideoModelV4CallOptions;
  settings: RunpodVideoModelSettings;
  row: VideoRow;
  options: Record<never, never>;
  /** Whether files stay URLs, because the result goes to another process. */
  reading: { keepsUrls: boolean } | undefined;
  result: Required<Pick<VideoModelV4Result, "videos" | "providerMetadata">>;
}

/** Video generation. */
export const videoModality: Modality<VideoKind> = {
  provider: "runpod.video",
  verb: "generate a video",
  settings: settingsSchema(jobSettings),
  options: once(callOptions),
  resolve: (config) =>
    resolveRow<VideoRow>(VIDEO_MODELS, VIDEO_WORKERS, ANY_VIDEO_WORKER, { kind: "video", ...config }),
  async write(modelCall) {
    return { input: await writeVideoInput(modelCall), reading: undefined };
  },
  read: readVideos,
};

const START: ImageSource = { name: "image", advice: "prompt.image" };

/** What the SDK calls the settings that files come in. */
const NAMES = { lastFrame: "frameImages", video: "inputReferences", audio: "inputReferences" };

async function writeVideoInput(modelCall: ModelCall<VideoKind>): Promise<JSONObject> {
  const { call, row, settings: { input: makeInput }, workerOptions, warnings } = modelCall;
  const { prompt, resolution, duration, fps, seed, generateAudio } = call;
  const context = contextFor(makeInput, modelCall);
  const files = sortFiles(context, call);
  const { urls, options } = takeImages(context, row, inputImages(context, row, files), workerOptions, START);
  const input = writeInput(context, makeInput ? { ...row, required: [] } : row, {
    settings: { prompt, duration, fps, seed, generateAudio, ...(makeInput ? {} : fileSettings(context, files)) },
    names: NAMES,
    size: {
      size: resolution,
      aspectRatio: followsImage(row, call, urls) ? undefined : call.aspectRatio,
      sizeName: "resolution",
    },
    files: () => makeInput ? {} : writeImages(context, row.images, urls, START),
    options,
  });
  if (call.n > 1) warnUnsupported({ warnings }, "n", "one call makes one video; generateVideo splits n");
  if (!makeInput) return input;
  const [width, height] = sidesOf(resolution);
  return await makeInput({
    prompt,
    width,
    height,
    aspectRatio: call.aspectRatio,
    duration,
    fps,
    seed,
    generateAudio,
    images: urls,
    lastImage: files.lastFrames[0],
    videos: files.references.video,
    audios: files.references.audio,
    options,
    input,
  });
}

/** The files of a call that are its input images: the first frame, and references where the worker takes them as such. */
function inputImages(
  context: CallContext,
  { takesReferences }: VideoRow,
  { start, references: { image } }: CallFiles,
): string[] {
  if (takesReferences) return [...start, ...image];
  if (image.length > 0) warnUnsupported(context, "inputReferences", `"${context.modelId}" takes no reference images`);
  return start;
}

/** The files that have a key of their own, which takes one. */
function fileSettings(
  context: CallContext,
  { lastFrames, references: { video, audio } }: CallFiles,
): Record<keyof typeof NAMES, string | undefined> {
  checkImages(context, NAMES.lastFrame, lastFrames);
  const only = (setting: keyof typeof NAMES, what: string, [url, ...others]: string[]) => {
    if (others.length === 0) return url;
    throw refuse(context, NAMES[setting], `it takes at most 1 ${what}, not ${1 + others.length}`);
  };
  return {
    lastFrame: only("lastFrame", "last frame", lastFrames),
    video: only("video", "video", video),
    audio: only("audio", "audio file", audio),
  };
}

/** Whether the video gets the shape of its image anyway, which is what "adaptive" asks for. */
function followsImage(
  { size, images, ignores }: VideoRow,
  { aspectRatio }: VideoModelV4CallOptions,
  urls: string[],
): boolean {
  if (aspectRatio !== "adaptive" || urls.length === 0) return false;
  const ignoredFor = ignores?.aspect_ratio;
  return ratiosOf(size)?.length === 0 || (ignoredFor !== undefined && ignoredFor === images?.one);
}

async function readVideos(
  output: JobOutput,
  { warnings, reading }: ReadContext<VideoKind>,
): Promise<VideoKind["result"]> {
  const files = output.files("video", warnings);
  const videos = await Promise.all(files.map((file) => readVideo(output, file, reading?.keepsUrls)));
  const described = files.map(({ url }) => ({ url, ...output.about }));
  return { videos, providerMetadata: { runpod: { videos: described, jobId: output.job.id } } };
}

async function readVideo(output: JobOutput, file: OutputFile, keepsUrls = false): Promise<VideoModelV4VideoData> {
  const { url, base64, mediaType = "video/mp4" } = file;
  const { queue } = output;
  const left = { type: "url" as const, url: url!, mediaType };
  // The SDK downloads nothing from a private network, where the endpoint itself may be, and knows no fetch but the global.
  const isElsewhere = base64 === undefined && new URL(url!).origin !== new URL(rootOf(queue)).origin;
  if (isElsewhere && (keepsUrls || queue.settings.fetch === undefined)) return left;
  let data: string | Uint8Array;
  try {
    data = await output.content(file, "video");
  } catch (error) {
    // The SDK takes larger files, and a fetch that answers with no file may only know the API.
    const { cause } = error as RunpodJobError;
    const isForSdk = DownloadError.isInstance(cause) || (APICallError.isInstance(cause) && cause.statusCode === 200);
    if (isElsewhere && isForSdk) return left;
    throw error;
  }
  return typeof data === "string" ? { type: "base64", data, mediaType } : {
    type: "binary",
    data,
    mediaType: file.mediaType ?? detectMediaType({ data, topLevelType: "video" }) ?? mediaType,
  };
}
