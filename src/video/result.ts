/**
 * What a finished job gives: its videos, and what is told of them.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4Result as VideoModelV4Result,
  Experimental_VideoModelV4VideoData as VideoModelV4VideoData,
  JSONObject,
} from "@ai-sdk/provider";
import { detectMediaType } from "@ai-sdk/provider-utils";
import { mediaTypeOf } from "../files/file_url.ts";
import type { OutputFile } from "../output/find_files.ts";
import { isFinal, type RunpodJob } from "../job/envelope.ts";
import { type JobAnswer, type Queue, rootOf } from "../job/queue.ts";
import type { ResultTools } from "../job/wait.ts";
import { describeJob, downloadOutput, readFiles } from "../output/job_output.ts";

/**
 * Reads the videos of a finished job.
 *
 * @param read Takes the part of the output that has them, where the caller knows it.
 * @throws {RunpodJobError} when there is none.
 */
export async function readVideos(
  queue: Queue,
  result: JobAnswer,
  read: ((output: unknown) => unknown) | undefined,
  tools: ResultTools,
): Promise<Required<Pick<VideoModelV4Result, "videos" | "providerMetadata">>> {
  const files = readFiles(queue, result, "video", read);
  const videos = await Promise.all(files.map((file) => toVideo(queue, result, file, tools)));
  const described = files.map((file) => ({
    url: "url" in file ? file.url : undefined,
    ...describeJob(queue, result.job),
  }));
  return { videos, providerMetadata: { runpod: { videos: described } } };
}

/** What is told of a job that may not have ended yet. */
export function describeState(queue: Queue, job: RunpodJob): JSONObject {
  const { status, output } = job;
  const progress = isFinal(job) ? undefined : output as JSONObject | undefined;
  return { ...describeJob(queue, job), status, progress };
}

async function toVideo(
  queue: Queue,
  result: JobAnswer,
  file: OutputFile,
  tools: ResultTools,
): Promise<VideoModelV4VideoData> {
  if ("base64" in file) {
    return { type: "base64", data: file.base64, mediaType: videoTypeOf(file.mediaType, file.base64) };
  }
  const { url } = file;
  const lastUpdate = mediaTypeOf(url);
  // The SDK downloads nothing from a private network, where the endpoint itself may be.
  if (new URL(url).origin !== new URL(rootOf(queue)).origin) {
    return { type: "url", url, mediaType: lastUpdate ?? "video/mp4" };
  }
  const data = await downloadOutput(queue, result, { url, what: "video" }, tools);
  return { type: "binary", data, mediaType: videoTypeOf(lastUpdate, data) };
}

/** The media type that is told, where it says anything, or that the first bytes show. */
function videoTypeOf(lastUpdate: string | undefined, data: string | Uint8Array): string {
  const isTold = lastUpdate !== undefined && !lastUpdate.startsWith("application/");
  const type = isTold ? lastUpdate : detectMediaType({ data: data.slice(0, 64) });
  // Sound and films come in the same container.
  return type === "audio/webm" ? "video/webm" : type ?? "video/mp4";
}
