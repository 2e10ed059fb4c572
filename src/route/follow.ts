/**
 * The outcome of a job that stands where a result was expected.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import type { ApiRequest } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import type { Answer } from "../http/error.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { isFinal, readJob } from "../job/envelope.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import { runJob } from "../job/wait.ts";

/**
 * Waits for the job that an answer holds in place of a result, as the gateway answers when no worker is there in time;
 * any other answer is returned as it is.
 *
 * @throws {RunpodJobError} when the job ends without a result, or not in time.
 */
export async function followAnswer(
  answer: Answer,
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  { attempt, headers, abortSignal }: Pick<ApiRequest, "attempt" | "headers" | "abortSignal">,
  wait: RunpodWaitOptions = {},
): Promise<Answer> {
  const job = answer.ok && isRecord(answer.json) && !("choices" in answer.json) ? readJob(answer.json) : undefined;
  if (!job || isFinal(job) || endpoint.root === undefined) return answer;
  const queue = { settings, endpoint, attempt, headers };
  return await runJob(queue, { jobId: job.id }, { ...wait, abortSignal }, (result) => result.answer);
}
