/**
 * The files of a call, sorted by what they are for.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  Experimental_VideoModelV4File as VideoModelV4File,
} from "@ai-sdk/provider";
import { mediaTypeOf, toUrl } from "../files/file_url.ts";
import { type CallContext, refuse } from "../input/context.ts";

/** The files of a call, as URLs and data URIs. */
export interface CallFiles {
  /** The image that the video starts with: one or none. */
  start: string[];
  /** The images that the video ends with. */
  lastFrames: string[];
  /** What the video is to resemble or to go with, by the kind of file. */
  references: Record<"image" | "video" | "audio", string[]>;
}

/**
 * Sorts the files of a call.
 *
 * @throws {InvalidArgumentError} for a reference that is not an image, a video or audio.
 */
export function sortFiles(
  context: CallContext,
  { image, frameImages = [], inputReferences = [] }: VideoModelV4CallOptions,
): CallFiles {
  const frames = (type: "first_frame" | "last_frame") =>
    frameImages.filter(({ frameType }) => frameType === type).map((frame) => frame.image);
  const [start = image] = frames("first_frame");
  const references: CallFiles["references"] = { image: [], video: [], audio: [] };
  for (const reference of inputReferences) {
    const kind = kindOf(reference);
    if (!Object.hasOwn(references, kind)) {
      const reason = `a reference is of type "${reference.mediaType}", which is not an image, a video or audio`;
      throw refuse(context, "inputReferences", reason);
    }
    references[kind as keyof typeof references].push(toUrl(reference));
  }
  return { start: start ? [toUrl(start)] : [], lastFrames: frames("last_frame").map(toUrl), references };
}

/** The kind of a file. A URL that does not tell it is taken for an image's. */
function kindOf(file: VideoModelV4File): string {
  const mediaType = file.mediaType ?? (file.type === "url" ? mediaTypeOf(file.url) : undefined);
  return mediaType === undefined || mediaType.startsWith("application/") ? "image" : mediaType.split("/")[0];
}
