/**
 * Which failures are marked retryable. `ai` sends a request again after an error whose `isRetryable` is true.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import { causesOf, type ErrorDetails } from "./error_details.ts";

/**
 * What it may cost to send the same request again.
 *
 * - `free`: nothing, because it is a read. Every transient failure is retryable.
 * - `completion`: one more completion. Transient failures are retryable, except those after which the first completion
 *   may still be running or was billed: a gateway timeout, a response that broke off, a job that ended.
 * - `job`: one more paid job. Retryable only when the first was certainly refused: by HTTP 429 itself, or because there
 *   was no connection.
 */
export type RetryCost = "free" | "completion" | "job";

const TRANSIENT_STATUSES = [408, 409, 425, 429];
/** The gateway stopped waiting for the server, which may still be working. */
const GATEWAY_TIMEOUTS = [504, 520, 522, 524];
/** What a load balancer says when it has no worker, with various statuses. */
const NO_WORKER = /no workers available|timed out waiting for worker/i;

/** What the same request will be told again, though some servers say it as an error of their own. */
const HOPELESS =
  /context (?:size|length|window)|too (?:large|long)\b|batch size|template|grammar|schema|not (?:support|implement)|unsupported|item pairs from a mapping|more system memory/i;

/** Whether the same request may well succeed later after this HTTP status. */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.includes(status) || status >= 500;
}

/**
 * Whether a request may be sent again after an error response.
 *
 * @param status The status that the error stands for: its body may name another one than HTTP does.
 */
export function isRetryableAnswer(
  answer: Answer,
  status: number,
  details: ErrorDetails | undefined,
  retryCost: RetryCost,
): boolean {
  if (retryCost === "job") return answer.status === 429;
  if (NO_WORKER.test(details?.message ?? "")) return true;
  if (details?.jobId !== undefined) return false;
  if (status === 501 || (status === 500 && HOPELESS.test(details?.message ?? ""))) return false;
  if (retryCost === "completion" && GATEWAY_TIMEOUTS.includes(status)) return false;
  return isTransientStatus(status);
}

/**
 * Whether a request may be sent again after a network error.
 *
 * @param hasBegun Whether a part of the response had arrived, so that the server certainly has the request.
 */
export function isRetryableNetworkError(cause: unknown, retryCost: RetryCost, hasBegun: boolean): boolean {
  if (retryCost === "free") return true;
  if (hasBegun) return false;
  return retryCost === "completion" ? !mayRun(cause) : wasNeverSent(cause);
}

/** What Node and Bun say when the client itself stopped waiting for an answer, so that the first completion may still run. */
const CLIENT_TIMEOUTS: unknown[] = [
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_RES_TIMEOUT",
  "TimeoutError",
];

function mayRun(error: unknown): boolean {
  return causesOf(error).some(({ code, name }: Error & { code?: unknown }) =>
    CLIENT_TIMEOUTS.includes(code) || CLIENT_TIMEOUTS.includes(name)
  );
}

/** The codes that Node, Deno and Bun use when there was no connection, so that no server can have the request. */
const NEVER_SENT_CODES: unknown[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
];
const NEVER_SENT_MESSAGE = /connection refused|client error \(connect\)|dns error|getaddrinfo/i;

function wasNeverSent(error: unknown): boolean {
  for (const at of causesOf(error)) {
    if (NEVER_SENT_CODES.includes((at as { code?: unknown }).code) || NEVER_SENT_MESSAGE.test(at.message)) return true;
  }
  return false;
}
