import { serviceJson } from "../common/response.ts";
import type { Job } from "./job.ts";
import { endOf, envelope, hasYielded } from "./job_state.ts";
import { waitFor } from "./wait.ts";
import { waitMillis } from "./wait_parameter.ts";

/** Answers `/stream`: the yields since the last call, each handed out once. Waits while a running job has no new ones. */
export async function stream(job: Job, url: URL, signal: AbortSignal): Promise<Response> {
  const holdsInQueue = url.searchParams.has("wait");
  const hasNews = (now: number) => {
    if (endOf(job, now) !== undefined || hasYielded(job, job.drained, now)) return true;
    return !holdsInQueue && envelope(job, now).status === "IN_QUEUE";
  };
  await waitFor(job, hasNews, waitMillis(url, 0, 300_000, 10_000), signal);

  const now = Date.now();
  const chunks: Array<{ output: unknown }> = [];
  while (hasYielded(job, job.drained, now)) chunks.push({ output: job.yields[job.drained++].output });
  const { status } = envelope(job, now);
  const hidesEnd = job.endpoint.behavior.streamEnd === "before" && chunks.length > 0 && endOf(job, now) !== undefined;
  return serviceJson(200, { status: hidesEnd ? "IN_PROGRESS" : status, stream: chunks });
}
