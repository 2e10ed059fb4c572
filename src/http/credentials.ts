/**
 * Which server gets the API key and the configured headers.
 *
 * | server | `apiKey` and `headers` of the settings | `RUNPOD_API_KEY` |
 * |---|---|---|
 * | Runpod, over https | sent | sent; a key is required |
 * | the origin of `baseURL`, or else of `RUNPOD_ENDPOINT_BASE_URL` | sent | sent |
 * | any other | never sent: a model id may come from anybody | never sent |
 *
 * No key is sent where the caller sets an `authorization` header. The headers of a call go wherever the call goes.
 *
 * @module
 */
import { LoadAPIKeyError } from "@ai-sdk/provider";
import type { RunpodProviderSettings } from "../settings.ts";
import { isConfiguredOrigin, readVariable } from "./environment.ts";
import { messageOf } from "./error_details.ts";
import { isRunpodUrl } from "./runpod_url.ts";

/** What the choice of a key depends on. */
export interface KeyedRequest {
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  url: string;
  /** Headers of this call. */
  headers?: Record<string, string | undefined>;
}

/** Whether a server may have the key and the configured headers. */
export function isTrusted(settings: RunpodProviderSettings, { url, attempt }: KeyedRequest): boolean {
  return isRunpodUrl(url) || isConfiguredOrigin(settings, url, attempt);
}

/**
 * Finds the API key for a request; `undefined` if it goes without one.
 *
 * @throws {LoadAPIKeyError} when Runpod needs a key and there is none, or when a header cannot carry it.
 */
export async function loadKey(settings: RunpodProviderSettings, request: KeyedRequest): Promise<string | undefined> {
  const { attempt, url } = request;
  if (!isTrusted(settings, request)) return undefined;
  if (hasAuthorization(settings.headers) || hasAuthorization(request.headers)) return undefined;
  const given = typeof settings.apiKey === "function" ? await settings.apiKey() : settings.apiKey;
  if (given !== undefined && typeof given !== "string") throw keyError(attempt, "the API key is not a string");

  const isRequired = isRunpodUrl(url);
  const key = given === undefined ? readEnvironment(attempt, isRequired) : given.trim();
  if (!key) {
    if (!isRequired) return undefined;
    throw keyError(
      attempt,
      'the API key is missing; pass "apiKey" to createRunpod or set the RUNPOD_API_KEY environment variable (on Workers, pass the binding: createRunpod({ apiKey: env.RUNPOD_API_KEY }))',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw keyError(attempt, "the API key contains white space or characters that a header cannot carry");
  }
  return key;
}

/** The key of the environment. */
function readEnvironment(attempt: string, isRequired: boolean): string | undefined {
  try {
    return readVariable("RUNPOD_API_KEY");
  } catch (error) {
    // Deno throws when the program has no permission to read the variable.
    if (!isRequired) return undefined;
    throw keyError(
      attempt,
      `RUNPOD_API_KEY could not be read (${
        messageOf(error)
      }); pass "apiKey" to createRunpod or run with --allow-env=RUNPOD_API_KEY`,
    );
  }
}

function hasAuthorization(headers: Record<string, string | undefined> = {}): boolean {
  return Object.entries(headers).some(([name, value]) => name.toLowerCase() === "authorization" && value !== undefined);
}

function keyError(attempt: string, reason: string): LoadAPIKeyError {
  return new LoadAPIKeyError({ message: `Cannot ${attempt}: ${reason}` });
}
