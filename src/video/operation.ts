/**
 * A video that is being made: the JSON that names its job, and the webhook that says it is done.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { checkWaitOptions, type RunpodWaitOptions } from "../job/options.ts";
import type { Queue } from "../job/queue.ts";
import { invalidArgument } from "../invalid_argument.ts";
import { parseUrl } from "../parse_url.ts";

/**
 * What the caller stores of a video. It holds no key, and no address that a key would be sent to, because whoever had it
 * in between may have changed it.
 */
export interface Operation {
  /** The endpoint's id or slug. */
  endpoint: string;
  /** The job's id. */
  jobId: string;
  /** When the operation was started, in milliseconds since 1970. */
  startedAt: number;
  /** How to wait for the job, where the SDK asks for its status only once: after a webhook. */
  wait?: RunpodWaitOptions;
}

/** Writes an operation as plain JSON. */
export function writeOperation({ wait, ...operation }: Operation): JSONObject {
  return { ...operation, ...(wait && { wait: { ...wait } }) };
}

/**
 * Reads an operation.
 *
 * @throws {InvalidArgumentError} for any other value, and for an operation of another endpoint.
 */
export function readOperation({ attempt, endpoint }: Queue, operation: JSONValue): Operation {
  const { endpoint: name, jobId, startedAt, wait } = isRecord(operation) ? operation : {};
  const refuse = (reason: string) => invalidArgument(attempt, "operation", reason);
  if (typeof name !== "string" || typeof jobId !== "string" || jobId === "") {
    throw refuse("the operation is not what doStart returned");
  }
  if (name !== endpoint.name) throw refuse(`the operation is of endpoint "${name}", and this is "${endpoint.name}"`);
  if (isRecord(wait)) checkWaitOptions(wait);
  return {
    endpoint: name,
    jobId,
    startedAt: typeof startedAt === "number" ? startedAt : 0,
    ...(isRecord(wait) && { wait }),
  };
}

const AWAITED = "#awaited";

/** Marks the URL of a webhook that `generateVideo` waits for. The mark is a fragment, which is never sent. */
export function markAwaited(url: string): string {
  return url + AWAITED;
}

/**
 * Reads a webhook's URL.
 *
 * @throws {InvalidArgumentError} for any other value than an http(s) URL.
 */
export function readWebhook({ attempt }: Queue, marked: string): { webhook: string; isAwaited: boolean } {
  const isAwaited = marked.endsWith(AWAITED);
  const webhook = isAwaited ? marked.slice(0, -AWAITED.length) : marked;
  if (/^https?:\/\//i.test(webhook) && parseUrl(webhook)) return { webhook, isAwaited };
  throw invalidArgument(attempt, "webhook", "the webhook's URL is not an http(s) URL");
}
