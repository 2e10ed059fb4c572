/**
 * Every error shape that Runpod, its gateway and its workers send, read into one error that says what to do.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";

/** What an error value of any shape says. */
export interface ErrorDetails {
  /** One sentence, without traceback or host name. */
  message: string;
  /** The kind of error, as the worker or server names it. */
  type?: string;
  /** The HTTP status or error code that the value itself holds. */
  code?: number;
  /** The worker's stack trace, kept out of the message because it leaks server paths. */
  traceback?: string;
}

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
 * - `completion`: one more completion; not after a gateway timeout, when the first may still be running.
 * - `job`: one more paid job; only when the first was provably refused.
 */
export type Repeat = "free" | "completion" | "job";

const MAX_MESSAGE_LENGTH = 600;
const TRANSIENT = [408, 409, 425, 429];
// A gateway gave up waiting, and what it waited for goes on.
const GATEWAY_TIMEOUTS = [504, 520, 522, 524];

/** Makes the error for an answer that is not what was asked for. */
export function answerError(
  { attempt, answer, repeat, details, notFound }: {
    /** What was attempted, to follow "Cannot". */
    attempt: string;
    answer: Answer;
    repeat: Repeat;
    /** What the answer says, where the caller has read it already. */
    details?: ErrorDetails;
    /** Advice for a 404, which only the caller can give. */
    notFound?: string;
  },
): APICallError {
  const found = details ?? readError(answer.json) ?? readError(answer.text);
  // An error inside a 200 stands for the status it names.
  const status = answer.ok ? found?.code ?? answer.status : answer.status;
  const reason = found?.message ?? (answer.text.trim() === "" ? "the answer is empty" : "the answer is not understood");
  const advice = status === 404 ? notFound : ADVICE[status];
  return new APICallError({
    message: `Cannot ${attempt}: ${reason} (HTTP ${answer.status})${advice ? `; ${advice}` : ""}`,
    url: answer.url,
    requestBodyValues: answer.requestBody,
    statusCode: answer.status,
    responseHeaders: answer.headers,
    responseBody: answer.text,
    data: answer.json,
    isRetryable: answer.ok && found?.code === undefined ? false : mayRepeat(status, repeat),
  });
}

/** Makes the error for a success whose body is not what the route promises. */
export function unexpectedAnswer(
  { attempt, answer, expected }: { attempt: string; answer: Answer; expected: string },
): APICallError {
  const body = answer.text.trim();
  return new APICallError({
    message: `Cannot ${attempt}: expected ${expected}, got ${
      body === "" ? "an empty body" : `"${shorten(body, 200)}"`
    } (HTTP ${answer.status})`,
    url: answer.url,
    requestBodyValues: answer.requestBody,
    statusCode: answer.status,
    responseHeaders: answer.headers,
    responseBody: answer.text,
    data: answer.json,
    isRetryable: false,
  });
}

/** Makes the error for a request that got no answer. */
export function networkError(
  { attempt, url, requestBody, cause, repeat }: {
    attempt: string;
    url: string;
    requestBody: unknown;
    cause: unknown;
    repeat: Repeat;
  },
): APICallError {
  return new APICallError({
    message: `Cannot ${attempt}: no answer from ${new URL(url).host}: ${innermostMessage(cause)}`,
    url,
    requestBodyValues: requestBody,
    cause,
    isRetryable: repeat !== "job" || wasNeverSent(cause),
  });
}

const jobErrorSymbol = Symbol.for("runpod.error.RunpodJobError");

/** How a job ended that gave no result. */
export type RunpodJobErrorKind =
  | "failed"
  | "timed-out"
  | "cancelled"
  | "expired"
  | "deadline"
  | "no-output";

/**
 * A job that was submitted and gave no result. Never retryable: the job exists and may have been billed.
 *
 * @example
 * ```ts
 * import { RunpodJobError } from "@runpod/ai-sdk-provider";
 *
 * function report(error: unknown) {
 *   if (RunpodJobError.isInstance(error)) console.error(error.kind, error.jobId, error.message);
 * }
 * ```
 */
export class RunpodJobError extends APICallError {
  /** What {@link RunpodJobError.isInstance} looks for, so that it works across copies of the package. */
  readonly [jobErrorSymbol]: true = true;
  /** The job's id, to read its status or result with. */
  readonly jobId: string;
  /** The endpoint id (or slug) that has the job. */
  readonly endpoint: string;
  /** The last status that was seen, in upper case, such as `FAILED` or `IN_QUEUE`. */
  readonly status: string;
  /** What went wrong. */
  readonly kind: RunpodJobErrorKind;

  /** Creates the error; `data` holds the job as the service gave it. */
  constructor(options: {
    message: string;
    kind: RunpodJobErrorKind;
    jobId: string;
    endpoint: string;
    status: string;
    url: string;
    requestBodyValues?: unknown;
    statusCode?: number;
    responseHeaders?: Record<string, string>;
    responseBody?: string;
    data?: unknown;
    cause?: unknown;
  }) {
    super({ requestBodyValues: undefined, ...options, isRetryable: false });
    this.name = "RunpodJobError";
    this.jobId = options.jobId;
    this.endpoint = options.endpoint;
    this.status = options.status;
    this.kind = options.kind;
  }

  /** Whether a value is a `RunpodJobError`, also one that another copy of this package made. */
  static override isInstance(error: unknown): error is RunpodJobError {
    return typeof error === "object" && error !== null && jobErrorSymbol in error;
  }

  /** Makes `instanceof` work across copies of the package too. */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return RunpodJobError.isInstance(error);
  }
}

/** Reads an error value of any shape; `undefined` when it holds none. */
export function readError(value: unknown): ErrorDetails | undefined {
  if (typeof value === "string") return readErrorText(value);
  if (Array.isArray(value)) return readErrorList(value);
  if (isRecord(value)) return readErrorRecord(value);
  return undefined;
}

/** Whether a status, for a request of this kind, may be answered by sending it again. */
function mayRepeat(status: number, repeat: Repeat): boolean {
  if (repeat === "job") return status === 429;
  if (repeat === "completion" && GATEWAY_TIMEOUTS.includes(status)) return false;
  return TRANSIENT.includes(status) || status >= 500;
}

const ADVICE: Record<number, string | undefined> = {
  401: 'check that the API key is valid ("apiKey" or RUNPOD_API_KEY)',
  402: "check the balance of the Runpod account",
  403: "check that the API key may use this endpoint",
  413: "send less, or send files as URLs",
  429: "the rate or queue limit is reached, so slow down or add workers",
};

function readErrorRecord(record: Record<string, unknown>): ErrorDetails | undefined {
  const type = text(record.type) ?? text(record.error_type);
  const code = [record.code, record.status, record.statusCode].map(Number).find((code) => code >= 100 && code < 600);
  const traceback = text(record.error_traceback) ?? text(record.traceback);
  const own = { type: /'(.*)'/.exec(type ?? "")?.[1] ?? type, code, traceback };

  for (const key of ["error_message", "error", "message", "err", "detail", "errors", "msg"]) {
    const inner = readError(record[key]);
    if (inner === undefined) continue;
    const message = key === "detail" && text(record.title) ? `${record.title}: ${inner.message}` : inner.message;
    return compact({
      message,
      type: inner.type ?? own.type,
      code: inner.code ?? own.code,
      traceback: inner.traceback ?? own.traceback,
    });
  }
  const title = text(record.title);
  return title === undefined ? undefined : compact({ message: title, ...own });
}

/** Lists of validators' messages (`["x is required"]`, `[{loc, msg}]`) become one sentence. */
function readErrorList(list: unknown[]): ErrorDetails | undefined {
  const found = list.flatMap((item) => {
    const details = readError(item);
    if (details === undefined) return [];
    const where = isRecord(item) && Array.isArray(item.loc) ? `${item.loc.join(".")}: ` : "";
    return [{ ...details, message: where + details.message }];
  });
  if (found.length < 2) return found[0];
  return { ...found[0], message: found.map((details) => details.message).join("; ") };
}

function readErrorText(raw: string): ErrorDetails | undefined {
  const value = raw.trim();
  if (value === "") return undefined;
  if (value.startsWith("<")) return { message: readHtml(value) };
  if (/^[{[]/.test(value)) {
    return readError(parse(value)) ?? readPythonDict(value) ?? { message: shorten(value) };
  }

  // A generator handler that raised: "handler: MESSAGE \ntraceback: TRACE".
  const raised = /^handler: ([^]*?)\s*\ntraceback: ([^]*)$/.exec(value);
  if (raised) return { ...readErrorText(raised[1])!, traceback: raised[2] };

  // An upstream error inside a sentence: "Error submitting task: 400, {json}", "vLLM returned HTTP 400: {json}".
  const nested = /^([^{]*?)[:,]?\s*(\{[^]*\})$/.exec(value);
  const inner = nested && (readError(parse(nested[2])) ?? readPythonDict(nested[2]));
  if (nested && inner) {
    const named = /\b[45]\d\d\b/.exec(nested[1])?.[0];
    return compact({
      ...inner,
      message: `${nested[1]}: ${inner.message}`,
      code: inner.code ?? (named ? Number(named) : undefined),
    });
  }
  return { message: shorten(value) };
}

/**
 * A dict that Python's `str()` printed, as generator handlers' errors arrive: `{'message': '…', 'code': None}`.
 * Read by its quotes, because replacing them would break a message that holds some.
 */
function readPythonDict(value: string): ErrorDetails | undefined {
  const field = (name: string) => {
    const match = new RegExp(`'${name}':\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`).exec(value);
    return (match?.[1] ?? match?.[2])?.replace(
      /\\(.)/g,
      (_, char) => char === "n" ? "\n" : char === "t" ? "\t" : char,
    );
  };
  if (!value.startsWith("{'") && !value.startsWith('{"')) return undefined;
  const message = field("message") ?? field("error");
  if (message === undefined) return undefined;
  const inner = readErrorText(message);
  const code = /'code':\s*(\d{3})\b/.exec(value)?.[1];
  return compact({ message, type: field("type"), ...inner, code: inner?.code ?? (code ? Number(code) : undefined) });
}

function readHtml(html: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1];
  const words = (title ?? html.replace(/<(style|script)[^]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " "))
    .replace(/\s+/g, " ").trim();
  return `an HTML page instead of JSON${words ? `: "${shorten(words, 120)}"` : ""}`;
}

/** Codes and words that runtimes use when a connection was never made, so nothing can have been accepted. */
function wasNeverSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (
      typeof code === "string" &&
      /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ConnectionRefused|FailedToOpenSocket|UND_ERR_CONNECT_TIMEOUT)$/.test(code)
    ) {
      return true;
    }
    if (/connection refused|client error \(connect\)|dns error|getaddrinfo/i.test(at.message)) return true;
  }
  return false;
}

function innermostMessage(error: unknown): string {
  let message = String(error);
  for (let at = error; at instanceof Error; at = at.cause) message = at.message || message;
  return message;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function shorten(value: string, limit = MAX_MESSAGE_LENGTH): string {
  return value.length <= limit ? value : `${value.slice(0, limit)}…`;
}

function compact(details: ErrorDetails): ErrorDetails {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== undefined),
  ) as unknown as ErrorDetails;
}
