/**
 * The environment variables that Runpod's own SDKs read too.
 *
 * @module
 */
import { isSameOrigin, loadOptionalSetting } from "@ai-sdk/provider-utils";
import { invalidArgument } from "../invalid_argument.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import type { Endpoint } from "./endpoint.ts";
import { cleanUrl, DEFAULT_PREFIX, hideCredentials, isRunpodUrl } from "./runpod_url.ts";

const BASE_URL = "RUNPOD_ENDPOINT_BASE_URL";

/**
 * Reads an environment variable; `undefined` if it is not set or empty, or if the runtime has no environment.
 *
 * @throws what the runtime throws when the program may not read it, as Deno does.
 */
export function readVariable(name: string): string | undefined {
  return loadOptionalSetting({ settingValue: undefined, environmentVariableName: name })?.trim() || undefined;
}

/**
 * Moves an endpoint of Runpod's to `RUNPOD_ENDPOINT_BASE_URL`, unless the settings name a `baseURL`. So an app can run
 * against a local Runpod without a change of its code.
 *
 * @throws {InvalidArgumentError} for a variable that paths cannot be appended to.
 */
export function atEnvironmentBase(settings: RunpodProviderSettings, endpoint: Endpoint, attempt: string): Endpoint {
  const { name, root, openaiRoot } = endpoint;
  if (settings.baseURL !== undefined || !isRunpodUrl(openaiRoot)) return endpoint;
  const base = readBaseUrl(attempt);
  if (base === undefined) return endpoint;
  const moved = root === undefined ? `${base}/${name}` : base + root.slice(DEFAULT_PREFIX.length);
  return { ...endpoint, root: root && moved, openaiRoot: `${moved}/openai/v1` };
}

/** Whether a URL has the origin that the caller has configured: that of `baseURL`, or else that of the environment's. */
export function isConfiguredOrigin({ baseURL }: RunpodProviderSettings, url: string, attempt: string): boolean {
  const base = baseURL ?? readBaseUrl(attempt);
  return base !== undefined && isSameOrigin(url, base);
}

function readBaseUrl(attempt: string): string | undefined {
  let base: string | undefined;
  try {
    base = readVariable(BASE_URL);
  } catch {
    // A program that may not read the variable has not been told to go elsewhere.
  }
  const refuse = (reason: string) =>
    invalidArgument(attempt, BASE_URL, `${BASE_URL} "${hideCredentials(base!)}" cannot be used: ${reason}`);
  return base && cleanUrl(base, refuse);
}
