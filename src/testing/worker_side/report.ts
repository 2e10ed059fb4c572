import { isRecord, parseJson } from "../common/json.ts";
import { isLargerThan, MEBIBYTE } from "../queue/size_limit.ts";
import type { Job } from "../queue/job.ts";
import type { Outcome } from "../workers/handler.ts";
import { isTruthy } from "../workers/python.ts";

/** What a worker reports about a job. */
export type Report =
  | { kind: "progress"; output: unknown }
  | { kind: "end"; outcome: Outcome; restart: boolean }
  /** Cannot be accepted, with the reason. */
  | { kind: "wrong"; reason: string };

/** Reads the body of `job-done`. Results have the same limits as the submissions of their operation. */
export function readReport(text: string, job: Job): Report {
  const mebibytes = job.operation === "run" ? 10 : 20;
  if (isLargerThan(text, mebibytes * MEBIBYTE)) {
    return { kind: "wrong", reason: `the result is larger than ${mebibytes} MiB` };
  }
  // The content type says "form", but the body is JSON.
  const body = parseJson(text);
  if (!isRecord(body)) return { kind: "wrong", reason: "the result is not a JSON object" };
  if (body.status === "IN_PROGRESS") return { kind: "progress", output: body.output };

  const hasFailed = isTruthy(body.error);
  const outcome: Outcome = { status: hasFailed ? "FAILED" : "COMPLETED" };
  // The service leaves out null.
  if (body.output !== undefined && body.output !== null) outcome.output = body.output;
  if (hasFailed) outcome.error = body.error;
  return { kind: "end", outcome, restart: body.stopPod === true };
}
