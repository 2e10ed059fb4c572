/**
 * Finds the message in an error value of any shape that Runpod, its gateway and its workers send: a record, a list, plain
 * text, HTML, JSON or a Python dict inside of text, and any of these inside of another.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { MAX_DEPTH, MAX_LENGTH, MAX_NAMES } from "../limits.ts";
import { parseJson } from "./json.ts";
import { readNodeErrors } from "./node_errors.ts";
import { readPythonCode, readPythonProblems, readPythonText } from "./python_dict.ts";

/** What an error value says. */
export interface ErrorDetails {
  /** One sentence, without a traceback or a host name. */
  message: string;
  /** The kind of error, as the worker or the server names it, such as `ValueError`. */
  type?: string;
  /** The HTTP status that the value itself names, 400 to 599. */
  code?: number;
  /** The worker's stack trace. It is not part of the message because it shows paths on the server. */
  traceback?: string;
  /** The id of the job, if the value is a job that ended without a result. */
  jobId?: string;
}

/** Reads an error value of any shape; `undefined` when it holds no message. */
export function readError(value: unknown, depth = 0): ErrorDetails | undefined {
  if (typeof value === "string") return readText(value);
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return readList(value, depth);
  if (isRecord(value)) return readRecord(value, depth);
  return undefined;
}

/** What an error that was caught says. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : error;
  return typeof message === "string" ? message : showValue(message);
}

/** Lists an error and its causes. A cause may be the error itself, so the list is bounded. */
export function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < MAX_DEPTH; at = at.cause) causes.push(at);
  return causes;
}

/** Writes any value for an error message. */
export function showValue(value: unknown, limit?: number, replace?: (key: string, value: unknown) => unknown): string {
  try {
    return shorten(JSON.stringify(value, replace) ?? String(value), limit);
  } catch {
    // It is nested deeper than the stack allows.
    return "a value that cannot be shown";
  }
}

/**
 * What would change more of a terminal or a log than the place of a message: the codes of terminals, control characters
 * with line ends among them, marks that turn the direction of writing, and halves of characters.
 */
const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /(?:\u001b\[[\d;?]{0,20}[ -~]?|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069])+/gu;

/** Writes a server's text for an error message: one line, and not too long. */
export function shorten(value: string, limit: number = MAX_LENGTH.message): string {
  const start = value.slice(0, limit).replace(UNPRINTABLE, " ");
  return value.length <= limit ? start : `${start}…`;
}

/** The keys that hold a message or an inner error. The first one that a record has wins, the most specific first. */
const MESSAGE_KEYS = ["error", "message", "err", "detail", "errors", "msg", "title", "error_type"];
/** The keys that may list what is wrong, beside a message that only says that something is. */
const LIST_KEYS = ["errors", "details"];
/** The keys that name the field that an item of a list is about. */
const PLACE_KEYS = ["loc", "path", "field", "param", "property"];
/** The keys under which workers tell of a failure, each a part of the reason. */
const REASON_KEYS = ["error", "errors", "detail", "details", "traceback"];
/** What some workers write where there was no error. */
const NO_ERROR = /^(none|null|no errors?|ok|success\w*)\.?$/i;

/** Reads all that an output says of a failure: an error, and its details beside it. */
export function readReasons(output: Record<string, unknown>, told?: ErrorDetails): ErrorDetails | undefined {
  const found = [told ?? [], ...REASON_KEYS.flatMap((key) => readError(output[key]) ?? [])].flat()
    .filter(({ message }) => !NO_ERROR.test(message));
  const messages = found.map(({ message }) => message);
  const distinct = messages.filter((text, at) => !messages.slice(0, at).some((earlier) => earlier.includes(text)));
  if (distinct.length === 0) return undefined;
  // The folders of a server say nothing to the caller.
  const message = distinct.join(": ").replace(/(?<![\w:/])(?:\/[\w.@-]+)+\/(?=[\w@-]+\.\w)/g, "");
  return Object.assign({}, ...[...found].reverse(), { message: shorten(message) });
}

function readRecord(record: Record<string, unknown>, depth: number): ErrorDetails | undefined {
  const type = nonEmpty(record.type) ?? nonEmpty(record.error_type);
  const outer = { type, code: readCode(record), jobId: readJobId(record) };
  if ("error_message" in record) return withoutUndefined({ ...outer, ...readException(record) });
  const { error, message } = record;
  // Of two texts, the shorter one is the name of the error.
  const isName = typeof error === "string" && typeof message === "string" && error.length < message.length;
  for (const key of isName ? ["message", ...MESSAGE_KEYS] : MESSAGE_KEYS) {
    const inner = readError(record[key], depth + 1);
    if (inner === undefined) continue;
    const title = key === "detail" ? nonEmpty(record.title) : undefined;
    const listKey = LIST_KEYS.find((name) => name !== key && Array.isArray(record[name]));
    const list = listKey && readError(record[listKey], depth + 1);
    return withoutUndefined({
      message: shorten([...new Set([title, inner.message, list && list.message])].filter(Boolean).join(": ")),
      type: inner.type ?? outer.type,
      code: inner.code ?? outer.code,
      traceback: inner.traceback ?? nonEmpty(record.traceback),
      jobId: inner.jobId ?? outer.jobId,
    });
  }
  return undefined;
}

/** Reads what Runpod's Python SDK sends for an exception in a plain handler. Its message may be empty. */
function readException(record: Record<string, unknown>): ErrorDetails {
  const name = nonEmpty(record.error_type);
  const type = name && (/'(.*)'/.exec(name)?.[1] ?? name);
  const traceback = nonEmpty(record.error_traceback);
  const message = nonEmpty(record.error_message) ?? (traceback && lastLine(traceback)) ?? type ?? "an exception";
  return { message: shorten(message), type, traceback };
}

/** Joins the messages of a list, as validators send them: `["x is required"]`, `[{ loc: ["input", "x"], msg: "…" }]`. */
function readList(list: unknown[], depth: number): ErrorDetails | undefined {
  const found = list.slice(0, MAX_NAMES).flatMap((item) => {
    const details = readError(item, depth + 1);
    if (details === undefined) return [];
    return [{ ...details, message: readPlace(item) + details.message }];
  });
  if (found.length < 2) return found[0];
  return { ...found[0], message: shorten(found.map((details) => details.message).join("; ")) };
}

/** The field that an item of a list is about, as the beginning of its message. */
function readPlace(item: unknown): string {
  const names = isRecord(item) ? PLACE_KEYS.flatMap((key) => item[key]).filter(isName) : [];
  return names.length > 0 ? `${shorten(names.slice(0, MAX_NAMES).join("."), 200)}: ` : "";
}

function readText(raw: string): ErrorDetails | undefined {
  const text = raw.trim();
  if (text === "") return undefined;
  if (text.startsWith("<")) return { message: readHtml(cut(text)) };
  if (/^[{["]/.test(text)) return readJsonOrDict(text) ?? { message: shorten(text) };
  if (text.startsWith("Traceback (most recent call last)")) return { message: lastLine(text), traceback: text };
  return readRaised(text) ?? readSentence(cut(text));
}

function readJsonOrDict(text: string): ErrorDetails | undefined {
  return readError(parseJson(text)) ?? readPythonDict(cut(text));
}

const HANDLER = "handler:";
const TRACEBACK = "\ntraceback:";

/** Reads what a generator handler that raised sends: "handler: MESSAGE \ntraceback: TRACE". The message may be empty. */
function readRaised(text: string): ErrorDetails | undefined {
  const at = text.startsWith(HANDLER) ? text.indexOf(TRACEBACK) : -1;
  if (at === -1) return undefined;
  const message = text.slice(HANDLER.length, at);
  const traceback = text.slice(at + TRACEBACK.length).trimStart();
  return { ...(readText(message) ?? { message: lastLine(traceback) || "an exception" }), traceback };
}

/** What LiteLLM writes before and after the message of the server behind it. */
const GATEWAY = /^((?:litellm\.\w+: )+(?:\w+ - )?)([^]*?)(?:\.?\s*Received Model Group=[^]*)?$/;
/** An introduction that only names a kind of error. */
const ERROR_NAME = /(?:Error|Exception)$/;

/** Reads a sentence, which may quote another server's error: "vLLM returned HTTP 400: {json}". */
function readSentence(text: string): ErrorDetails {
  const nodes = readNodeErrors(text);
  if (nodes !== undefined) return { message: shorten(nodes) };
  const code = readStatus(text);
  const [, gateway, said] = GATEWAY.exec(text) ?? [];
  const start = gateway ? gateway.length : text.indexOf("{");
  const end = text.lastIndexOf("}") + 1;
  const inner = gateway
    ? readText(said)
    : start < 0 || end < start
    ? undefined
    : readJsonOrDict(text.slice(start, end));
  const message = inner?.message ?? readPythonProblems(text);
  if (!message) return withoutUndefined({ message: shorten(text), code });
  if (!inner) return withoutUndefined({ message: shorten(message), code });
  const introduction = shorten(text.slice(0, start)).trimEnd().replace(/[\s:,[-]+$|\. Raw response:$/, "");
  const isName = ERROR_NAME.test(introduction);
  const isSame = message.startsWith(introduction.replace(/\.$/, ""));
  return withoutUndefined({
    ...inner,
    message: isSame ? message : isName ? `${message} (${introduction})` : `${introduction}: ${message}`,
    code: inner.code ?? code,
  });
}

function readPythonDict(text: string): ErrorDetails | undefined {
  const problems = readPythonProblems(text);
  if (problems) return { message: shorten(problems) };
  // Beside another key "error" is often only a short name of the error, so it comes last.
  const keys = [...MESSAGE_KEYS.filter((key) => key !== "error"), "error"];
  const texts = keys.map((key) => readPythonText(text, key));
  const message = texts.find((text) => text) ?? texts.at(-1);
  if (message === undefined) return undefined;
  const inner = readText(message) ?? { message: "an error without a message" };
  return withoutUndefined({
    ...inner,
    type: inner.type ?? readPythonText(text, "type"),
    code: inner.code ?? readPythonCode(text),
  });
}

function readHtml(html: string): string {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(html)?.[1];
  const words = (title ?? html.replace(/<(style|script)[^]*?<\/\1>/gi, " ").replace(/<[^<>]*>/g, " "))
    .replace(/\s+/g, " ").trim();
  return `an HTML page instead of JSON${words ? `: "${shorten(words, 120)}"` : ""}`;
}

/** The id of a job that ended without a result. It proves that a job was started. */
function readJobId({ id, status }: Record<string, unknown>): string | undefined {
  const hasFailed = typeof status === "string" && /^(FAILED|CANCELLED|TIMED_OUT)$/i.test(status);
  return hasFailed ? nonEmpty(id) : undefined;
}

function readCode({ code, status, statusCode }: Record<string, unknown>): number | undefined {
  return [code, status, statusCode]
    .map((value) => typeof value === "number" || typeof value === "string" ? Number(value) : NaN)
    .find((code) => code >= 400 && code < 600);
}

/** The status in a sentence. The word before the number tells that it is one: "max_tokens 512" is not. */
function readStatus(sentence: string): number | undefined {
  const status = /\b(?:HTTP|status|code:?|task:)\s*([45]\d\d)\b/i.exec(sentence)?.[1];
  return status ? Number(status) : undefined;
}

function lastLine(text: string): string {
  const whole = text.trimEnd();
  return shorten(whole.slice(whole.lastIndexOf("\n") + 1).trim());
}

/** The start and the end of a text. Servers choose its length, and some searches take longer than in proportion to it. */
function cut(text: string): string {
  const { start, end } = MAX_LENGTH.searched;
  return text.length <= start + end ? text : `${text.slice(0, start)}…${text.slice(-end)}`;
}

function isName(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function withoutUndefined(details: ErrorDetails): ErrorDetails {
  const entries = Object.entries(details).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as ErrorDetails;
}
