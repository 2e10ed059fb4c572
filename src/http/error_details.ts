/**
 * Reads what an error says, in every shape that Runpod, its gateway and its workers send.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";

/** What an error value of any shape says. */
export interface ErrorDetails {
  /** One sentence, without traceback or host name. */
  message: string;
  /** The kind of error, as the worker or server names it. */
  type?: string;
  /** The HTTP status that the value itself names. */
  code?: number;
  /** The worker's stack trace, kept out of the message because it leaks server paths. */
  traceback?: string;
  /** The job that the error is the end of. */
  jobId?: string;
}

const MAX_MESSAGE_LENGTH = 600;

/** Reads an error value of any shape; `undefined` when it holds none. */
export function readError(value: unknown): ErrorDetails | undefined {
  if (typeof value === "string") return readText(value);
  if (Array.isArray(value)) return readList(value);
  if (isRecord(value)) return readRecord(value);
  return undefined;
}

/** A text that fits into a message. */
export function shorten(value: string, limit: number = MAX_MESSAGE_LENGTH): string {
  return value.length <= limit ? value : `${value.slice(0, limit)}…`;
}

// The order matters where a record has several: the most specific first.
const MESSAGE_KEYS = ["error", "message", "err", "detail", "errors", "msg", "title"];

function readRecord(record: Record<string, unknown>): ErrorDetails | undefined {
  const own = { type: nonEmpty(record.type), code: readCode(record), jobId: readJobId(record) };
  if ("error_type" in record) return compact({ ...own, ...readException(record) });
  for (const key of MESSAGE_KEYS) {
    const inner = readError(record[key]);
    if (inner === undefined) continue;
    const title = key === "detail" ? nonEmpty(record.title) : undefined;
    return compact({
      ...inner,
      message: title ? `${title}: ${inner.message}` : inner.message,
      type: inner.type ?? own.type,
      code: inner.code ?? own.code,
      traceback: inner.traceback ?? nonEmpty(record.traceback),
      jobId: inner.jobId ?? own.jobId,
    });
  }
  return undefined;
}

/** What Python's worker SDK sends for an exception of a plain handler. Its message may well be empty. */
function readException(record: Record<string, unknown>): ErrorDetails {
  const type = /'(.*)'/.exec(String(record.error_type))?.[1] ?? nonEmpty(record.error_type);
  const traceback = nonEmpty(record.error_traceback);
  const message = nonEmpty(record.error_message) ?? (traceback && lastLine(traceback)) ?? type ?? "an exception";
  return { message: shorten(message), type, traceback };
}

/** Lists of validators' messages (`["x is required"]`, `[{loc, msg}]`) become one sentence. */
function readList(list: unknown[]): ErrorDetails | undefined {
  const found = list.flatMap((item) => {
    const details = readError(item);
    if (details === undefined) return [];
    const where = isRecord(item) && Array.isArray(item.loc) ? `${item.loc.join(".")}: ` : "";
    return [{ ...details, message: where + details.message }];
  });
  if (found.length < 2) return found[0];
  return { ...found[0], message: shorten(found.map((details) => details.message).join("; ")) };
}

function readText(raw: string): ErrorDetails | undefined {
  const value = raw.trim();
  if (value === "") return undefined;
  if (value.startsWith("<")) return { message: readHtml(value) };
  if (/^[{["]/.test(value)) {
    return readError(parse(value)) ?? readPythonDict(value) ?? { message: shorten(value) };
  }
  if (value.startsWith("Traceback (most recent call last)")) return { message: lastLine(value), traceback: value };

  // A generator handler that raised: "handler: MESSAGE \ntraceback: TRACE", where MESSAGE may be empty.
  const raised = /^handler:([^]*?)\s*\ntraceback:\s*([^]*)$/.exec(value);
  if (raised) {
    const [, message, traceback] = raised;
    return { ...(readText(message) ?? { message: lastLine(traceback) || "an exception" }), traceback };
  }

  // An upstream error inside a sentence: "Error submitting task: 400, {json}", "vLLM returned HTTP 400: {json}".
  const nested = /^([^{]*?)[:,]?\s*(\{[^]*\})$/.exec(value);
  const inner = nested && (readError(parse(nested[2])) ?? readPythonDict(nested[2]));
  const code = readStatus(value);
  if (!nested || !inner) return compact({ message: shorten(value), code });
  return compact({ ...inner, message: `${nested[1]}: ${inner.message}`, code: inner.code ?? code });
}

/**
 * A dict that Python's `str()` printed, as generator handlers' errors arrive: `{'message': '…', 'code': None}`.
 * Read by its quotes, because replacing them would break a message that holds some.
 */
function readPythonDict(value: string): ErrorDetails | undefined {
  const field = (name: string) => {
    const match = new RegExp(`'${name}':\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`).exec(value);
    return unescapePython(match?.[1] ?? match?.[2]);
  };
  const text = MESSAGE_KEYS.filter((key) => key !== "error").map(field).find((message) => message) ?? field("error");
  if (text === undefined) return undefined;
  const code = /'code':\s*(\d{3})\b/.exec(value)?.[1];
  const inner = readText(text) ?? { message: "an error without a message" };
  return compact({
    ...inner,
    type: inner.type ?? field("type"),
    code: inner.code ?? (code ? Number(code) : undefined),
  });
}

function unescapePython(text: string | undefined): string | undefined {
  const named: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
  return text?.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gi,
    (_, x, u, U, char) => char === undefined ? String.fromCodePoint(parseInt(x ?? u ?? U, 16)) : named[char] ?? char,
  );
}

function readHtml(html: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1];
  const words = (title ?? html.replace(/<(style|script)[^]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " "))
    .replace(/\s+/g, " ").trim();
  return `an HTML page instead of JSON${words ? `: "${shorten(words, 120)}"` : ""}`;
}

/** A job that ended without a result; its id proves that one was started. */
function readJobId({ id, status }: Record<string, unknown>): string | undefined {
  const isEnd = typeof status === "string" && /^(FAILED|CANCELLED|TIMED_OUT)$/i.test(status);
  return isEnd ? nonEmpty(id) : undefined;
}

function readCode({ code, status, statusCode }: Record<string, unknown>): number | undefined {
  return [code, status, statusCode]
    .map((value) => typeof value === "number" || typeof value === "string" ? Number(value) : NaN)
    .find((code) => code >= 400 && code < 600);
}

/** A status that a sentence calls one; any other number may be anything. */
function readStatus(sentence: string): number | undefined {
  const status = /\b(?:HTTP|status|status code|task:)\s*([45]\d\d)\b/i.exec(sentence)?.[1];
  return status ? Number(status) : undefined;
}

function lastLine(text: string): string {
  return shorten(text.trim().split("\n").at(-1)!.trim());
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function compact(details: ErrorDetails): ErrorDetails {
  const entries = Object.entries(details).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as ErrorDetails;
}
