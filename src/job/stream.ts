/**
 * Yields what a job yields, while it runs.
 *
 * `/stream` gives each value once: the service forgets what was read, and a reply that is lost takes its values along.
 * So there is one reader at a time, and values that were lost are taken from the job's result, if the worker collects
 * them there.
 *
 * @module
 */
import { cancelInBackground } from "./cancel.ts";
import { jobError } from "./failure.ts";
import type { SeenJob } from "./job_wait.ts";
import type { Queue } from "./queue.ts";
import { readReplies, readStatusWithRetries, type StreamState } from "./stream_replies.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** How to read what a job yields. */
export interface StreamOptions {
  /** Ends the stream at once, with the signal's reason. */
  abortSignal?: AbortSignal;
  /**
   * Whether an abort, or a consumer who leaves before the end, cancels the job.
   *
   * @default true
   */
  cancelOnAbort?: boolean;
  /**
   * Whether the values must come without a gap. After a reply was lost, the rest then comes from the job's result, at its
   * end; otherwise the values of later replies are passed on at once.
   *
   * @default false
   */
  isExact?: boolean;
  /** When the job was submitted, in milliseconds since 1970, if that is known. */
  submittedAt?: number;
  /** Called with the job after each reply, and at its end. */
  onSeen?: (seen: SeenJob) => void;
}

/** A reader of a stream. */
interface Reader {
  /** When it gave a value that its consumer has not come back from; absent while it reads. */
  gaveAt?: number;
}

/** The readers by the root URL of the queue and the job's id. */
const readers = new Map<string, Reader>();

/** A consumer that does not come back for so long, in milliseconds, has dropped its stream without a word. */
const DROPPED_MILLIS = 60_000;

/**
 * Yields what a job yields, until the job has ended.
 *
 * @throws {RunpodJobError} when the job ends without a result, or when a reply was lost, and the result does not show that none
 *   of its values is missing.
 * @throws {InvalidArgumentError} when the job's stream is already being read.
 * @throws the abort signal's reason, as soon as it aborts.
 */
export async function* streamJob(
  queue: Queue,
  jobId: string,
  { abortSignal, cancelOnAbort = true, isExact = false, submittedAt = 0, onSeen }: StreamOptions,
): AsyncGenerator<unknown, void, undefined> {
  const key = `${queue.endpoint.root} ${jobId}`;
  const { gaveAt = Infinity } = readers.get(key) ?? { gaveAt: 0 };
  if (Date.now() - gaveAt < DROPPED_MILLIS) {
    throw taken(queue, jobId, "is already being read, and two readers would take each other's values");
  }
  const own: Reader = {};
  readers.set(key, own);
  // When the consumer leaves a generator, only its last block runs.
  let isLeft = true;
  try {
    const state: StreamState = { submittedAt, delivered: [], withheld: [], mayHaveLost: false };
    for await (const { seen, yields } of readReplies(queue, jobId, abortSignal, state)) {
      if (seen) onSeen?.(seen);
      for (const output of yields) {
        const isWithheld = isExact && state.mayHaveLost;
        (isWithheld ? state.withheld : state.delivered).push(output);
        if (isWithheld) continue;
        own.gaveAt = Date.now();
        yield output;
        own.gaveAt = undefined;
        if (readers.get(key) !== own) throw taken(queue, jobId, "was read by another reader meanwhile");
      }
    }
    const result = state.final ?? await readStatusWithRetries(queue, jobId, abortSignal);
    onSeen?.(result);
    const rest = undelivered(state, result.job.output);
    yield* rest ?? [];
    isLeft = false;
    if (result.job.status !== "COMPLETED") throw jobError(queue, result);
    if (rest === undefined && state.mayHaveLost) throw lostReply(queue, result);
  } catch (error) {
    isLeft = abortSignal?.aborted ?? false;
    abortSignal?.throwIfAborted();
    throw error;
  } finally {
    const isOwn = readers.get(key) === own;
    if (isOwn) readers.delete(key);
    if (isOwn && isLeft && cancelOnAbort) cancelInBackground(queue, { id: jobId });
  }
}

function taken({ attempt }: Queue, jobId: string, what: string): Error {
  return invalidArgument(attempt, "jobId", `job "${jobId}" ${what}`);
}

function lostReply(queue: Queue, result: SeenJob): Error {
  const { output } = result.job;
  const where = Array.isArray(output) && output.length > 0
    ? "job.output has them all"
    : "its result does not have them";
  const reason = `completed, but a reply of its stream was lost, perhaps with values; ${where}`;
  return jobError(queue, result, { kind: "no-output", reason });
}

/**
 * The values of a result that were not delivered yet; `undefined` if they cannot be told, because the result does not begin
 * with what was delivered, or lacks some of what was withheld.
 */
function undelivered({ delivered, withheld }: StreamState, output: unknown): unknown[] | undefined {
  // The result of a handler that is not a generator, whose stream has no values.
  if (!Array.isArray(output)) return delivered.length + withheld.length === 0 && output != null ? [] : undefined;
  const rest = output.slice(delivered.length);
  // An empty list shows nothing: workers that do not collect their values send one too.
  const isWhole = output.length > 0 && rest.length >= withheld.length && output.length >= delivered.length &&
    delivered.every((value, index) => isSame(value, output[index]));
  return isWhole ? rest : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(a) === JSON.stringify(b);
  } catch {
    // They are nested deeper than the stack allows.
    return false;
  }
}
