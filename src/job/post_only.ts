/**
 * Remembers queues that only take POST: the local server of Runpod's worker SDK (`--rp_serve_api`).
 *
 * Such a server runs a job when its status or its stream is first asked for, within that request, and forgets the job
 * with the answer. So a read may take as long as the job, must not be repeated, and there is nothing to read afterwards.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { Endpoint } from "../http/endpoint.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** A queue of one provider. */
interface KnownQueue {
  settings: RunpodProviderSettings;
  endpoint: Endpoint;
}

/** The roots of such queues, by provider. */
const roots = new WeakMap<RunpodProviderSettings, Set<string | undefined>>();

/** Whether the queue is known to take only POST. */
export function isPostOnly({ settings, endpoint }: KnownQueue): boolean {
  return roots.get(settings)?.has(endpoint.root) ?? false;
}

/** Notes that a queue takes only POST, if that is what the error says. */
export function notePostOnly({ settings, endpoint }: KnownQueue, error: unknown): boolean {
  if (!APICallError.isInstance(error) || error.statusCode !== 405) return false;
  roots.set(settings, (roots.get(settings) ?? new Set()).add(endpoint.root));
  return true;
}

/** What such a server says of a job that it does not have, with HTTP 200. */
export const JOB_NOT_FOUND = "Job ID not found";

/** What such a server says, with HTTP 200, when the handler is not a generator. The job has then not run. */
export const STREAM_NOT_SUPPORTED = /^Stream not supported/;
