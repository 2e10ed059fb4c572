/**
 * Remembers which jobs were submitted a moment ago. The service may not know their ids yet, so a 404 says nothing then.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { RunpodProviderSettings } from "../settings.ts";
import { NOT_FOUND_GRACE_MILLIS } from "./limits.ts";
import { retryReads } from "./retry.ts";
import type { Queue } from "./queue.ts";

/** When each job was submitted, in milliseconds since 1970, by its id, the oldest first; by provider. */
const recentJobs = new WeakMap<RunpodProviderSettings, Map<string, number>>();

/** Notes that a job was submitted just now. */
export function noteSubmitted(settings: RunpodProviderSettings, jobId: string): void {
  const jobs = recentJobs.get(settings) ?? new Map<string, number>();
  recentJobs.set(settings, jobs);
  const now = Date.now();
  for (const [id, submittedAt] of jobs) {
    if (now - submittedAt < NOT_FOUND_GRACE_MILLIS) break;
    jobs.delete(id);
  }
  jobs.set(jobId, now);
}

/** When a job was submitted, in milliseconds since 1970; 0 if that was not a moment ago. */
export function submittedAtOf(settings: RunpodProviderSettings, jobId: string): number {
  return recentJobs.get(settings)?.get(jobId) ?? 0;
}

/** Makes a request about a job, and makes it again while the service does not know the job that was submitted a moment ago. */
export async function whileUnknown<T>(
  { settings }: Queue,
  jobId: string,
  signal: AbortSignal | undefined,
  request: () => Promise<T>,
): Promise<T> {
  const submittedAt = submittedAtOf(settings, jobId);
  if (submittedAt === 0) return await request();
  let isUnknown = false;
  const once = async () => {
    try {
      return await request();
    } catch (error) {
      isUnknown = APICallError.isInstance(error) && error.statusCode === 404;
      throw error;
    }
  };
  return await retryReads(once, signal, () => isUnknown, submittedAt);
}
