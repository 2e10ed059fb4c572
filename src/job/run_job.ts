/**
 * Runs a job: one submission, then status reads until the job has ended, the caller aborts or the deadline is reached.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { FetchFunction } from "@ai-sdk/provider-utils";
import { errorToThrow, jobError } from "./failure.ts";
import { countRequest, type JobWait, observe, requestsMade, resumeJob, startWait } from "./job_wait.ts";
import { MAX_DOWNLOAD_TRIES, READ_TIMEOUT_MILLIS } from "./limits.ts";
import type { RunpodWaitOptions } from "./options.ts";
import { pollUntilFinal } from "./poll.ts";
import type { JobAnswer, Queue } from "./queue.ts";
import { retryReads } from "./retry.ts";
import type { Submission } from "./submission.ts";
import { submitUntilTaken } from "./submit.ts";
import { withTimeout } from "./timeout.ts";

/** A job to submit, or one that was submitted before, in milliseconds since 1970 if it is known when. */
export type JobRef = { submission: Submission } | { jobId: string; submittedAt?: number };

/** A download that ends when the signal aborts, and makes its requests with a `fetch` that counts them. */
type Download<T> = (signal: AbortSignal | undefined, fetch: FetchFunction) => Promise<T>;

/** What the reader of a result may use before the wait is over. */
export interface ResultTools {
  /** Aborts with the caller and at the deadline. */
  signal: AbortSignal;
  /** Runs a download, and runs it again after transient failures, within `maxRequests`. */
  retry: <T>(download: Download<T>) => Promise<T>;
}

/**
 * Runs a job, or continues one, and reads its result.
 *
 * @param read Reads the result of the completed job; its time counts as time of the wait.
 * @throws {RunpodJobError} when the job ends without a result, or the wait ends before the job. Never retryable.
 * @throws {APICallError} when the submission fails. Retryable only if no job can exist.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function runJob<T>(
  queue: Queue,
  work: JobRef,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
  read: (result: JobAnswer, tools: ResultTools) => T | Promise<T>,
): Promise<T> {
  const wait = startWait(queue, options, abortSignal, "submission" in work ? work.submission : undefined);
  try {
    wait.signal.throwIfAborted();
    if ("submission" in work) observe(wait, await submitUntilTaken(wait, work.submission, { mayHold: true }));
    else resumeJob(wait, work);
    const result = await pollUntilFinal(wait);
    if (result.job.status !== "COMPLETED") throw jobError(queue, result);
    return await read(result, {
      signal: wait.signal,
      retry: (download) => retryDownload(queue, download, wait.signal, wait),
    });
  } catch (error) {
    throw errorToThrow(wait, error);
  } finally {
    wait.dispose();
  }
}

/** Runs a download with a timeout, and runs it again after transient failures, within the `maxRequests` of its wait. */
export async function retryDownload<T>(
  queue: Queue,
  download: Download<T>,
  signal: AbortSignal | undefined,
  wait?: JobWait,
): Promise<T> {
  const { maxRequests = Infinity } = wait?.options ?? {};
  const hasRequests = () => !wait || requestsMade(wait) < maxRequests;
  // A redirect is a request too.
  const fetch: FetchFunction = async (input, init) => {
    if (!hasRequests()) {
      const url = String(input instanceof Request ? input.url : input);
      const message = `maxRequests: ${maxRequests} allows no further request`;
      throw new APICallError({ message, url, requestBodyValues: undefined, isRetryable: false });
    }
    if (wait) countRequest(wait, "downloads");
    const { fetch = globalThis.fetch } = queue.settings;
    return await fetch(input, init);
  };
  return await retryReads(
    () => withTimeout(queue, READ_TIMEOUT_MILLIS.download, signal, (signal) => download(signal, fetch)),
    signal,
    (failures) => failures < MAX_DOWNLOAD_TRIES && hasRequests(),
  );
}

/**
 * Submits a job and does not wait for it. It may be read later, also by another process, for as long as results of `/run`
 * are kept.
 *
 * @throws {APICallError} when the submission fails. Retryable only if no job can exist.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function startJob(
  queue: Queue,
  submission: Submission,
  { abortSignal, ...options }: RunpodWaitOptions & { abortSignal?: AbortSignal },
): Promise<JobAnswer> {
  const wait = startWait(queue, options, abortSignal, submission);
  try {
    wait.signal.throwIfAborted();
    return await submitUntilTaken(wait, submission, { mayHold: false });
  } catch (error) {
    throw errorToThrow(wait, error);
  } finally {
    wait.dispose();
  }
}
