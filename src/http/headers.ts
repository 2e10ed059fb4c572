/**
 * The headers of a request.
 *
 * @module
 */
import {
  getRuntimeEnvironmentUserAgent,
  isBrowserRuntime,
  VERSION as PROVIDER_UTILS_VERSION,
} from "@ai-sdk/provider-utils";
import { VERSION } from "../version.ts";
import { invalidArgument } from "../invalid_argument.ts";

/**
 * Merges headers, names in lower case. Later sources win; `undefined` values are skipped.
 *
 * @param attempt What is attempted, to follow "Cannot" in the error.
 * @throws {InvalidArgumentError} for a name or value that HTTP does not allow.
 */
export function mergeHeaders(attempt: string, sources: Array<Record<string, string | undefined> | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of sources.flatMap((source) => Object.entries(source ?? {}))) {
    if (value === undefined) continue;
    try {
      headers.set(name, value);
    } catch {
      // The runtime's own error may show the value, which may be a secret.
      throw invalidArgument(attempt, "headers", `header "${name}" has a name or value that HTTP does not allow`);
    }
  }
  return headers;
}

/**
 * The headers of a call that this runtime may send. `ai` adds a user agent, which a browser would ask the server about
 * before the request, and Runpod's servers allow none. One that the settings name is sent.
 */
export function callHeaders(headers: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  if (!isBrowser()) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "user-agent"));
}

/** Adds this package's name and version to the user agent. */
export function addUserAgent(headers: Headers): void {
  if (isBrowser()) return;
  const sdk = [`ai-sdk/runpod/${VERSION}`, `ai-sdk-provider-utils/${PROVIDER_UTILS_VERSION}`];
  const parts = [headers.get("user-agent"), ...sdk, getRuntimeEnvironmentUserAgent()];
  headers.set("user-agent", parts.filter(Boolean).join(" "));
}

/** Whether this is a browser's page or worker. A worker has no `window`. */
function isBrowser(): boolean {
  return isBrowserRuntime() || /^Mozilla\//.test(globalThis.navigator?.userAgent);
}
