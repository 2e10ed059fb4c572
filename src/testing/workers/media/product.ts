import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";

/** A file that a job has made. */
export interface Product {
  /** The last segment of its URL. */
  name: string;
  mediaType: string;
  /** Draws the file. Most tests never look at it, so it is drawn only on request. */
  bytes: () => Uint8Array<ArrayBuffer>;
  /** In US dollars. */
  cost?: number;
}

/** What a media worker makes a file from. */
export interface Order {
  input: Record<string, unknown>;
  endpoint: ResolvedEndpoint;
  jobId: string;
}

/** The kinds of media workers. */
export type MediaKind = "image" | "video" | "speech";

const hosts: Record<MediaKind, string> = {
  image: "image.runpod.ai",
  video: "video.runpod.ai",
  speech: "audio.runpod.ai",
};

/** The URL of a job's file: Runpod's own, or one on the origin that the request was sent to. */
export function fileUrl(kind: MediaKind, origin: string, jobId: string, name: string): string {
  return new URL(origin).hostname.endsWith(".runpod.ai")
    ? `https://${hosts[kind]}/${jobId}/${name}`
    : `${origin}/files/${jobId}/${name}`;
}
