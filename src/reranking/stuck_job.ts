/**
 * Explains reranking jobs that never end on Runpod's worker for Infinity.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError } from "../job/error.ts";

/**
 * Adds what to do to the error of a worker that has no such route, and the likely cause to that of a job that did not end. The worker makes a result that it cannot send, and
 * its job then runs until its time is up.
 */
export function explainStuckJob(error: unknown): unknown {
  if (APICallError.isInstance(error) && error.message.includes("Invalid OpenAI Route")) {
    error.message += '; Runpod\'s worker for Infinity ranks by jobs: worker: "infinity"';
  }
  if (!RunpodJobError.isInstance(error)) return error;
  // A job whose status could not be read has a cause, and may be well.
  const isStuck = error.status === "IN_PROGRESS" && !APICallError.isInstance(error.cause) || error.kind === "timed-out";
  if (isStuck || /not JSON serializable/i.test(error.message)) {
    error.message +=
      `; Runpod's worker for Infinity cannot send the result of a reranking ("not JSON serializable" in its log) since Infinity 0.0.63, so use an image with 0.0.53, or vLLM with transport: "rerank"`;
  }
  return error;
}
