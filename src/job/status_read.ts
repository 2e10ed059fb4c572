/**
 * One read of a job's status, within the rate limit and with a timeout.
 *
 * @module
 */
import { networkError } from "../http/error.ts";
import { unreadableStatus } from "./failure.ts";
import { type JobAnswer, type Queue, requestStatus, statusUrl } from "./queue.ts";
import { waitForReadSlot } from "./rate_limit.ts";
import { isTransientError } from "./retry.ts";

/** The service answers a status read at once, so a read that takes this long has got lost. */
const TIMEOUT_MILLIS = 40_000;

const TIMED_OUT = Symbol("timed out");

/**
 * Reads the status of a job once.
 *
 * @throws {APICallError} when the read fails. One that timed out is retryable, like any other without an answer.
 * @throws the signal's reason, as soon as it aborts.
 */
export async function readStatusWithTimeout(
  queue: Queue,
  jobId: string,
  signal: AbortSignal | undefined,
): Promise<JobAnswer> {
  await waitForReadSlot(queue, signal);
  const read = new AbortController();
  const onAbort = () => read.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => read.abort(TIMED_OUT), TIMEOUT_MILLIS);
  try {
    return await requestStatus(queue, jobId, { abortSignal: read.signal, onPost: () => clearTimeout(timer) });
  } catch (error) {
    if (error !== TIMED_OUT) throw error;
    throw networkError({
      attempt: queue.attempt,
      url: statusUrl(queue, jobId),
      requestBody: undefined,
      cause: new Error(`timed out after ${TIMEOUT_MILLIS / 1000} s`),
      retryCost: "free",
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Reads the status of a job once.
 *
 * @throws {APICallError} for which {@link isTransientError} holds, when the next read may well succeed.
 * @throws {RunpodJobError} when no later read will succeed either.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function readStatusForCaller(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  try {
    abortSignal?.throwIfAborted();
    return await readStatusWithTimeout(queue, jobId, abortSignal);
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (isTransientError(error)) throw error;
    throw unreadableStatus(queue, { job: { id: jobId, status: "IN_QUEUE" } }, error);
  }
}
