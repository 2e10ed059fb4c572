/**
 * The replies of `/stream`, read one after the other until the job has ended and nothing is left.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { isFinal, readJob, type RunpodJob } from "./envelope.ts";
import type { SeenJob } from "./job_wait.ts";
import { isPostOnly, STREAM_NOT_SUPPORTED } from "./post_only.ts";
import { type JobAnswer, type Queue, readReply, requestStatus } from "./queue.ts";
import { isTransientError, pause, retryReads } from "./retry.ts";
import { backoffPause } from "./schedule.ts";

/** What one reader of a stream has received. */
export interface StreamState {
  /** The yields that were passed on, in their order. */
  delivered: unknown[];
  /** The yields that came after a loss, and wait for the job's result to tell what was lost. */
  withheld: unknown[];
  /** Whether a reply was lost that may have held yields. */
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

/** How many tries of one request may fail in a row, with a transient error. */
const MAX_FAILURES = 10;
/** Replies after the one that tells the end: some services put the last yields into that one, some into the next. */
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
    const { job, yields, isBare } = parseReply(answer.json, jobId);
    // Without a worker there were no yields to lose.
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
      // A bare list never tells the end, so the status has to.
      if (isBare && isFinal((await readStatusWithRetries(queue, jobId, abortSignal)).job)) repliesAfterEnd++;
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
  return await retryReads(() => requestStatus(queue, jobId, { abortSignal }), abortSignal, mayRetry);
}

async function requestReply(
  queue: Queue,
  jobId: string,
  abortSignal: AbortSignal | undefined,
  state: StreamState,
): Promise<JobAnswer["answer"]> {
  const read = async () => {
    try {
      return await readReply(queue, jobId, { abortSignal });
    } catch (error) {
      // What the rate limit refused was not read, so it is not lost.
      if (isTransientError(error) && error.statusCode !== 429) state.mayHaveLost = true;
      throw error;
    }
  };
  return await retryReads(read, abortSignal, mayRetry);
}

const mayRetry = (failures: number) => failures <= MAX_FAILURES;

/** A reply is an object with the list of yields, or, in the oldest documentation, only the list. */
function parseReply(
  json: unknown,
  jobId: string,
): { job: RunpodJob | undefined; yields: unknown[]; isBare: boolean } {
  const isBare = Array.isArray(json);
  const list = isBare ? json : isRecord(json) && Array.isArray(json.stream) ? json.stream : [];
  return {
    job: readJob(json, jobId),
    yields: list.map((element) => isRecord(element) && "output" in element ? element.output : element),
    isBare,
  };
}
