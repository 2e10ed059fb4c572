import { encodeBase64 } from "../../common/base64.ts";
import { hash } from "../../common/hash.ts";
import { pythonBase64 } from "../../common/python_base64.ts";
import { isImage } from "../../files/image_size.ts";
import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { fileUrl, type Product } from "../media/product.ts";
import { namesOf } from "./output_folder.ts";
import { type SavedFile, savedFiles } from "./saved_files.ts";
import { checkWorkflow, withoutClass } from "./validation.ts";
import { readWorkflow, upstream, type Workflow } from "./workflow.ts";

type Input = Record<string, unknown>;

/** The input images that come with ComfyUI. */
const BUILT_IN_IMAGES = ["example.png"];

/** What the worker says of an error that ComfyUI did not expect. */
const SERVER_ERROR =
  "Error queuing workflow: 500 Server Error: Internal Server Error for url: http://127.0.0.1:8188/prompt";

/** Runpod's worker for ComfyUI. It draws from the numbers and texts of a workflow. */
export function comfyuiWorker(endpoint: ResolvedEndpoint, origin: string): EmulatedHandler {
  const { config, behavior } = endpoint;
  return (input, job) => {
    if (input.workflow === undefined || input.workflow === null) return { error: "Missing 'workflow' parameter" };
    const { images: uploads = null } = input;
    if (uploads !== null && !isImages(uploads)) {
      return { error: "'images' must be a list of objects with 'name' and 'image' keys" };
    }
    const details = (uploads ?? []).flatMap(({ name, image }) => {
      const decoded = decodeImage(image);
      return "problem" in decoded ? [`Error decoding base64 for ${name}: ${decoded.problem}`] : [];
    });
    if (details.length > 0) return { error: "Failed to upload one or more input images", details };

    const run = runWorkflow(input, endpoint);
    if ("error" in run) return { error: run.error };
    const names = namesOf(endpoint, JSON.stringify(input.workflow), run.files);
    const made = run.files.map((file, index) => ({
      filename: names[index],
      type: config.bucket ? "s3_url" : "base64",
      data: config.bucket ? bucketUrl(origin, job.id, index, file) : encodeBase64(file.bytes()),
    }));
    if (behavior.comfyuiOutput === "message") return { message: made[0]?.data, status: "success" };
    const { errors } = run;
    if (made.length > 0) return errors.length > 0 ? { images: made, errors } : { images: made };
    return errors.length > 0
      ? { error: "Job processing failed", details: errors }
      : { status: "success_no_images", images: [] };
  };
}

/** The files of a job that went to the bucket, in the order of its output. */
export function bucketFiles(input: Input, endpoint: ResolvedEndpoint, jobId: string): Product[] {
  const run = runWorkflow(input, endpoint);
  return "error" in run ? [] : run.files.map((file, index) => ({
    name: bucketName(jobId, index, file),
    mediaType: file.mediaType,
    bytes: file.bytes,
  }));
}

/** Runs the outputs of a workflow one after another, until one fails. */
function runWorkflow(
  { workflow: given, images }: Input,
  { config }: ResolvedEndpoint,
): { files: SavedFile[]; errors: string[] } | { error: string } {
  const workflow = readWorkflow(given);
  if (workflow === undefined) return { error: SERVER_ERROR };
  if ("withoutClass" in workflow) return withoutClass(workflow.withoutClass);
  const uploads = new Map((isImages(images) ? images : []).map(({ name, image }) => [name, bytesOf(image)]));
  const checked = checkWorkflow(workflow, {
    images: [...BUILT_IN_IMAGES, ...uploads.keys()],
    checkpoints: config.checkpoints,
    nodes: config.nodes ?? [],
  });
  if ("error" in checked) return checked;
  const files: SavedFile[] = [];
  for (const output of checked.outputs) {
    const error = runtimeError(workflow, output, uploads);
    if (error !== undefined) return { files, errors: [`Workflow execution error: ${error}`] };
    files.push(...savedFiles(workflow, output, uploads));
  }
  return { files, errors: [] };
}

/** Why the nodes before an output fail; undefined if they do not. What was uploaded may be no image. */
function runtimeError(workflow: Workflow, output: string, uploads: Map<string, Uint8Array>): string | undefined {
  for (const id of upstream(workflow, output)) {
    const { class_type, inputs } = workflow.get(id)!;
    const bytes = class_type === "LoadImage" ? uploads.get(String(inputs.image)) : undefined;
    if (bytes !== undefined && !isImage(bytes)) {
      const message = `cannot identify image file '/comfyui/input/${inputs.image}'\n`;
      return `Node Type: ${class_type}, Node ID: ${id}, Message: ${message}`;
    }
  }
}

/** What follows the first comma, or everything, as base64. A URL becomes bytes that mean nothing. */
function decodeImage(image: string): ReturnType<typeof pythonBase64> {
  return pythonBase64(image.slice(image.indexOf(",") + 1));
}

function bytesOf(image: string): Uint8Array {
  const decoded = decodeImage(image);
  return "bytes" in decoded ? decoded.bytes : new Uint8Array();
}

function bucketName(jobId: string, index: number, { extension }: SavedFile): string {
  return `${hash(`${jobId} ${index}`).toString(16).padStart(8, "0")}.${extension}`;
}

/** The signed URL of a file in the bucket of the month. */
function bucketUrl(origin: string, jobId: string, index: number, file: SavedFile): string {
  const [year, month, day] = new Date(Date.now()).toISOString().slice(0, 10).split("-");
  const time = new Date(Date.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const url = new URL(fileUrl("image", origin, `${month}-${year.slice(2)}/${jobId}`, bucketName(jobId, index, file)));
  const signature = Array.from(
    { length: 8 },
    (_, part) => hash(`${part} ${url.href} ${time}`).toString(16).padStart(8, "0"),
  );
  url.search = String(
    new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": `emulated/${year}${month}${day}/us-east-1/s3/aws4_request`,
      "X-Amz-Date": time,
      "X-Amz-Expires": "604800",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": signature.join(""),
    }),
  );
  return url.href;
}

function isImages(images: unknown): images is Array<{ name: string; image: string }> {
  return Array.isArray(images) &&
    images.every((image) => typeof image?.name === "string" && typeof image.image === "string");
}
