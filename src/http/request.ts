/**
 * Sends one request and reads the response. The only file that calls `fetch` with the API key.
 *
 * @module
 */
import type { RunpodProviderSettings } from "../settings.ts";
import { inMegabytes, MAX_BYTES } from "../limits.ts";
import { untilAborted } from "./abort.ts";
import type { Answer } from "./answer.ts";
import { type Body, join, openBody, readUpTo } from "./body.ts";
import { isTrusted, loadKey } from "./credentials.ts";
import { answerError, networkError, oversizeError } from "./error.ts";
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
   * How long a request goes on when the signal aborts after it was sent, in milliseconds from its start: the response to a
   * submission carries the id that is needed to cancel the job. The caller then has to stop waiting by itself.
   *
   * @default 0
   */
  outlivesAbortMillis?: number;
  /** Texts of the body that no error may show. */
  secrets?: readonly string[];
  retryCost: RetryCost;
}

/** A response whose body has not been read yet. */
export interface OpenAnswer {
  status: number;
  ok: boolean;
  body: Body;
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
  const sending = await send(settings, call);
  try {
    return await readWhole(sending);
  } finally {
    sending.dispose();
  }
}

/**
 * Sends a request and leaves the body of a successful response unread.
 *
 * @throws {APICallError} when there is no response, or its status is not 2xx.
 */
export async function open(
  settings: RunpodProviderSettings,
  call: ApiRequest & { notFound?: string },
): Promise<OpenAnswer & Pick<Sending, "readBody">> {
  const answer = await send(settings, call);
  if (answer.ok) return answer;
  throw answerError({ ...call, answer: await readWhole(answer) });
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
  const pieces: Uint8Array[] = [];
  await answer.readBody(MAX_BYTES.file, (piece) => void pieces.push(piece));
  const bytes = join(pieces);
  return { bytes, headers: answer.headers, asText: () => answer.read(new TextDecoder().decode(bytes)) };
}

/** A response, and how to read its body. */
interface Sending extends OpenAnswer {
  /**
   * Gives the pieces of the body to `take`. Of an error the rest is left out once there is too much.
   *
   * @throws {APICallError} for a body that breaks off, and for a success that is too large.
   */
  readBody: (maxBytes: number, take: (piece: Uint8Array) => void) => Promise<void>;
  /** Ends what ends the request. To be called after the body was read. */
  dispose: () => void;
}

async function send(settings: RunpodProviderSettings, call: ApiRequest): Promise<Sending> {
  const { attempt, method, url, retryCost, body: requestBody } = call;
  call.abortSignal?.throwIfAborted();
  const requestText = call.content ?? (requestBody === undefined ? undefined : stringify(attempt, requestBody));
  const isTrustedServer = isTrusted(settings, call);
  const key = await untilAborted(loadKey(settings, call), call.abortSignal);
  const headers = writeHeaders(call, key, isTrustedServer ? settings.headers : undefined);
  call.abortSignal?.throwIfAborted();

  const { signal, dispose } = lifetimeOf(call);
  const redact = createRedactor(headers, call.secrets);
  const failure = (cause: unknown, hasBegun: boolean) => {
    dispose();
    signal?.throwIfAborted();
    return networkError({ attempt, url, requestBody, headers, cause: redactError(cause, redact), retryCost, hasBegun });
  };

  // Called as a plain function: Workers and browsers refuse a fetch that is called as another object's method.
  const fetch = settings.fetch ?? globalThis.fetch;
  let response: Response;
  try {
    // Following a redirect would send the key and the prompt to wherever it points.
    const pending = fetch(url, { method, headers, body: requestText, signal, redirect: "manual" });
    response = await untilAborted(pending, signal);
  } catch (cause) {
    throw failure(cause, false);
  }
  const { status, ok } = response;
  const shown = Object.fromEntries([...response.headers].map(([name, value]) => [name, redact(value)]));
  const body = openBody(response);
  const read = (raw: string): Answer => {
    const text = redact(raw);
    return { url, status, ok, headers: shown, text, json: parseJson(text), requestBody, isTrustedServer };
  };
  return {
    status,
    ok,
    body,
    headers: shown,
    read,
    dispose,
    brokenBy: (cause) => failure(cause, true),
    async readBody(maxBytes, take) {
      let isWhole: boolean;
      try {
        isWhole = await readUpTo(body, maxBytes, signal, take);
      } catch (cause) {
        throw failure(cause, true);
      }
      if (ok && !isWhole) throw oversizeError({ attempt, answer: read(""), limit: inMegabytes(maxBytes) });
    },
  };
}

/** The signal that ends a request once it was sent. */
function lifetimeOf(
  { abortSignal, outlivesAbortMillis }: ApiRequest,
): { signal: AbortSignal | undefined; dispose: () => void } {
  if (!abortSignal || !outlivesAbortMillis) return { signal: abortSignal, dispose: () => {} };
  const end = new AbortController();
  const endAt = Date.now() + outlivesAbortMillis;
  let timer: ReturnType<typeof setTimeout>;
  const onAbort = () => {
    timer = setTimeout(() => end.abort(abortSignal.reason), Math.max(0, endAt - Date.now()));
  };
  abortSignal.addEventListener("abort", onAbort, { once: true });
  const dispose = () => {
    clearTimeout(timer);
    abortSignal.removeEventListener("abort", onAbort);
  };
  return { signal: end.signal, dispose };
}

async function readWhole({ ok, read, readBody }: Sending): Promise<Answer> {
  const decoder = new TextDecoder();
  let text = "";
  await readBody(ok ? MAX_BYTES.answer : MAX_BYTES.error, (piece) => text += decoder.decode(piece, { stream: true }));
  return read(text + decoder.decode());
}

function writeHeaders(
  { attempt, body, content, headers: ofCall }: ApiRequest,
  key: string | undefined,
  configured: RunpodProviderSettings["headers"],
): Record<string, string> {
  const own = {
    authorization: key && `Bearer ${key}`,
    "content-type": body === undefined ? undefined : "application/json",
  };
  const headers = mergeHeaders(attempt, [own, configured, callHeaders(ofCall)]);
  // The runtime writes the content type of a form itself: only it knows the boundary between the parts.
  if (content instanceof FormData) headers.delete("content-type");
  addUserAgent(headers);
  return Object.fromEntries(headers);
}
