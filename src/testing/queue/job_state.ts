import { dispatchesOf, endJob, executionDeadline, IN_QUEUE, type Job, type JobEnd, MINUTE, type Step } from "./job.ts";
import { runIfDue } from "./run.ts";

/** The end of a job; undefined if the job has not ended by now. */
export function endOf(job: Job, now: number): JobEnd | undefined {
  runIfDue(job, now);
  const { end } = job;
  const deadline = executionDeadline(job);
  if (end !== undefined && end.at <= deadline) return end.at <= now ? end : undefined;
  if (deadline > now) return undefined;
  const status = job.endpoint.behavior.executionTimeoutStatus ?? "FAILED";
  return { status, error: "executionTimeout exceeded", at: deadline };
}

/** Ends a job now, unless it has ended. */
export function cancel(job: Job, now: number): void {
  if (endOf(job, now) !== undefined) return;
  endJob(job, { status: "CANCELLED", at: now });
}

/** Whether the job's yield with this index is there by now. */
export function hasYielded(job: Job, index: number, now: number): boolean {
  const until = endOf(job, now)?.at ?? now;
  return index < job.yields.length && job.yields[index].at <= until;
}

/** Whether a worker has the job, or had it. */
export function isPickedUp(job: Job, now: number): boolean {
  return stepsUntil(job, now).some(({ status }) => status !== IN_QUEUE);
}

/** The job as the API shows it. */
export function envelope(job: Job, now: number): Record<string, unknown> {
  const end = endOf(job, now);
  const steps = stepsUntil(job, end?.at ?? now);
  const last = steps[steps.length - 1];
  const shown: Record<string, unknown> = { id: job.id, status: end?.status ?? last.status };
  const dispatches = dispatchesOf(steps);
  const { queuedAt, startedAt, workerId } = dispatches[dispatches.length - 1];
  if (startedAt !== undefined) {
    shown.delayTime = Math.round(startedAt - queuedAt);
    shown.workerId = workerId ?? job.endpoint.workerId;
    if (end !== undefined) shown.executionTime = Math.round(Math.max(0, end.at - startedAt));
  }
  const retries = end?.retries ?? dispatches.length - 1;
  if (retries > 0) shown.retries = retries;
  const output = end === undefined ? last.output : end.output;
  if (output !== undefined) shown.output = output;
  if (end?.error !== undefined) shown.error = end.error;
  return shown;
}

/** When the job's time to live is over, which removes a job in any state. */
export function removalTime(job: Job): number {
  return job.submittedAt + job.ttlMillis;
}

/** Whether the service still knows the job: its time to live is not over, and its result has not expired. */
export function isKept(job: Job, now: number): boolean {
  if (now >= removalTime(job)) return false;
  const end = endOf(job, now);
  return end === undefined || now < end.at + (job.operation === "run" ? 30 * MINUTE : MINUTE);
}

/** The next time at which the clock alone changes the job. */
export function nextChange(job: Job, now: number): number {
  let next = Infinity;
  const consider = (at: number | undefined) => {
    if (at !== undefined && at > now && at < next) next = at;
  };
  consider(executionDeadline(job));
  for (const step of job.steps) consider(step.at);
  consider(job.yields.find((item) => item.at > now)?.at);
  consider(job.end?.at);
  return next;
}

function stepsUntil(job: Job, now: number): Step[] {
  const steps = job.steps.filter((step) => step.at <= now);
  return steps.length > 0 ? steps : job.steps.slice(0, 1);
}
