/**
 * What a finished job brings: its files, and what is told of the job itself.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { readError } from "../http/error_details.ts";
import { toBytes } from "../files/base64.ts";
import { download } from "./download.ts";
import { type FileKind, findFiles, type OutputFile } from "./find_files.ts";
import { jobError } from "../job/failure.ts";
import type { RunpodJob } from "../job/envelope.ts";
import { type JobAnswer, type Queue, rootOf } from "../job/queue.ts";
import type { ResultTools } from "../job/wait.ts";

/**
 * Finds the files in a job's output.
 *
 * @param read Takes the part of the output that has the files, where the caller knows it.
 * @throws {RunpodJobError} when there is none, or when `read` throws.
 */
export function readFiles(
  queue: Queue,
  result: JobAnswer,
  kind: FileKind,
  read?: (output: unknown) => unknown,
): OutputFile[] {
  const files = findFiles(readPart(queue, result, read), kind);
  if (files.length > 0) return files;
  throw withoutOutput(queue, result);
}

/**
 * Takes the part of a job's output that matters.
 *
 * @throws {RunpodJobError} when `read` throws.
 */
export function readPart(queue: Queue, result: JobAnswer, read: ((output: unknown) => unknown) | undefined): unknown {
  const { output } = result.job;
  try {
    const part = read ? read(output) : output;
    if (part instanceof Promise) throw new TypeError("it returned a promise, and has to return what is there");
    return part;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const reason = `completed, but the function that reads its output failed: ${why}`;
    throw jobError(queue, result, { kind: "no-output", reason, cause });
  }
}

/** The error for a completed job without a readable output: a worker may complete one with nothing but an error in it. */
export function withoutOutput(queue: Queue, result: JobAnswer): Error {
  const { output } = result.job;
  const error = isRecord(output) ? readError(output.error ?? output.errors ?? output.message) : undefined;
  return jobError(queue, result, {
    kind: error ? "failed" : "no-output",
    reason: error && `completed with an error: ${error.message}`,
  });
}

/**
 * Downloads a file of a job's output, again where that fails for a passing reason.
 *
 * @param what What it is, to follow "its".
 * @throws {RunpodJobError} when it cannot be had.
 */
export async function downloadOutput(
  queue: Queue,
  result: JobAnswer,
  { url, what }: { url: string; what: string },
  { signal, again }: ResultTools,
): Promise<Uint8Array> {
  const trustedOrigin = new URL(rootOf(queue)).origin;
  try {
    return await again(() => download({ url, settings: queue.settings, trustedOrigin, abortSignal: signal }));
  } catch (cause) {
    signal.throwIfAborted();
    throw jobError(queue, result, {
      kind: "no-output",
      reason: `completed, but its ${what} could not be downloaded from ${url}: ${
        cause instanceof Error ? cause.message : cause
      }`,
      cause,
    });
  }
}

/**
 * The bytes of a file that came as base64.
 *
 * @param what What it is, to follow "its".
 * @throws {RunpodJobError} when it is none.
 */
export function decodeOutput(
  queue: Queue,
  result: JobAnswer,
  { base64, what }: { base64: string; what: string },
): Uint8Array {
  try {
    return toBytes(base64);
  } catch (cause) {
    const reason = `completed, but its ${what} is not valid base64`;
    throw jobError(queue, result, { kind: "no-output", reason, cause });
  }
}

/** What the metadata of every modality tells of a job. */
export function describeJob({ endpoint }: Queue, job: RunpodJob): JSONObject {
  const { id, delayTimeMillis, executionTimeMillis, workerId, cost } = job;
  return { jobId: id, endpoint: endpoint.name, workerId, delayTimeMillis, executionTimeMillis, cost };
}
