/**
 * A video that is being made: the JSON that tells which one, and the webhook that tells when.
 *
 * @module
 */
import { InvalidArgumentError, type JSONObject, type JSONValue } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { checkWaitOptions, type RunpodWaitOptions } from "../job/options.ts";
import type { Queue } from "../job/queue.ts";

/** What is stored of a video. No key, and no address that a key would be sent to: it may have been out of our hands. */
export interface Operation {
  /** The endpoint's id or slug. */
  endpoint: string;
  /** The job's id. */
  jobId: string;
  /** When the operation was started, in milliseconds since 1970. */
  startedAt: number;
  /** How to wait for the job, where the SDK looks but once: after a webhook. */
  wait?: RunpodWaitOptions;
}

/** Writes an operation as plain JSON. */
export function writeOperation({ wait, ...operation }: Operation): JSONObject {
  return { ...operation, ...(wait && { wait: { ...wait } }) };
}

/**
 * Reads an operation.
 *
 * @throws {InvalidArgumentError} when it is none, or belongs to another endpoint.
 */
export function readOperation({ attempt, endpoint }: Queue, operation: JSONValue): Operation {
  const { endpoint: name, jobId, startedAt, wait } = isRecord(operation) ? operation : {};
  const refuse = (reason: string) =>
    new InvalidArgumentError({ argument: "operation", message: `Cannot ${attempt}: ${reason}` });
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

/** Marks the URL of a webhook for which `generateVideo` waits. A fragment, which is never sent. */
export function markAwaited(url: string): string {
  return url + AWAITED;
}

/**
 * Reads a webhook's URL.
 *
 * @throws {InvalidArgumentError} when it is no http(s) URL.
 */
export function readWebhook({ attempt }: Queue, marked: string): { webhook: string; isAwaited: boolean } {
  const isAwaited = marked.endsWith(AWAITED);
  const webhook = isAwaited ? marked.slice(0, -AWAITED.length) : marked;
  if (/^https?:\/\//i.test(webhook) && URL.canParse(webhook)) return { webhook, isAwaited };
  throw new InvalidArgumentError({
    argument: "webhook",
    message: `Cannot ${attempt}: the webhook's URL ${JSON.stringify(webhook)} is not an http(s) URL`,
  });
}
