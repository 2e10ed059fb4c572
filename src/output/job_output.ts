/**
 * The output of a completed job, with all that is needed to read it.
 *
 * @module
 */
import type { JSONObject, SharedV4Warning } from "@ai-sdk/provider";
import { wholeBase64 } from "../files/base64.ts";
import type { Answer } from "../http/answer.ts";
import { limitConcurrency } from "../http/concurrency.ts";
import { messageOf } from "../http/error_details.ts";
import { hideCredentials } from "../http/runpod_url.ts";
import type { RunpodJobError, RunpodJobErrorKind } from "../job/error.ts";
import { jobError } from "../job/failure.ts";
import type { RunpodJob } from "../job/envelope.ts";
import { type JobAnswer, type Queue, rootOf } from "../job/queue.ts";
import type { ResultTools } from "../job/run_job.ts";
import { MAX_BYTES, MAX_FILES } from "../limits.ts";
import { download } from "./download.ts";
import type { FileKind } from "./evidence.ts";
import { findFiles, isRaw, type OutputFile, typesIn } from "./find_files.ts";
import { describeOutput, readFailure, readProblems } from "./reasons.ts";

const WAYS_OUT = 'take the result out of it by the model\'s setting "output", or read it from error.job.output';

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
  readonly #isPointedAt: boolean;
  // A worker chooses how many files its output names, and how large they are.
  readonly #inTurn = limitConcurrency(MAX_FILES.atOnce);
  readonly #budget = { left: MAX_BYTES.files };
  #downloads = 0;

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
    this.#isPointedAt = select !== undefined;
  }

  /**
   * Finds the files of a kind, and warns of what failed beside them.
   *
   * @throws {RunpodJobError} when there is none.
   */
  files(kind: FileKind, warnings: SharedV4Warning[]): OutputFile[] {
    const files = findFiles(this.value, kind, this.#isPointedAt);
    if (files.length === 0) throw this.unreadable(kind);
    const problem = readProblems(this.job.output);
    if (problem !== undefined) warnings.push({ type: "other", message: `The job completed in part: ${problem}` });
    if (!this.#isPointedAt && files.some(isRaw)) {
      throw this.#noOutput(`completed with pieces of ${kind} files, which are of no known format; ${WAYS_OUT}`);
    }
    // Where the caller points at bare base64, its type is declared beside it.
    return files.map(({ mediaType, ...file }) => ({
      ...file,
      mediaType: mediaType ?? (file.base64 && typesIn(this.job.output, file.base64)[0]),
    }));
  }

  /**
   * Gets a file: base64 that is whole, or the bytes behind its URL. A download is tried again after a transient error.
   *
   * @param what What the file is, to follow "its" in errors.
   * @throws {RunpodJobError} when it cannot be had.
   */
  async content({ url, base64, prefersUrl }: OutputFile, what: string): Promise<string | Uint8Array> {
    const whole = base64 === undefined ? undefined : wholeBase64(base64);
    if (whole !== undefined && !(prefersUrl && url)) return whole;
    if (url === undefined) throw this.#noOutput(`completed, but its ${what} is not valid base64, or was cut`);
    try {
      return await this.#download(url, what);
    } catch (error) {
      if (whole === undefined || this.#tools.signal.aborted) throw error;
      return whole;
    }
  }

  /**
   * The error for an output without a result: the worker's own words, where it tells of a failure, else what came.
   *
   * @param kind What kind of file there should be.
   */
  unreadable(kind?: FileKind | "text"): RunpodJobError {
    const { output } = this.job;
    const failure = readFailure(output);
    if (failure !== undefined) return this.error({ kind: "failed", reason: `completed with an error: ${failure}` });
    const others = kind && kind !== "text" ? typesIn(this.value) : [];
    const files = others.length === 0 ? "" : ` (its files are ${others.join(", ")}, not ${kind})`;
    return this.#noOutput(
      `completed without an output that can be read${files}: ${describeOutput(output)}${kind ? `; ${WAYS_OUT}` : ""}`,
    );
  }

  /** Makes an error of the job; `reason` follows `job "…"`. */
  error(details: { kind?: RunpodJobErrorKind; reason?: string; cause?: unknown }): RunpodJobError {
    return jobError(this.queue, this.#result, details);
  }

  #noOutput(reason: string): RunpodJobError {
    return this.error({ kind: "no-output", reason });
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

  async #download(url: string, what: string): Promise<Uint8Array> {
    const { signal, retry } = this.#tools;
    const trustedOrigin = new URL(rootOf(this.queue)).origin;
    const budget = this.#budget;
    if (this.#downloads++ >= MAX_FILES.inAll) {
      throw this.#noOutput(`completed with more than the ${MAX_FILES.inAll} files that are downloaded for one result`);
    }
    try {
      return await this.#inTurn(() =>
        retry((abortSignal, fetch) => download({ url, fetch, trustedOrigin, budget, abortSignal }))
      );
    } catch (cause) {
      signal.throwIfAborted();
      const reason = `completed, but its ${what} could not be downloaded from ${hideCredentials(url)}: ${
        messageOf(cause)
      }`;
      throw this.error({ kind: "no-output", reason, cause });
    }
  }
}

/** What the metadata of a result says of its job. */
export function describeJob({ endpoint }: Queue, job: RunpodJob): JSONObject {
  const { id, delayTimeMillis, executionTimeMillis, workerId, cost } = job;
  return { jobId: id, endpoint: endpoint.name, workerId, delayTimeMillis, executionTimeMillis, cost };
}
