/**
 * Follows a job that was returned in place of an answer of an OpenAI route.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import { isFinal, readJob } from "../job/envelope.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import type { Queue } from "../job/queue.ts";
import { runJob } from "../job/run_job.ts";

/**
 * Waits for the job that Runpod's gateway returns in place of an answer when no worker was there in time. Any other answer
 * is returned as it is.
 *
 * @throws {RunpodJobError} when the job ends without a result, or not in time.
 */
export async function followAnswer(
  answer: Answer,
  queue: Queue,
  wait: RunpodWaitOptions & { abortSignal?: AbortSignal },
): Promise<Answer> {
  const job = answer.ok && isRecord(answer.json) && !("choices" in answer.json) ? readJob(answer.json) : undefined;
  if (!job || isFinal(job) || queue.endpoint.root === undefined) return answer;
  return await runJob(queue, { jobId: job.id, submittedAt: Date.now() }, wait, (result) => result.answer);
}
