/**
 * Makes one error of every answer that is not what was asked for, one that says what to do.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { type ErrorDetails, readError, shorten } from "./error_details.ts";

/** An answer that was read whole. */
export interface Answer {
  /** The address that answered. */
  url: string;
  /** The HTTP status. */
  status: number;
  /** Whether the status is 2xx. */
  ok: boolean;
  /** Response headers, names in lower case. */
  headers: Record<string, string>;
  /** The body as text. */
  text: string;
  /** The body as JSON, or `undefined` where it is none. */
  json: unknown;
  /** The request body that led to it. */
  requestBody: unknown;
}

/**
 * What happens when the caller sends the request again, and so which failures may be marked retryable:
 *
 * - `free`: a read; every transient failure.
 * - `completion`: one more completion, which costs a little and cannot be resumed; transient failures, but not a gateway
 *   timeout, a broken body or a job that ended, because then the first was or still is at work.
 * - `job`: one more paid job; only when the first was provably refused, by HTTP 429 itself or for want of a connection.
 */
export type RetryCost = "free" | "completion" | "job";

const TRANSIENT = [408, 409, 425, 429];
// A gateway gave up waiting, and what it waited for goes on.
const GATEWAY_TIMEOUTS = [504, 520, 522, 524];
// A load balancer found no worker, under whatever status.
const REFUSAL = /no workers available|timed out waiting for worker/i;

/** Makes the error for an answer that is not what was asked for. */
export function answerError(
  { attempt, answer, retryCost, notFound }: {
    /** What was attempted, to follow "Cannot". */
    attempt: string;
    answer: Answer;
    retryCost: RetryCost;
    /** Advice for a 404, which only the caller can give. */
    notFound?: string;
  },
): APICallError {
  const details = readError(answer.json) ?? readError(answer.text);
  // An error inside a success, or inside the gateway's own 5xx, stands for the status that it names.
  const status = (answer.ok || answer.status >= 500 ? details?.code : undefined) ?? answer.status;
  const location = answer.status >= 300 && answer.status < 400 ? answer.headers.location : undefined;
  const advice = location
    ? `it redirects to "${location}", and the API key follows no redirect`
    : adviceFor(status, notFound, details?.message);
  const reason = details?.message ??
    (answer.text.trim() === "" ? "the answer is empty" : "the answer is not understood");
  return new APICallError({
    ...describe(answer),
    message: `Cannot ${attempt}: ${reason} (HTTP ${answer.status})${advice ? `; ${advice}` : ""}`,
    isRetryable: retryCost === "job" ? answer.status === 429 : mayRepeat(status, retryCost, details),
  });
}

/** Makes the error for a success whose body is not what the route promises. */
export function unexpectedAnswer(
  { attempt, answer, expected }: { attempt: string; answer: Answer; expected: string },
): APICallError {
  const body = answer.text.trim();
  const got = body === "" ? "an empty body" : `"${shorten(body, 200)}"`;
  return new APICallError({
    ...describe(answer),
    message: `Cannot ${attempt}: expected ${expected}, got ${got} (HTTP ${answer.status})`,
    isRetryable: false,
  });
}

/** Makes the error for a request that got no answer, or only a part of one. */
export function networkError(
  { attempt, url, requestBody, cause, retryCost, hasBegun = false }: {
    attempt: string;
    url: string;
    requestBody: unknown;
    cause: unknown;
    retryCost: RetryCost;
    /** Whether the answer had begun, so that the request was certainly received. */
    hasBegun?: boolean;
  },
): APICallError {
  const what = hasBegun ? "the answer broke off" : "no answer";
  const isHarmless = retryCost === "free" || (!hasBegun && (retryCost === "completion" || wasNeverSent(cause)));
  const then = retryCost === "job" && !isHarmless ? "; a job may exist, so none is submitted again" : "";
  return new APICallError({
    message: `Cannot ${attempt}: ${what} from ${new URL(url).host}: ${innermostMessage(cause)}${then}`,
    url,
    requestBodyValues: requestBody,
    cause,
    isRetryable: isHarmless,
  });
}

function describe(
  { url, requestBody, status, headers, text, json }: Answer,
): Omit<ConstructorParameters<typeof APICallError>[0], "message"> {
  return {
    url,
    requestBodyValues: requestBody,
    statusCode: status,
    responseHeaders: headers,
    responseBody: text,
    data: json,
  };
}

/** Whether a read or a completion may be asked for again after this status. */
function mayRepeat(status: number, retryCost: RetryCost, details: ErrorDetails | undefined): boolean {
  if (REFUSAL.test(details?.message ?? "")) return true;
  if (details?.jobId !== undefined || (retryCost === "completion" && GATEWAY_TIMEOUTS.includes(status))) return false;
  return isTransientStatus(status);
}

/** Whether what was answered with this status may well be answered better the next time. */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT.includes(status) || status >= 500;
}

function adviceFor(status: number, notFound: string | undefined, message = ""): string | undefined {
  // vLLM names its own flags, which an endpoint has as environment variables.
  if (/tool choice requires|tool-call-parser/.test(message)) {
    return "set ENABLE_AUTO_TOOL_CHOICE=true and TOOL_CALL_PARSER=… (the parser for the model, such as hermes) on the endpoint";
  }
  switch (status) {
    case 401:
      return 'check that the API key is valid ("apiKey" or RUNPOD_API_KEY)';
    case 402:
      return "check the balance of the Runpod account";
    case 403:
      return "check that the API key may use this endpoint";
    case 404:
      return notFound;
    case 413:
      return "send less, or send files as URLs";
    case 429:
      return "the rate or queue limit is reached, so slow down or add workers";
  }
}

/** Codes and words that runtimes use when a connection was never made, so nothing can have been accepted. */
function wasNeverSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (NEVER_SENT_CODES.includes((at as { code?: unknown }).code)) return true;
    if (/connection refused|client error \(connect\)|dns error|getaddrinfo/i.test(at.message)) return true;
  }
  return false;
}

const NEVER_SENT_CODES: unknown[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
];

function innermostMessage(error: unknown): string {
  let message = String(error);
  for (let at = error; at instanceof Error; at = at.cause) message = at.message || message;
  return message;
}
