import { type Outcome, runHandler } from "../workers/handler.ts";
import { changed, type Job, startTime } from "./job.ts";

/** Runs the job's handler if its start time has come and it has not run yet. The end may lie in the future. */
export function runIfDue(job: Job, now: number): void {
  if (job.work === undefined || job.run !== undefined || now < startTime(job)) return;
  const run = job.run = {};
  const { config, timing, workerId } = job.endpoint;
  if (config.outcome !== undefined) {
    job.end = { ...config.outcome, at: job.outputAt };
    return;
  }
  if (Object.keys(job.input).length === 0) {
    // The platform drops an empty input on its way to the worker, whose SDK then never runs the handler.
    job.end = { status: "FAILED", error: "job timed out after 1 retries", retries: 1, at: job.outputAt };
    return;
  }

  // A result that is there at once gets its time from the timeline, even if nobody looked then. A later one gets the
  // time of the clock.
  let isLate = false;
  const emit = (output: unknown) => {
    if (job.run !== run) return;
    const at = job.outputAt + job.yields.length * timing.tokenMillis;
    job.yields.push({ at: isLate ? Math.max(at, Date.now()) : at, output });
    changed(job);
  };
  const finish = (outcome: Outcome) => {
    if (job.run !== run) return;
    const at = Math.max(job.outputAt, job.yields[job.yields.length - 1]?.at ?? 0);
    job.end = { ...outcome, at: isLate ? Math.max(at, Date.now()) : at };
    changed(job);
  };
  const handlerJob = { id: job.id, endpoint: job.endpoint.id, attempt: job.attempt };
  const outcome = runHandler(job.work, job.input, handlerJob, workerId, emit);
  if (!(outcome instanceof Promise)) return finish(outcome);
  isLate = true;
  outcome.then(finish);
}
