import type { Job, JobRequest } from "./queue/job.ts";
import type { Route } from "./route.ts";

/** A request on its way through the emulator, with its body read. */
export interface Call {
  method: string;
  url: URL;
  route: Route;
  /** The body as text; empty if it is a form. */
  text: string;
  /** The body, if it is a multipart form. */
  form?: FormData;
  signal: AbortSignal;
  /** Tells the rate limit that the request is over. A response that is a stream calls it when the stream ends. */
  leave: () => void;
}

/** Creates a job on the endpoint that a request names. */
export type Submit = (
  operation: JobRequest["operation"],
  input: Record<string, unknown>,
  request: Record<string, unknown>,
) => Job;
