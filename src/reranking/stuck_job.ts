/**
 * Explains reranking jobs that never end on some versions of Runpod's worker for Infinity.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError } from "../job/error.ts";

/**
 * Adds the likely cause to the error of a job that did not end. Some versions of the worker make a result that they cannot
 * send, and their job then runs until its time is up.
 */
export function explainStuckJob(error: unknown): unknown {
  if (!RunpodJobError.isInstance(error)) return error;
  // A job whose status could not be read has a cause, and may be well.
  const isStuck = error.status === "IN_PROGRESS" && !APICallError.isInstance(error.cause) || error.kind === "timed-out";
  if (isStuck || /not JSON serializable/i.test(error.message)) {
    error.message +=
      `; some versions of the worker for Infinity cannot send the result of a reranking ("not JSON serializable" in its log), so try a newer one, or vLLM with transport: "rerank"`;
  }
  return error;
}
