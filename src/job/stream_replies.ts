/**
 * The replies of `/stream`, read one after the other until the job has ended and nothing is left.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { unexpectedAnswer } from "../http/error.ts";
import { isFinal, readJob } from "./envelope.ts";
import type { SeenJob } from "./job_wait.ts";
import { READ_TIMEOUT_MILLIS } from "./limits.ts";
import { isPostOnly, STREAM_NOT_SUPPORTED } from "./post_only.ts";
import { type JobAnswer, type Queue, readReply } from "./queue.ts";
import { isTransientError, pause, retryReads } from "./retry.ts";
import { backoffPause } from "./schedule.ts";
import { readStatusWithTimeout } from "./status_read.ts";
import { withTimeout } from "./timeout.ts";

/** What one reader of a stream has received. */
export interface StreamState {
  /** When the job was submitted, in milliseconds since 1970; 0 if that is not known. */
  submittedAt: number;
  /** The values that were passed on, in their order. */
  delivered: unknown[];
  /** The values that came after a loss, and wait for the job's result to tell what was lost. */
  withheld: unknown[];
  /** Whether a reply was lost that may have held values. */
  mayHaveLost: boolean;
  /** The job at its end, where the service forgets it with its last reply. */
  final?: JobAnswer;
}

/** One reply of `/stream`. */
export interface StreamReply {
  /** The job, if the reply tells its status. Absent at the end, because the job's own status then tells more. */
  seen: SeenJob | undefined;
  yields: unknown[];
}

/** Replies after the one that tells the end: some services put the last values into that one, some into the next. */
const MAX_REPLIES_AFTER_END = 3;

/**
 * Reads the replies of a job's stream. Notes in `state` when one was lost.
 *
 * @throws {APICallError} when a reply cannot be read.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function* readReplies(
  queue: Queue,
  jobId: string,
  abortSignal: AbortSignal | undefined,
  state: StreamState,
): AsyncGenerator<StreamReply> {
  let repliesAfterEnd = 0;
  let emptyReplies = 0;
  while (repliesAfterEnd <= MAX_REPLIES_AFTER_END) {
    let answer: JobAnswer["answer"];
    try {
      answer = await requestReply(queue, jobId, abortSignal, state);
    } catch (error) {
      // The service may forget the stream of a job that has ended before the job itself.
      if (repliesAfterEnd > 0 && APICallError.isInstance(error) && error.statusCode === 404) return;
      throw error;
    }
    const job = readJob(answer.json, jobId);
    const yields = readValues(answer.json) ?? [];
    // Without a worker there were no values to lose.
    if (job?.status === "IN_QUEUE" && state.delivered.length === 0) state.mayHaveLost = false;
    const hasEnded = job !== undefined && isFinal(job);
    if (hasEnded && isPostOnly(queue)) {
      // The job runs when its status is read instead.
      if (typeof job.error === "string" && STREAM_NOT_SUPPORTED.test(job.error)) return;
      state.final = { job, answer };
      yield { seen: undefined, yields };
      return;
    }
    yield { seen: job && !hasEnded ? { job, answer } : undefined, yields };

    if (hasEnded) {
      if (yields.length === 0) return;
      repliesAfterEnd++;
    } else if (yields.length === 0) {
      // A reply without a status never tells the end, so the job's own status has to.
      if (!job && isFinal((await readStatusWithRetries(queue, jobId, abortSignal)).job)) repliesAfterEnd++;
      // The service holds a request while there is nothing to give. If it answers at once instead, we have to pause.
      await pause(backoffPause(emptyReplies++), abortSignal);
    } else {
      emptyReplies = 0;
    }
  }
}

/** Reads the status of a job. Transient failures are retried: one of them must not fail a stream at its end. */
export async function readStatusWithRetries(
  queue: Queue,
  jobId: string,
  abortSignal: AbortSignal | undefined,
): Promise<JobAnswer> {
  return await retryReads(() => readStatusWithTimeout(queue, jobId, abortSignal), abortSignal);
}

async function requestReply(
  queue: Queue,
  jobId: string,
  abortSignal: AbortSignal | undefined,
  state: StreamState,
): Promise<JobAnswer["answer"]> {
  const read = async () => {
    try {
      const answer = await withTimeout(
        queue,
        READ_TIMEOUT_MILLIS.stream,
        abortSignal,
        (abortSignal, onPost) => readReply(queue, jobId, { abortSignal, onPost }),
      );
      if (readJob(answer.json, jobId) ?? readValues(answer.json)) return answer;
      throw unexpectedAnswer({ attempt: queue.attempt, answer, expected: "a reply of the job's stream" });
    } catch (error) {
      // What the rate limit refused was not read, so it is not lost.
      if (isTransientError(error) && error.statusCode !== 429) state.mayHaveLost = true;
      throw error;
    }
  };
  return await retryReads(read, abortSignal, undefined, state.submittedAt);
}

/** The values of a reply: an object with a list of them, or, in the oldest documentation, only the list. */
function readValues(json: unknown): unknown[] | undefined {
  const list = isRecord(json) ? json.stream : json;
  if (!Array.isArray(list)) return undefined;
  return list.map((element) => isRecord(element) && "output" in element ? element.output : element);
}
