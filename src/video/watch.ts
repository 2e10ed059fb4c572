/**
 * Who waits in this process for a video that is being made, and what they were told.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { cancelInBackground } from "../job/cancel.ts";
import type { Queue } from "../job/queue.ts";

/** What this process knows of a video that it has started. */
export interface Watch {
  queue: Queue;
  /** The last update that the caller was told. */
  lastUpdate?: string;
  /** Takes note of a look at the job. */
  looked: (abortSignal: AbortSignal | undefined) => void;
  /** The job has ended, or somebody else cancels it. */
  over: () => void;
}

const watches = new WeakMap<object, Watch>();

/** The watch over an operation that this very process has started. */
export function watchOver(operation: JSONValue): Watch | undefined {
  return isRecord(operation) ? watches.get(operation) : undefined;
}

/**
 * Cancels a job when the one who has started it aborts while waiting for it.
 *
 * The SDK tells nobody that it has left between two looks. But the signal of the start still aborts then, and so does the
 * one of the last look, which follows it. The signal of the start alone is no reason: whoever only wanted a video started
 * may be long gone.
 *
 * @param isWaiting Whether it is known from the start that somebody waits.
 */
export function watch(
  operation: JSONObject,
  queue: Queue,
  { jobId, abortSignal, isWaiting }: { jobId: string; abortSignal: AbortSignal | undefined; isWaiting: boolean },
): Watch {
  let last: AbortSignal | undefined;
  const onAbort = async () => {
    // Signals that follow others may abort a little later.
    await undefined;
    if (last?.aborted) cancelInBackground(queue, { id: jobId });
  };
  const over = () => abortSignal?.removeEventListener("abort", onAbort);
  const looked = (signal: AbortSignal | undefined) => {
    if (signal && last === undefined) abortSignal?.addEventListener("abort", onAbort, { once: true });
    last = signal ?? last;
  };
  if (isWaiting) looked(abortSignal);
  const made: Watch = { queue, looked, over };
  watches.set(operation, made);
  return made;
}
