import { base64 } from "./digest.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EmulatedHandler } from "./handler.ts";
import type { Job } from "./job.ts";
import { drawPng } from "./png.ts";

/** The longest side that is drawn, in pixels. */
const longest = 4096;

interface Picture {
  width: number;
  height: number;
  /** What the pixels depend on. */
  subject: string;
}

/** A worker that answers as Runpod's public image endpoints do. Result URLs are on the origin the request came to. */
export function imageWorker(endpoint: Endpoint, origin: string): EmulatedHandler {
  return (input, job) => {
    const picture = readPicture(input, endpoint, job.id);
    if (typeof picture === "string") return { error: picture };
    const url = new URL(origin).hostname.endsWith(".runpod.ai")
      ? `https://image.runpod.ai/${job.id}/output.png`
      : `${origin}/files/${job.id}/output.png`;
    const { width, height, subject } = picture;
    return {
      cost: width * height / 1e6 * 0.02,
      [endpoint.behavior.imageKey ?? "image_url"]: input.enable_base64_output === true
        ? `data:image/png;base64,${base64(drawPng(width, height, subject))}`
        : url,
    };
  };
}

/** The bytes behind a job's result URL; drawn when asked for, since most tests never look. */
export function imageFile(job: Job): Uint8Array<ArrayBuffer> | undefined {
  if (job.endpoint.config.worker !== "image") return undefined;
  const picture = readPicture(job.input, job.endpoint, job.id);
  return typeof picture === "string" ? undefined : drawPng(picture.width, picture.height, picture.subject);
}

/** The picture that an input asks for, or the worker's complaint. */
function readPicture(input: Record<string, unknown>, endpoint: Endpoint, jobId: string): Picture | string {
  const { prompt, size, image } = input;
  if (typeof prompt !== "string" || prompt.trim() === "") return "Invalid prompt";
  if (endpoint.config.requiresImage && !(typeof image === "string" && /^(https?:\/\/.|data:)/.test(image))) {
    return "Invalid image URL";
  }
  let { width = 1024, height = 1024 } = input;
  if (size !== undefined) {
    const separator = endpoint.config.sizeSeparator;
    const parts = typeof size === "string" ? size.match(/^(\d+)([*x])(\d+)$/) : null;
    if (parts === null || (separator !== undefined && parts[2] !== separator)) {
      return `Invalid parameter: size format must be width${separator ?? "*"}height`;
    }
    [width, height] = [Number(parts[1]), Number(parts[3])];
  }
  for (const [name, side] of [["width", width], ["height", height]]) {
    if (!Number.isInteger(side) || Number(side) < 1 || Number(side) > longest) {
      return `Invalid parameter: ${name} must be an integer from 1 to ${longest}`;
    }
  }
  // A seed of -1 asks for a random one, so two such jobs differ.
  const seed = input.seed === -1 ? jobId : String(input.seed ?? "");
  return { width: Number(width), height: Number(height), subject: `${prompt}\n${seed}` };
}
