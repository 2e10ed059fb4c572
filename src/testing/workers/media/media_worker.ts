import { encodeBase64 } from "../../common/base64.ts";
import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { inputError } from "../input_error.ts";
import type { EmulatedInputRules } from "../input_rules.ts";
import { makeImage } from "./image.ts";
import { fileUrl, type MediaKind, type Order, type Product } from "./product.ts";
import { makeSpeech } from "./speech.ts";
import { makeVideo } from "./video.ts";

const kinds: Record<MediaKind, { make: (order: Order) => Product; outputKey: string }> = {
  image: { make: makeImage, outputKey: "image_url" },
  video: { make: makeVideo, outputKey: "video_url" },
  speech: { make: makeSpeech, outputKey: "audio_url" },
};

/** The rules of an endpoint that has none. */
const DEFAULT_RULES: EmulatedInputRules = {
  prompt: { type: "prompt", required: true },
  size: { type: "size" },
  width: { type: "pixels" },
  height: { type: "pixels" },
};

/** A worker that answers as Runpod's public endpoints do. */
export function mediaWorker(kind: MediaKind, endpoint: ResolvedEndpoint, origin: string): EmulatedHandler {
  return (input, job) => {
    const product = makeProduct(kind, { input, endpoint, jobId: job.id });
    if (typeof product === "string") return { error: product };
    const { outputKey, base64Output } = endpoint.behavior;
    const file = wantsBase64(input, endpoint)
      ? `${base64Output === "bare" ? "" : `data:${product.mediaType};base64,`}${encodeBase64(product.bytes())}`
      : fileUrl(kind, origin, job.id, product.name);
    const output: Record<string, unknown> = { [outputKey === "result" ? "result" : kinds[kind].outputKey]: file };
    if (product.cost !== undefined) output.cost = product.cost;
    return output;
  };
}

/** Makes the file that an input asks for; returns the job's error if the input breaks a rule. */
export function makeProduct(kind: MediaKind, order: Order): Product | string {
  const { input, endpoint } = order;
  const rules = endpoint.config.input;
  const error = rules === undefined
    ? inputError(input, DEFAULT_RULES, {})
    : inputError(input, rules, endpoint.behavior);
  return error ?? kinds[kind].make(order);
}

function wantsBase64(input: Record<string, unknown>, { config }: ResolvedEndpoint): boolean {
  return input.enable_base64_output === true && (config.input === undefined || "enable_base64_output" in config.input);
}
