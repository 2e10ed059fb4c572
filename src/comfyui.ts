/**
 * Workflows of ComfyUI as models: puts what a call sets into a workflow.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { toBase64 } from "./files/base64.ts";
import { invalidArgument } from "./invalid_argument.ts";
import { download } from "./output/download.ts";

/** A workflow as ComfyUI exports it for its API ("Export (API)"): its nodes by their ids. */
export type ComfyUIWorkflow = { [node: string]: { class_type: string; inputs: JSONObject } };

/** An input of a node, such as `6.text`. */
export type ComfyUIPlace = `${string}.${string}`;

/** Where the values of a call go. By default each place is found by the links and inputs of the nodes. */
export type ComfyUIPlaces = {
  /** The prompt. Default: the texts that lead to a node's `positive`, or the only text. */
  prompt?: ComfyUIPlace | ComfyUIPlace[];
  /** The seed. Default: every `seed` and `noise_seed`. */
  seed?: ComfyUIPlace | ComfyUIPlace[];
  /** The width. Default: that of the nodes that make empty images or latents. */
  width?: ComfyUIPlace | ComfyUIPlace[];
  /** The height. Default: that of the same nodes. */
  height?: ComfyUIPlace | ComfyUIPlace[];
  /** The input images, in their order. Default: the nodes `LoadImage`. */
  images?: ComfyUIPlace[];
  /** Fetches input images that are URLs, because the worker takes base64 alone. Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
};

/** What of a call goes into a workflow. */
export type ComfyUICall = {
  prompt: string | undefined;
  width: number | undefined;
  height: number | undefined;
  seed: number | undefined;
  images: string[];
  options: JSONObject;
};

/**
 * Makes the settings of an image or video model from a workflow, for Runpod's worker for ComfyUI. Each call puts its
 * prompt, seed (a random one by default), size and input images into a copy of the workflow.
 *
 * The worker returns what nodes save as images and videos, and no sound.
 *
 * @example
 * ```ts
 * import { comfyui, type ComfyUIWorkflow, runpod } from "@runpod/ai-sdk-provider";
 *
 * const invert: ComfyUIWorkflow = {
 *   "1": { class_type: "LoadImage", inputs: { image: "example.png" } },
 *   "2": { class_type: "ImageInvert", inputs: { image: ["1", 0] } },
 *   "3": { class_type: "SaveImage", inputs: { images: ["2", 0], filename_prefix: "inverted" } },
 * };
 * const model = runpod.image("my-comfyui", comfyui(invert));
 * ```
 *
 * @throws {InvalidArgumentError} for a workflow that is not exported for the API; when called, for a value without a place.
 */
export function comfyui(
  workflow: ComfyUIWorkflow,
  places: ComfyUIPlaces = {},
): { input: (call: ComfyUICall) => Promise<JSONObject> } {
  const nodes = Object.entries(workflow);
  if (nodes.length === 0 || !nodes.every(([, node]) => typeof node?.class_type === "string")) {
    throw refuse("workflow", 'it is not a workflow for the API; export it by "Export (API)"');
  }
  return {
    async input({ prompt, width, height, seed, images, options }) {
      const filled = structuredClone(workflow);
      const fill = (name: keyof Omit<ComfyUIPlaces, "fetch">, value: JSONValue | undefined, isOptional = false) => {
        if (value === undefined) return;
        const targets = [places[name] ?? FIND[name](workflow)].flat();
        const values = name === "images" ? value as JSONValue[] : targets.map(() => value);
        if ((targets.length === 0 && !isOptional) || values.length > targets.length) {
          throw refuse(
            name,
            `the workflow has no place for ${name}; name it: comfyui(workflow, { ${name}: "6.text" })`,
          );
        }
        values.forEach((value, at) => put(filled, targets[at], value));
      };
      fill("prompt", prompt);
      fill("seed", seed ?? crypto.getRandomValues(new Uint32Array(1))[0], seed === undefined);
      fill("width", width);
      fill("height", height);
      const names = images.map((_, at) => `input-${at}.png`);
      if (images.length > 0) fill("images", names);
      const uploads = await Promise.all(images.map((image) => inline(image, places.fetch)));
      return {
        ...options,
        workflow: filled,
        ...(images.length > 0 && { images: names.map((name, at) => ({ name, image: uploads[at] })) }),
      };
    },
  };
}

const isText = (name: string, value: JSONValue | undefined) =>
  typeof value === "string" && /^(text\w*|prompt|clip_l|t5xxl|positive)$/.test(name);
/** Nodes that make empty images and latents have a number of them; those that scale have not. */
const isSide = (side: string) => (name: string, value: JSONValue | undefined, { inputs }: ComfyUIWorkflow[string]) =>
  name === side && typeof value === "number" && typeof inputs.batch_size === "number";

/** How the places are found that the caller does not name. */
const FIND: Record<keyof Omit<ComfyUIPlaces, "fetch">, (workflow: ComfyUIWorkflow) => ComfyUIPlace[]> = {
  prompt(workflow) {
    const texts = placesOf(workflow, isText);
    if (texts.length === 1) return texts;
    const positive = upstreamOf(workflow);
    return texts.filter((place) => positive.has(place.slice(0, place.lastIndexOf("."))));
  },
  seed: (workflow) => placesOf(workflow, (name, value) => /^(noise_)?seed$/.test(name) && typeof value === "number"),
  width: (workflow) => placesOf(workflow, isSide("width")),
  height: (workflow) => placesOf(workflow, isSide("height")),
  images: (workflow) => placesOf(workflow, (name, _, { class_type }) => name === "image" && class_type === "LoadImage"),
};

function placesOf(
  workflow: ComfyUIWorkflow,
  isPlace: (name: string, value: JSONValue | undefined, node: ComfyUIWorkflow[string]) => boolean,
): ComfyUIPlace[] {
  return Object.entries(workflow).flatMap(([id, node]) =>
    Object.entries(node.inputs ?? {}).flatMap(([name, value]) =>
      isPlace(name, value, node) ? [`${id}.${name}` as const] : []
    )
  );
}

/** The nodes that lead to the positive conditioning of another. */
function upstreamOf(workflow: ComfyUIWorkflow): Set<string> {
  const linked = (id: string, keys: RegExp): string[] =>
    Object.entries(workflow[id]?.inputs ?? {}).flatMap(([key, value]) =>
      Array.isArray(value) && keys.test(key) ? [String(value[0])] : []
    );
  const queue = Object.keys(workflow).flatMap((id) => linked(id, /^(positive|guider)$/));
  const seen = new Set<string>();
  for (const id of queue) {
    if (seen.has(id)) continue;
    seen.add(id);
    queue.push(...linked(id, /^(positive|conditioning\w*|guider|text|prompt)$/));
  }
  return seen;
}

function put(workflow: ComfyUIWorkflow, place: ComfyUIPlace, value: JSONValue): void {
  const at = place.lastIndexOf(".");
  const node = workflow[place.slice(0, at)];
  if (node === undefined) throw refuse("workflow", `the workflow has no node for the place "${place}"`);
  node.inputs[place.slice(at + 1)] = value;
}

/** An image as a data URI. The worker decodes whatever it gets, a URL too. */
async function inline(image: string, fetch: typeof globalThis.fetch | undefined): Promise<string> {
  if (image.startsWith("data:")) return image;
  const bytes = await download({ url: image, fetch, trustedOrigin: "" });
  return `data:image/png;base64,${toBase64(bytes)}`;
}

function refuse(argument: string, reason: string) {
  return invalidArgument("fill the ComfyUI workflow", argument, reason);
}
