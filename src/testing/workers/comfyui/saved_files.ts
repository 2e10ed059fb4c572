import { drawMp4 } from "../../files/mp4.ts";
import { drawPng } from "../../files/png.ts";
import { drawWebp } from "../../files/webp.ts";
import { emptyWebm } from "../../files/webm.ts";
import { imageSize } from "../../files/image_size.ts";
import { linkOf, upstream, type Workflow } from "./workflow.ts";

/** A file that a node saves. */
export interface SavedFile {
  /** The beginning of its name, without folders. */
  prefix: string;
  extension: string;
  mediaType: string;
  bytes: () => Uint8Array<ArrayBuffer>;
}

/** What is saved, in pixels, frames and frames per second. */
interface Picture {
  width: number;
  height: number;
  count: number;
  fps: number;
  /** Tells one picture from another. */
  subject: string;
}

interface Format {
  extension: string;
  mediaType: string;
  /** Whether all frames go into one file. */
  isMoving: boolean;
  draw: (picture: Picture, index: number) => Uint8Array<ArrayBuffer>;
}

/** The nodes whose files the worker returns. It calls them all images. Only videos have more than one frame. */
const formats: Record<string, Format> = {
  SaveImage: {
    extension: "png",
    mediaType: "image/png",
    isMoving: false,
    draw: ({ width, height, subject }, index) => drawPng(width, height, `${subject} ${index}`),
  },
  SaveAnimatedPNG: {
    extension: "png",
    mediaType: "image/png",
    isMoving: true,
    draw: ({ width, height, subject }) => drawPng(width, height, subject),
  },
  SaveAnimatedWEBP: {
    extension: "webp",
    mediaType: "image/webp",
    isMoving: true,
    draw: ({ width, height, subject }) => drawWebp(width, height, subject),
  },
  SaveVideo: {
    extension: "mp4",
    mediaType: "video/mp4",
    isMoving: true,
    draw: ({ width, height, count, fps, subject }) =>
      drawMp4({ width, height, seconds: count / fps, framesPerSecond: fps, subject }),
  },
  SaveWEBM: { extension: "webm", mediaType: "video/webm", isMoving: true, draw: () => emptyWebm() },
};

/** The files that an output saves; none if it only shows, or saves what the worker does not return. */
export function savedFiles(workflow: Workflow, output: string, images: Map<string, Uint8Array>): SavedFile[] {
  const { class_type, inputs } = workflow.get(output)!;
  const format = formats[class_type];
  if (format === undefined) return [];
  const picture = pictureOf(workflow, output, images);
  const { extension, mediaType, isMoving, draw } = format;
  return Array.from({ length: isMoving ? 1 : picture.count }, (_, index) => ({
    prefix: String(inputs.filename_prefix ?? "ComfyUI").split("/").pop()!,
    extension,
    mediaType,
    bytes: () => draw(picture, index),
  }));
}

/** Reads from the nodes before an output what it saves. The nearest node that has a number tells it. */
function pictureOf(workflow: Workflow, output: string, images: Map<string, Uint8Array>): Picture {
  const nodes = upstream(workflow, output).map((id) => workflow.get(id)!);
  const numberOf = (...names: string[]) =>
    names.flatMap((name) => nodes.map(({ inputs }) => inputs[name])).find((value) => typeof value === "number") as
      | number
      | undefined;
  const whole = (value: number) => Math.min(Math.max(Math.floor(value), 1), 4096);
  const loaded = nodes.filter(({ class_type }) => class_type === "LoadImage")
    .map(({ inputs }) => images.get(String(inputs.image))).find((bytes) => bytes !== undefined);
  const [width, height] = (loaded && imageSize(loaded)) ?? [1024, 1024];
  const scale = numberOf("scale_by") ?? 1;
  return {
    width: whole((numberOf("width") ?? width) * scale),
    height: whole((numberOf("height") ?? height) * scale),
    count: whole(numberOf("length", "batch_size") ?? 1),
    fps: numberOf("fps") ?? 24,
    subject: [
      ...nodes.flatMap(({ inputs }) => Object.values(inputs)).filter((value) => linkOf(value) === undefined),
      output,
    ]
      .filter((value) => typeof value === "string" || typeof value === "number").join("\n"),
  };
}
