/**
 * Why an output holds no result: what a worker says of a failure, and what came in the place of a result.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { readError, readReasons, shorten, showValue } from "../http/error_details.ts";

/** What an output says of a failure; `undefined` where it tells of none. */
export function readFailure(output: unknown): string | undefined {
  const problem = readProblems(output);
  if (problem !== undefined) return problem;
  const [value] = Array.isArray(output) && output.length === 1 ? output : [output];
  if (!isRecord(value)) return readFailureText(value);
  const { message, status, success = true } = value;
  const hasFailed = success === false || (typeof status === "string" && /fail|error/i.test(status));
  return hasFailed
    ? readError(message)?.message ?? String(status)
    : Object.values(value).map(readFailureText).find((text) => text !== undefined);
}

/** What an output says went wrong, be it beside a result: its errors, or those of its parts. */
export function readProblems(output: unknown): string | undefined {
  const parts = [output].flat().slice(0, 1000);
  return parts.map((part) => isRecord(part) ? readReasons(part) : undefined).find((reason) => reason !== undefined)
    ?.message;
}

/** A text that itself says it is an error. A report of success may have the word too, so it has to begin with it. */
function readFailureText(value: unknown): string | undefined {
  const isFailure = typeof value === "string" &&
    /^\s*(failed|failure|error|\w*exception|traceback)\b.*[:(]/i.test(value.slice(0, 200));
  return isFailure ? readError(value)?.message : undefined;
}

/** What workers answer in the place of a result, as it is shown, and what that means. */
const CLUES: Array<[shown: RegExp, meaning: string]> = [
  [
    /"simulated_uploaded\//,
    "the worker has no bucket to upload to (BUCKET_ENDPOINT_URL and its keys, on the endpoint)",
  ],
  [/"success_no_images"/, "this worker returns what nodes save as images or videos, and no sound"],
  [/"(s3|gs):\/\/|"bucket":/, "an address in a bucket cannot be read from here; have the worker return a signed URL"],
  [
    /"\/[\w.-]+\/[^"]*\.\w+"/,
    "a path on the worker's disk cannot be read from here; have the worker return the file or a URL",
  ],
  [
    /^\[\]$/,
    "a generator handler without return_aggregate_stream returns an empty list; endpoint(…).stream(…) has its yields",
  ],
];

/** What came in the place of a result, shortened, and what it means where that is known. */
export function describeOutput(output: unknown): string {
  const shown = showValue(output, 300, (_, value) => typeof value === "string" ? showText(value) : value);
  const [, meaning] = CLUES.find(([pattern]) => pattern.test(shown)) ?? [];
  return meaning === undefined ? shown : `${shown}; ${meaning}`;
}

function showText(text: string): string {
  if (/^(data:[^,]*,)?[\w+/-]{40}/.test(text.slice(0, 300))) return `<${text.length} characters of base64>`;
  // The query of a URL may be its signature.
  return shorten(/^https?:/i.test(text) ? text.split("?")[0] : text, 150);
}
