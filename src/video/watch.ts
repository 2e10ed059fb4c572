/**
 * Watches the jobs that this process has started, to cancel those whose caller leaves, and to tell each update once.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { cancelInBackground } from "../job/cancel.ts";
import type { Queue } from "../job/queue.ts";

/** What this process knows of a job that it has started. */
export interface Watch {
  queue: Queue;
  /** The last update that the caller was told. */
  lastUpdate?: string;
  /** Notes that the caller asks for the status, with this signal. */
  noteRead: (abortSignal: AbortSignal | undefined) => void;
  /** Ends the watch: the job has ended, or its wait cancels it. */
  end: () => void;
}

const watches = new WeakMap<object, Watch>();

/** Finds the watch of an operation, if this very process has started it. */
export function findWatch(operation: JSONValue): Watch | undefined {
  return isRecord(operation) ? watches.get(operation) : undefined;
}

/**
 * Cancels a job when its caller aborts while waiting for it.
 *
 * When a caller leaves between two status reads, the SDK tells the model nothing. The start's signal and the last read's
 * signal then both abort. The start's signal alone is no reason to cancel: a caller who only wanted the job started may
 * have left long ago.
 *
 * @param isAwaited Whether it is known from the start that the caller waits.
 */
export function watchJob(
  operation: JSONObject,
  queue: Queue,
  { jobId, abortSignal, isAwaited }: { jobId: string; abortSignal: AbortSignal | undefined; isAwaited: boolean },
): Watch {
  let lastSignal: AbortSignal | undefined;
  const onAbort = async () => {
    // Signals that follow others may abort a little later.
    await undefined;
    if (lastSignal?.aborted) cancelInBackground(queue, { id: jobId });
  };
  const end = () => abortSignal?.removeEventListener("abort", onAbort);
  const noteRead = (signal: AbortSignal | undefined) => {
    if (signal && lastSignal === undefined) abortSignal?.addEventListener("abort", onAbort, { once: true });
    lastSignal = signal ?? lastSignal;
  };
  if (isAwaited) noteRead(abortSignal);
  const watch: Watch = { queue, noteRead, end };
  watches.set(operation, watch);
  return watch;
}
