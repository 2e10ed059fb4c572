/**
 * Sends one request and reads the response. The only file that calls `fetch` with the API key.
 *
 * @module
 */
import type { RunpodProviderSettings } from "../settings.ts";
import { untilAborted } from "./abort.ts";
import type { Answer } from "./answer.ts";
import { loadKey } from "./credentials.ts";
import { answerError, networkError } from "./error.ts";
import { addUserAgent, callHeaders, mergeHeaders } from "./headers.ts";
import { parseJson, stringify } from "./json.ts";
import { createRedactor, redactError } from "./redaction.ts";
import type { RetryCost } from "./retry_cost.ts";

/** A request to an endpoint. */
export interface ApiRequest {
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  method: "GET" | "POST";
  url: string;
  /** Sent as JSON, and shown in errors. */
  body?: unknown;
  /** The body to send: JSON text, or a form. `body` then only appears in errors. */
  content?: string | FormData;
  /** Headers of this call. They win over those of the settings. */
  headers?: Record<string, string | undefined>;
  /** Ends the request at once, with the signal's reason. */
  abortSignal?: AbortSignal;
  /**
   * Keeps a request running when the signal aborts after it was sent: the response to a submission carries the id that
   * is needed to cancel the job. The caller then has to stop waiting by itself.
   */
  outlivesAbort?: boolean;
  retryCost: RetryCost;
}

/** A response whose body has not been read yet. */
export interface OpenAnswer {
  response: Response;
  /** Response headers without secrets, with names in lower case. */
  headers: Record<string, string>;
  /** Makes the whole answer from the text of its body, for errors. */
  read: (text: string) => Answer;
  /** Makes the error for a body that broke off. */
  brokenBy: (cause: unknown) => Error;
}

/** A successful response as bytes. */
export interface BytesAnswer {
  bytes: Uint8Array;
  /** Response headers without secrets, with names in lower case. */
  headers: Record<string, string>;
  /** The answer with its bytes as text, for when a server sends text where a file was expected. */
  asText: () => Answer;
}

/**
 * Sends a request and reads the whole response, whatever its status.
 *
 * @throws {APICallError} when there is no response, or only a part of one.
 */
export async function request(settings: RunpodProviderSettings, call: ApiRequest): Promise<Answer> {
  return await readWhole(await send(settings, call), call);
}

/**
 * Sends a request and leaves the body of a successful response unread.
 *
 * @throws {APICallError} when there is no response, or its status is not 2xx.
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
 * Sends a request and reads the bytes of a successful response.
 *
 * @throws {APICallError} when there is no response, or its status is not 2xx.
 */
export async function requestBytes(
  settings: RunpodProviderSettings,
  call: ApiRequest & { notFound?: string },
): Promise<BytesAnswer> {
  const answer = await open(settings, call);
  const bytes = new Uint8Array(await readBody(answer.response.arrayBuffer(), answer, call));
  return { bytes, headers: answer.headers, asText: () => answer.read(new TextDecoder().decode(bytes)) };
}

async function send(settings: RunpodProviderSettings, call: ApiRequest): Promise<OpenAnswer> {
  const { attempt, method, url, retryCost, body: requestBody } = call;
  call.abortSignal?.throwIfAborted();
  const body = call.content ?? (requestBody === undefined ? undefined : stringify(attempt, requestBody));
  const key = await untilAborted(loadKey(settings, call), call.abortSignal);
  const headers = writeHeaders(settings, call, key);
  call.abortSignal?.throwIfAborted();

  const signal = signalOf(call);
  const redact = createRedactor(headers);
  const failure = (cause: unknown, hasBegun: boolean) =>
    networkError({ attempt, url, requestBody, headers, cause: redactError(cause, redact), retryCost, hasBegun });

  // Called as a plain function: Workers and browsers refuse a fetch that is called as another object's method.
  const fetch = settings.fetch ?? globalThis.fetch;
  let response: Response;
  try {
    // Following a redirect would send the key and the prompt to wherever it points.
    const pending = fetch(url, { method, headers, body, signal, redirect: "manual" });
    response = await untilAborted(pending, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw failure(cause, false);
  }
  const shown = Object.fromEntries([...response.headers].map(([name, value]) => [name, redact(value)]));
  return {
    response,
    headers: shown,
    read: (raw) => {
      const text = redact(raw);
      const { status, ok } = response;
      return { url, status, ok, headers: shown, text, json: parseJson(text), requestBody };
    },
    brokenBy: (cause) => failure(cause, true),
  };
}

/** The signal that ends a request once it was sent. */
function signalOf({ abortSignal, outlivesAbort }: ApiRequest): AbortSignal | undefined {
  return outlivesAbort ? undefined : abortSignal;
}

async function readWhole(answer: OpenAnswer, call: ApiRequest): Promise<Answer> {
  return answer.read(await readBody(answer.response.text(), answer, call));
}

async function readBody<T>(body: Promise<T>, { brokenBy }: OpenAnswer, call: ApiRequest): Promise<T> {
  const signal = signalOf(call);
  try {
    return await untilAborted(body, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw brokenBy(cause);
  }
}

function writeHeaders(
  settings: RunpodProviderSettings,
  { attempt, body, content, headers: ofCall }: ApiRequest,
  key: string | undefined,
): Record<string, string> {
  const own = {
    authorization: key && `Bearer ${key}`,
    "content-type": body === undefined ? undefined : "application/json",
  };
  const headers = mergeHeaders(attempt, [own, settings.headers, callHeaders(ofCall)]);
  // The runtime writes the content type of a form itself: only it knows the boundary between the parts.
  if (content instanceof FormData) headers.delete("content-type");
  addUserAgent(headers);
  return Object.fromEntries(headers);
}
