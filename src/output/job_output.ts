/**
 * The output of a completed job, with all that is needed to read it.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { toBytes } from "../files/base64.ts";
import { messageOf, readError } from "../http/error_details.ts";
import type { Answer } from "../http/answer.ts";
import type { RunpodJobError, RunpodJobErrorKind } from "../job/error.ts";
import { jobError } from "../job/failure.ts";
import type { RunpodJob } from "../job/envelope.ts";
import { type JobAnswer, type Queue, rootOf } from "../job/queue.ts";
import type { ResultTools } from "../job/run_job.ts";
import { download } from "./download.ts";
import { type FileKind, findFiles, type OutputFile } from "./find_files.ts";

/** The output of a completed job. */
export class JobOutput {
  /** The output, or the part of it that the model's setting `output` takes. */
  readonly value: unknown;
  readonly job: RunpodJob;
  /** The answer that brought it. */
  readonly answer: Answer;
  /** What the metadata of a result says of the job. */
  readonly about: JSONObject;
  /** The queue that the job ran on. */
  readonly queue: Queue;
  readonly #result: JobAnswer;
  readonly #tools: ResultTools;

  /** @throws {RunpodJobError} when `select` throws. */
  constructor(
    queue: Queue,
    result: JobAnswer,
    tools: ResultTools,
    select: ((output: unknown) => unknown) | undefined,
  ) {
    this.queue = queue;
    this.job = result.job;
    this.answer = result.answer;
    this.about = describeJob(queue, result.job);
    this.#result = result;
    this.#tools = tools;
    this.value = this.#select(select);
  }

  /**
   * Finds the files of a kind.
   *
   * @throws {RunpodJobError} when there is none.
   */
  files(kind: FileKind): OutputFile[] {
    const files = findFiles(this.value, kind);
    if (files.length > 0) return files;
    throw this.unreadable();
  }

  /**
   * Gets the bytes of a file. A download is tried again after a transient error.
   *
   * @param what What the file is, to follow "its" in errors.
   * @throws {RunpodJobError} when they cannot be had.
   */
  async bytes(file: OutputFile, what: string): Promise<Uint8Array> {
    return "base64" in file ? this.#decode(file.base64, what) : await this.#download(file.url, what);
  }

  /** The error for an output without a result: the worker's own words, where there is nothing but an error in it. */
  unreadable(): RunpodJobError {
    const { output } = this.job;
    const error = isRecord(output) ? readError(output.error ?? output.errors ?? output.message) : undefined;
    if (error === undefined) return this.error({ kind: "no-output" });
    return this.error({ kind: "failed", reason: `completed with an error: ${error.message}` });
  }

  /** Makes an error of the job; `reason` follows `job "…"`. */
  error(details: { kind?: RunpodJobErrorKind; reason?: string; cause?: unknown }): RunpodJobError {
    return jobError(this.queue, this.#result, details);
  }

  #select(select: ((output: unknown) => unknown) | undefined): unknown {
    const { output } = this.job;
    if (select === undefined) return output;
    try {
      const part = select(output);
      if (part instanceof Promise) throw new TypeError("it returned a promise, and has to return the value itself");
      return part;
    } catch (cause) {
      const reason = `completed, but the function that reads its output failed: ${messageOf(cause)}`;
      throw this.error({ kind: "no-output", reason, cause });
    }
  }

  #decode(base64: string, what: string): Uint8Array {
    try {
      return toBytes(base64);
    } catch (cause) {
      throw this.error({ kind: "no-output", reason: `completed, but its ${what} is not valid base64`, cause });
    }
  }

  async #download(url: string, what: string): Promise<Uint8Array> {
    const { signal, retry } = this.#tools;
    const { settings } = this.queue;
    const trustedOrigin = new URL(rootOf(this.queue)).origin;
    try {
      return await retry((abortSignal) => download({ url, settings, trustedOrigin, abortSignal }));
    } catch (cause) {
      signal.throwIfAborted();
      const reason = `completed, but its ${what} could not be downloaded from ${url}: ${messageOf(cause)}`;
      throw this.error({ kind: "no-output", reason, cause });
    }
  }
}

/** What the metadata of a result says of its job. */
export function describeJob({ endpoint }: Queue, job: RunpodJob): JSONObject {
  const { id, delayTimeMillis, executionTimeMillis, workerId, cost } = job;
  return { jobId: id, endpoint: endpoint.name, workerId, delayTimeMillis, executionTimeMillis, cost };
}
