import { decodeBase64, encodeBase64 } from "../../common/base64.ts";
import { drawPng } from "../../files/png.ts";
import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { repr } from "../python.ts";
import { fileUrl, type Product } from "./product.ts";

type Input = Record<string, unknown>;

interface Node {
  class_type: string;
  inputs: Input;
}

/** The input images that come with ComfyUI. */
const BUILT_IN_IMAGES = ["example.png"];

/** Runpod's worker for ComfyUI. It draws from the numbers and texts of a workflow, and knows only the nodes that load and save. */
export function comfyuiWorker({ config, behavior }: ResolvedEndpoint, origin: string): EmulatedHandler {
  return (input, job) => {
    const { workflow, images } = input;
    if (workflow === undefined || workflow === null) return { error: "Missing 'workflow' parameter" };
    if (images !== undefined && images !== null && !isImages(images)) {
      return { error: "'images' must be a list of objects with 'name' and 'image' keys" };
    }
    const uploads = (images ?? []) as Array<{ name: string; image: string }>;
    const details = uploads.flatMap(({ name, image }) =>
      decodeBase64(image.slice(image.indexOf(",") + 1)) === undefined
        ? [`Error decoding base64 for ${name}: Incorrect padding`]
        : []
    );
    if (details.length > 0) return { error: "Failed to upload one or more input images", details };
    const error = workflowError(workflow, [...BUILT_IN_IMAGES, ...uploads.map(({ name }) => name)]);
    if (error !== undefined) return { error };

    const made = comfyuiFiles(input).map(({ name, bytes }) => ({
      filename: name,
      type: config.bucket ? "s3_url" : "base64",
      data: config.bucket
        ? `${fileUrl("image", origin, job.id, name)}?X-Amz-Expires=604800&X-Amz-Signature=${job.id}`
        : encodeBase64(bytes()),
    }));
    if (behavior.comfyuiOutput === "message") return { message: made[0]?.data, status: "success" };
    return made.length > 0 ? { images: made } : { status: "success_no_images", images: [] };
  };
}

/** The images that a workflow saves. */
export function comfyuiFiles({ workflow }: Input): Product[] {
  const nodes = nodesOf(workflow);
  const numberOf = (name: string, fallback: number) => {
    const found = nodes.map(([, { inputs }]) => inputs[name]).find((value) => typeof value === "number");
    return Math.min(Math.max(Math.floor((found as number | undefined) ?? fallback), 1), 4096);
  };
  const [width, height, count] = [numberOf("width", 1024), numberOf("height", 1024), numberOf("batch_size", 1)];
  const subject = nodes.flatMap(([, { inputs }]) => [inputs.text, inputs.seed, inputs.noise_seed, inputs.image])
    .filter((value) => typeof value === "string" || typeof value === "number").join("\n");
  const used = new Map<string, number>();
  return nodes.filter(([, node]) => node.class_type === "SaveImage").flatMap(([id, { inputs }]) =>
    Array.from({ length: count }, (_, index) => {
      const prefix = String(inputs.filename_prefix ?? "ComfyUI");
      const number = (used.get(prefix) ?? 0) + 1;
      used.set(prefix, number);
      return {
        // A prefix may name folders.
        name: `${prefix.split("/").pop()}_${String(number).padStart(5, "0")}_.png`,
        mediaType: "image/png",
        bytes: () => drawPng(width, height, `${subject}\n${id} ${index}`),
      };
    })
  );
}

/** Why ComfyUI refuses a workflow, in the worker's words; undefined if it runs it. */
function workflowError(workflow: unknown, images: string[]): string | undefined {
  const nodes = nodesOf(workflow);
  if (!nodes.some(([, { class_type }]) => class_type === "SaveImage" || class_type === "PreviewImage")) {
    const error = { type: "prompt_no_outputs", message: "Prompt has no outputs", details: "", extra_info: {} };
    return `Prompt has no outputs. Raw response: ${JSON.stringify({ error, node_errors: {} })}`;
  }
  const problems = nodes.flatMap(([id, { class_type, inputs }]) => {
    if (class_type !== "LoadImage" || images.includes(String(inputs.image))) return [];
    const error = {
      type: "custom_validation_failed",
      message: "Custom validation failed for node",
      details: `image - Invalid image file: ${inputs.image}`,
    };
    return [`• Node ${id} (errors): ${repr([error])}`, `• Node ${id} (class_type): ${class_type}`];
  });
  return problems.length === 0 ? undefined : `Workflow validation failed:\n${problems.join("\n")}`;
}

function nodesOf(workflow: unknown): Array<[id: string, Node]> {
  if (workflow === null || typeof workflow !== "object") return [];
  return Object.entries(workflow).filter((entry): entry is [string, Node] =>
    typeof entry[1]?.class_type === "string" && typeof entry[1].inputs === "object" && entry[1].inputs !== null
  );
}

function isImages(images: unknown): boolean {
  return Array.isArray(images) &&
    images.every((image) => typeof image?.name === "string" && typeof image.image === "string");
}
