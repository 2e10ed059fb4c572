/**
 * What a job yields while it runs.
 *
 * `/stream` gives each yield once: what is read is gone, and a reply that is lost takes its yields along. So there is one
 * reader at a time, and what it has missed is taken from the job's result where the worker aggregates its yields.
 *
 * @module
 */
import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { cancelInBackground } from "./cancel.ts";
import { jobError } from "./failure.ts";
import { isFinal, readJob, type RunpodJob } from "./envelope.ts";
import { isTransientError, pause, pauseAfter, retryReads } from "./retry.ts";
import { ask, encodeJobId, type JobAnswer, type Queue, readStatus } from "./queue.ts";
import type { SeenJob } from "./job_wait.ts";
import { failurePause } from "./schedule.ts";

/** How to read what a job yields. */
export interface StreamOptions {
  abortSignal?: AbortSignal;
  /** Whether leaving before the end cancels the job. */
  cancelOnAbort?: boolean;
  /**
   * Whether nothing may be missing in between: after a reply that was lost, the rest comes from the job's result, at its
   * end. Default false.
   */
  isExact?: boolean;
  /** Told of the job with each reply, and at its end. */
  onSeen?: (seen: SeenJob) => void;
}

/** How often in a row a reply may fail for a passing reason. */
const MAX_FAILURES = 10;
/** Replies after the one that tells the end: some services put the last yields into it, some behind it. */
const MAX_REPLIES_AFTER_END = 3;

/** The jobs that are being read, by their URL. */
const readers = new Set<string>();

/** What one reader has got. */
interface Reading {
  yields: unknown[];
  /** What came after a loss, and waits for the job's result to tell what was lost. */
  held: unknown[];
  /** Whether a reply was lost that may have had yields in it. */
  mayLack: boolean;
}

/**
 * Yields what a job yields, until it has ended.
 *
 * @throws {RunpodJobError} when the job ends without a result, or yields out of the middle were lost on their way.
 * @throws {InvalidArgumentError} when the job is being read already.
 */
export async function* streamJob(
  queue: Queue,
  jobId: string,
  { abortSignal, cancelOnAbort = true, ...options }: StreamOptions,
): AsyncGenerator<unknown, void, undefined> {
  const name = `${queue.endpoint.root} ${jobId}`;
  if (readers.has(name)) {
    throw new InvalidArgumentError({
      argument: "jobId",
      message:
        `Cannot ${queue.attempt}: job "${jobId}" is being read already, and two readers would take each other's yields`,
    });
  }
  readers.add(name);
  // A consumer who leaves runs nothing but the last block.
  let isLeft = true;
  try {
    const reading: Reading = { yields: [], held: [], mayLack: false };
    yield* drain(queue, jobId, abortSignal, reading, options);
    const result = await checkSurely(queue, jobId, abortSignal);
    options.onSeen?.(result);
    const { held } = reading;
    const whole = missing(reading.yields, result.job.output);
    // Without a result that has them all nobody knows what was lost.
    const rest = held.length > 0 && (whole ?? []).length < held.length ? undefined : whole;
    yield* rest ?? [];
    isLeft = false;
    if (result.job.status !== "COMPLETED") throw jobError(queue, result);
    if (rest === undefined && reading.mayLack) throw jobError(queue, result, LOST_REPLY);
  } catch (error) {
    isLeft = abortSignal?.aborted ?? false;
    abortSignal?.throwIfAborted();
    throw error;
  } finally {
    readers.delete(name);
    if (isLeft && cancelOnAbort) cancelInBackground(queue, { id: jobId });
  }
}

const LOST_REPLY = {
  kind: "no-output" as const,
  reason: "completed, but a reply of its stream was lost, with yields that came before others; job.output has them all",
};

interface Reply {
  job: RunpodJob | undefined;
  isOver: boolean;
  /** Whether it is the list of yields alone, which tells no status. */
  isBare: boolean;
  yields: unknown[];
}

async function* drain(
  queue: Queue,
  jobId: string,
  abortSignal: AbortSignal | undefined,
  reading: Reading,
  { isExact = false, onSeen }: Pick<StreamOptions, "isExact" | "onSeen">,
): AsyncGenerator<unknown> {
  const path = `/stream/${encodeJobId(jobId)}`;
  let idle = 0;
  let failures = 0;
  for (let repliesAfterEnd = 0; repliesAfterEnd <= MAX_REPLIES_AFTER_END;) {
    let reply: Reply;
    try {
      const answer = await ask(queue, { method: "GET", path, abortSignal });
      reply = readReply(answer.json, jobId);
      failures = 0;
      const { job } = reply;
      // Of its end the status tells more.
      if (job && !isFinal(job)) onSeen?.({ job, answer });
      // Nothing is lost of what no worker has.
      if (job?.status === "IN_QUEUE" && reading.yields.length === 0) reading.mayLack = false;
    } catch (error) {
      abortSignal?.throwIfAborted();
      // What has been drained may be gone before the job itself is.
      if (repliesAfterEnd > 0 && APICallError.isInstance(error) && error.statusCode === 404) return;
      if (!isTransientError(error) || ++failures > MAX_FAILURES) throw error;
      if (error.statusCode !== 429) reading.mayLack = true;
      await pause(pauseAfter(error, failures), abortSignal);
      continue;
    }
    for (const output of reply.yields) {
      if (isExact && reading.mayLack) reading.held.push(output);
      else {
        reading.yields.push(output);
        yield output;
      }
    }
    if (reply.isOver) {
      if (reply.yields.length === 0) return;
      repliesAfterEnd++;
    } else if (reply.yields.length === 0) {
      // A reply that is a list alone never tells the end.
      if (reply.isBare && isFinal((await checkSurely(queue, jobId, abortSignal)).job)) repliesAfterEnd++;
      // The service holds a reply while it has nothing to give; one that comes back empty at once asks for a pause of ours.
      await pause(failurePause(idle++), abortSignal);
    } else {
      idle = 0;
    }
  }
}

/** The status at the end, which one passing fault must not cost. */
async function checkSurely(queue: Queue, jobId: string, abortSignal: AbortSignal | undefined): Promise<JobAnswer> {
  return await retryReads(
    () => readStatus(queue, jobId, abortSignal),
    abortSignal,
    (failures) => failures <= MAX_FAILURES,
  );
}

/** A reply is an object with the list of yields, or by the oldest documentation the list alone. */
function readReply(json: unknown, jobId: string): Reply {
  const list = Array.isArray(json) ? json : isRecord(json) && Array.isArray(json.stream) ? json.stream : [];
  const job = readJob(json, jobId);
  return {
    job,
    isOver: job !== undefined && isFinal(job),
    isBare: Array.isArray(json),
    yields: list.map((element) => isRecord(element) && "output" in element ? element.output : element),
  };
}

/** The rest of an aggregated result, or `undefined` where what has been yielded is not its beginning. */
function missing(seen: unknown[], output: unknown): unknown[] | undefined {
  if (!Array.isArray(output) || output.length <= seen.length) return [];
  const isBeginning = seen.every((value, index) => JSON.stringify(value) === JSON.stringify(output[index]));
  return isBeginning ? output.slice(seen.length) : undefined;
}
