import { comfyuiFiles } from "./comfyui.ts";
import { base64 } from "./digest.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EmulatedHandler } from "./handler.ts";
import { makeImage } from "./image.ts";
import { complaintOf, type EmulatedInputRules } from "./input.ts";
import type { Job } from "./job.ts";
import { makeSpeech } from "./speech.ts";
import { makeVideo } from "./video.ts";

/** A file that a job has made. */
export interface Product {
  /** The last segment of its URL. */
  name: string;
  mediaType: string;
  /** Drawn when asked for, since most tests never look. */
  bytes: () => Uint8Array<ArrayBuffer>;
  /** In US dollars. */
  cost?: number;
}

/** What a media worker is asked. */
export interface Order {
  input: Record<string, unknown>;
  endpoint: Endpoint;
  jobId: string;
}

type MediaKind = keyof typeof kinds;

const kinds = {
  image: { make: makeImage, key: "image_url", host: "image.runpod.ai" },
  video: { make: makeVideo, key: "video_url", host: "video.runpod.ai" },
  speech: { make: makeSpeech, key: "audio_url", host: "audio.runpod.ai" },
};

/** What private workers ask of their input. */
const usualInput: EmulatedInputRules = {
  prompt: { type: "prompt", required: true },
  size: { type: "size" },
  width: { type: "pixels" },
  height: { type: "pixels" },
};

/** A worker that answers as Runpod's public endpoints do. Result URLs are on the origin the request came to. */
export function mediaWorker(kind: MediaKind, endpoint: Endpoint, origin: string): EmulatedHandler {
  return (input, job) => {
    const product = make(kind, { input, endpoint, jobId: job.id });
    if (typeof product === "string") return { error: product };
    const { outputKey, base64Output } = endpoint.behavior;
    const file = wantsBase64(input, endpoint)
      ? `${base64Output === "bare" ? "" : `data:${product.mediaType};base64,`}${base64(product.bytes())}`
      : fileUrl(kind, origin, job.id, product.name);
    const output: Record<string, unknown> = { [outputKey === "result" ? "result" : kinds[kind].key]: file };
    if (product.cost !== undefined) output.cost = product.cost;
    return output;
  };
}

/** The file behind a job's result URL. */
export function fileOf(job: Job, name: string): Product | undefined {
  const { worker } = job.endpoint.config;
  if (worker === "comfyui") return comfyuiFiles(job.input).find((product) => product.name === name);
  if (typeof worker !== "string" || !(worker in kinds)) return undefined;
  const product = make(worker as MediaKind, { input: job.input, endpoint: job.endpoint, jobId: job.id });
  return typeof product === "string" || product.name !== name ? undefined : product;
}

function make(kind: MediaKind, order: Order): Product | string {
  const { input, endpoint } = order;
  const rules = endpoint.config.input;
  const complaint = rules === undefined
    ? complaintOf(input, usualInput, {})
    : complaintOf(input, rules, endpoint.behavior);
  return complaint ?? kinds[kind].make(order);
}

function wantsBase64(input: Record<string, unknown>, { config }: Endpoint): boolean {
  return input.enable_base64_output === true && (config.input === undefined || "enable_base64_output" in config.input);
}

/** Where a file is, on the origin the request came to. */
export function fileUrl(kind: MediaKind, origin: string, jobId: string, name: string): string {
  return new URL(origin).hostname.endsWith(".runpod.ai")
    ? `https://${kinds[kind].host}/${jobId}/${name}`
    : `${origin}/files/${jobId}/${name}`;
}
