/**
 * One request: key, headers, fetch, body, errors. The only caller of `fetch`.
 *
 * @module
 */
import { InvalidArgumentError, LoadAPIKeyError } from "@ai-sdk/provider";
import {
  getRuntimeEnvironmentUserAgent,
  isBrowserRuntime,
  isSameOrigin,
  loadOptionalSetting,
  VERSION as PROVIDER_UTILS_VERSION,
} from "@ai-sdk/provider-utils";
import { untilAborted } from "./abort.ts";
import { isRunpodUrl } from "./endpoint.ts";
import { type Answer, answerError, networkError, type RetryCost } from "./error.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { VERSION } from "../version.ts";

/** A request to an endpoint. */
export interface ApiRequest {
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  method: "GET" | "POST";
  url: string;
  /** Sent as JSON, and shown in errors. */
  body?: unknown;
  /** What is sent in the place of `body`, which then only shows it: JSON that was written before, or a form. */
  content?: string | FormData;
  /** Headers of this call. They win over the settings'. */
  headers?: Record<string, string | undefined>;
  abortSignal?: AbortSignal;
  /** Whether the request goes on after an abort once it has been sent; whoever waits has to stop by itself. */
  outlivesAbort?: boolean;
  retryCost: RetryCost;
}

/** A success whose body is still to be read. */
export interface OpenAnswer {
  response: Response;
  headers: Record<string, string>;
  /** The answer with a text from its body, for errors. */
  read: (text: string) => Answer;
  /** The error for a body that breaks off. */
  brokenBy: (cause: unknown) => Error;
}

/** A success as bytes. */
export interface BytesAnswer {
  bytes: Uint8Array;
  headers: Record<string, string>;
  /** The answer with its bytes as text, for what turns out to be text. */
  asText: () => Answer;
}

/** Sends a request and reads the whole answer, whatever its status. */
export async function request(settings: RunpodProviderSettings, call: ApiRequest): Promise<Answer> {
  return await readWhole(await send(settings, call), call);
}

/**
 * Sends a request and leaves the body of a success unread.
 *
 * @throws {APICallError} when the status is not 2xx.
 */
export async function open(
  settings: RunpodProviderSettings,
  call: ApiRequest & { notFound?: string },
): Promise<OpenAnswer> {
  const answer = await send(settings, call);
  if (answer.response.ok) return answer;
  throw answerError({ ...call, answer: await readWhole(answer, call) });
}

/**
 * Sends a request and reads the bytes of a success.
 *
 * @throws {APICallError} when the status is not 2xx.
 */
export async function requestBytes(
  settings: RunpodProviderSettings,
  call: ApiRequest & { notFound?: string },
): Promise<BytesAnswer> {
  const answer = await open(settings, call);
  const bytes = new Uint8Array(await untilRead(answer.response.arrayBuffer(), answer, call));
  return { bytes, headers: answer.headers, asText: () => answer.read(new TextDecoder().decode(bytes)) };
}

async function send(settings: RunpodProviderSettings, call: ApiRequest): Promise<OpenAnswer> {
  const { attempt, method, url, outlivesAbort, retryCost, body: requestBody } = call;
  call.abortSignal?.throwIfAborted();
  const body = call.content ?? (requestBody === undefined ? undefined : stringify(attempt, requestBody));
  const headers = writeHeaders(settings, call, await loadKey(settings, call));
  call.abortSignal?.throwIfAborted();
  const abortSignal = outlivesAbort ? undefined : call.abortSignal;
  const redact = redactor(headers);
  const failure = (cause: unknown, hasBegun: boolean) =>
    networkError({ attempt, url, requestBody, cause: redactError(cause, redact), retryCost, hasBegun });

  // Called as a plain function: Workers and browsers refuse a fetch that is called as another object's method.
  const fetch = settings.fetch ?? globalThis.fetch;
  let response: Response;
  try {
    // A redirect would take the key and the prompt to wherever it points.
    const pending = fetch(url, { method, headers, body, signal: abortSignal, redirect: "manual" });
    response = await untilAborted(pending, abortSignal);
  } catch (cause) {
    abortSignal?.throwIfAborted();
    throw failure(cause, false);
  }
  const shown = Object.fromEntries([...response.headers].map(([name, value]) => [name, redact(value)]));
  return {
    response,
    headers: shown,
    read: (text) => toAnswer(response, shown, redact(text), call),
    brokenBy: (cause) => failure(cause, true),
  };
}

async function readWhole(answer: OpenAnswer, call: ApiRequest): Promise<Answer> {
  return answer.read(await untilRead(answer.response.text(), answer, call));
}

async function untilRead<T>(
  body: Promise<T>,
  { brokenBy }: OpenAnswer,
  { abortSignal, outlivesAbort }: ApiRequest,
): Promise<T> {
  const signal = outlivesAbort ? undefined : abortSignal;
  try {
    return await untilAborted(body, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw brokenBy(cause);
  }
}

function toAnswer(response: Response, headers: Record<string, string>, text: string, call: ApiRequest): Answer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: whoever reads the answer decides what that means.
  }
  return { url: call.url, status: response.status, ok: response.ok, headers, text, json, requestBody: call.body };
}

/**
 * Writes a request's body.
 *
 * @throws {InvalidArgumentError} for what JSON cannot hold.
 */
export function stringify(attempt: string, body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new InvalidArgumentError({
      argument: "body",
      message: `Cannot ${attempt}: the request cannot be written as JSON: ${
        cause instanceof Error ? cause.message : cause
      }`,
      cause,
    });
  }
}

function writeHeaders(
  settings: RunpodProviderSettings,
  call: ApiRequest,
  key: string | undefined,
): Record<string, string> {
  const headers = new Headers();
  const own = {
    authorization: key && `Bearer ${key}`,
    "content-type": call.body === undefined ? undefined : "application/json",
  };
  for (const source of [own, settings.headers, call.headers]) {
    for (const [name, value] of Object.entries(source ?? {})) {
      if (value === undefined) continue;
      try {
        headers.set(name, value);
      } catch {
        // The runtime's own error may show the value, which may be a secret.
        throw new InvalidArgumentError({
          argument: "headers",
          message: `Cannot ${call.attempt}: header "${name}" has a name or value that HTTP does not allow`,
        });
      }
    }
  }
  // The runtime alone knows what it puts between the parts of a form.
  if (call.content instanceof FormData) headers.delete("content-type");
  // Browsers ask the server for permission to send this header, and Runpod's does not give it.
  if (!isBrowserRuntime()) {
    const sdk = [`ai-sdk/runpod/${VERSION}`, `ai-sdk-provider-utils/${PROVIDER_UTILS_VERSION}`];
    const parts = [headers.get("user-agent"), ...sdk, getRuntimeEnvironmentUserAgent()];
    headers.set("user-agent", parts.filter(Boolean).join(" "));
  }
  return Object.fromEntries(headers);
}

/** The key for a URL: required by Runpod itself, optional elsewhere, and never the environment's for a foreign host. */
async function loadKey(settings: RunpodProviderSettings, call: ApiRequest): Promise<string | undefined> {
  const isRunpod = isRunpodUrl(call.url);
  if (hasAuthorization(settings.headers) || hasAuthorization(call.headers)) return undefined;
  const given = typeof settings.apiKey === "function" ? await settings.apiKey() : settings.apiKey;
  if (given !== undefined && typeof given !== "string") throw badKey(call, "the API key is not a string");

  const mayUseEnvironment = isRunpod || (settings.baseURL !== undefined && isSameOrigin(call.url, settings.baseURL));
  const key = (given ?? (mayUseEnvironment ? readEnvironment(call, isRunpod) : undefined))?.trim();
  if (!key) {
    if (!isRunpod) return undefined;
    throw badKey(
      call,
      'the API key is missing; pass "apiKey" to createRunpod or set the RUNPOD_API_KEY environment variable (on Workers, pass the binding: createRunpod({ apiKey: env.RUNPOD_API_KEY }))',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw badKey(call, "the API key has white space or characters inside that a header cannot hold");
  }
  return key;
}

function readEnvironment(call: ApiRequest, isRequired: boolean): string | undefined {
  try {
    return loadOptionalSetting({ settingValue: undefined, environmentVariableName: "RUNPOD_API_KEY" });
  } catch (error) {
    // Deno refuses to read a variable that the program was not allowed to read.
    if (!isRequired) return undefined;
    throw badKey(
      call,
      `RUNPOD_API_KEY could not be read (${
        error instanceof Error ? error.message : error
      }); pass "apiKey" to createRunpod or run with --allow-env=RUNPOD_API_KEY`,
    );
  }
}

function badKey(call: ApiRequest, reason: string): LoadAPIKeyError {
  return new LoadAPIKeyError({ message: `Cannot ${call.attempt}: ${reason}` });
}

function hasAuthorization(headers: Record<string, string | undefined> | undefined): boolean {
  return Object.entries(headers ?? {}).some(([name, value]) =>
    name.toLowerCase() === "authorization" && value !== undefined
  );
}

/** Whether a header, its name in lower case, holds a secret. */
export function isSecretHeader(name: string): boolean {
  return /authorization|cookie|key|secret|token/.test(name);
}

/** Takes the secrets that were sent out of whatever comes back: servers and proxies quote requests in their errors. */
function redactor(headers: Record<string, string>): (text: string) => string {
  const secrets = Object.entries(headers)
    .filter(([name]) => isSecretHeader(name))
    .map(([, value]) => value.replace(/^\w+ /, ""))
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}

// Shorter ones are no secrets, and would be found in any text.
const MIN_SECRET_LENGTH = 6;

/** The same error, unless it quotes a secret: then one that says the rest. */
function redactError(error: unknown, redact: (text: string) => string): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    const shown = `${at.message}\n${at.stack ?? ""}`;
    if (redact(shown) !== shown) return new Error(redact(at.message));
  }
  return error;
}
