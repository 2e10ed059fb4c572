import type { Call } from "../call.ts";
import type { Job } from "../queue/job.ts";
import type { ServerReply } from "../workers/server_reply.ts";

/** How the OpenAI routes of one kind become jobs, and how jobs become their responses. */
export interface RouteKind {
  /** The input of the job that a request becomes. */
  inputOf(call: Call, isQueued: boolean): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** The response for the output of a completed job. */
  responseOf(output: unknown, headers: Record<string, string>): Response;
  /** The model server's own error, if it is why the job failed: the job has it only as text. */
  refusalOf(job: Job, now: number): ServerReply | undefined;
}
