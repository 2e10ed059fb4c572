import type { Call } from "../call.ts";
import { isRecord, parseJson } from "../common/json.ts";
import { serviceError } from "../common/response.ts";
import type { Endpoint } from "./endpoint.ts";
import { isLargerThan, MEBIBYTE } from "./size_limit.ts";

/** The body of a submission. */
export type Submission = Record<string, unknown> & { input: Record<string, unknown> };

/** Reads the body of `/run` or `/runsync`; returns the error response if the service refuses it. */
export function readSubmission({ text, route }: Call, endpoint: Endpoint): Submission | Response {
  const mebibytes = route.operation === "run" ? 10 : 20;
  if (isLargerThan(text, mebibytes * MEBIBYTE)) {
    return serviceError(endpoint.behavior.oversizeStatus ?? 413, `request body is larger than ${mebibytes} MiB`);
  }
  const request = parseJson(text);
  if (request === undefined) return serviceError(400, "request body is not valid JSON");
  if (!isRecord(request) || !isRecord(request.input)) {
    return serviceError(400, 'request body must have an object "input"');
  }
  return { ...request, input: request.input };
}
