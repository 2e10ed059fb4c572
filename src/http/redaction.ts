/**
 * Keeps secrets out of errors and logs. Servers and proxies quote requests in their errors, with the API key in them.
 *
 * @module
 */
import { causesOf } from "./error_details.ts";
import { MAX_DEPTH } from "../limits.ts";

const REDACTED = "[redacted]";
/** Shorter values are not secrets, and replacing them would damage ordinary text. */
const MIN_SECRET_LENGTH = 6;
/** The headers whose values are not secret. Any other may be one that an app has made up for its credentials. */
export const HARMLESS_HEADER = /^(accept(-\w+)?|content-type|user-agent|origin|referer|x-request-id|traceparent)$/i;

/** An escaped character that a secret may have. Looked for first, because long answers take long to search for the rest. */
const ESCAPE = /\\(?:u00[2-7]|x[2-7]|U0000|\W)/;

/**
 * Makes a function that removes the secrets of a request from a text: the values of its headers, and those of its body.
 * A server may write them as JSON or Python escape them.
 */
export function createRedactor(
  headers: Record<string, string>,
  ofBody: readonly string[] = [],
): (text: string) => string {
  const secrets = Object.entries(headers)
    .filter(([name]) => !HARMLESS_HEADER.test(name))
    // "Bearer KEY": the key may be quoted without its scheme.
    .map(([, value]) => value.replace(/^\w+ /, ""))
    .concat(ofBody)
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  let escaped: RegExp[] | undefined;
  return (text) => {
    const shown = secrets.reduce((shown, secret) => shown.replaceAll(secret, REDACTED), text);
    if (!ESCAPE.test(shown)) return shown;
    escaped ??= secrets.map((secret) => new RegExp([...secret].map(anyForm).join(""), "g"));
    return escaped.reduce((shown, secret) => shown.replace(secret, REDACTED), shown);
  };
}

/** The pattern of a character as it is, or escaped, perhaps by several servers one after the other. */
function anyForm(char: string): string {
  const hex = char.charCodeAt(0).toString(16).padStart(2, "0").replace(
    /[a-f]/g,
    (digit) => `[${digit}${digit.toUpperCase()}]`,
  );
  return `(?:\\\\{0,8}${char.replace(/\W/, "\\$&")}|\\\\{1,8}(?:u00|x|U000000)${hex})`;
}

/**
 * Returns the same error, or, if it shows a secret anywhere, a new one with nothing but the redacted messages and the codes
 * of the error and its causes: runtimes and wrappers of `fetch` put whole requests into their errors.
 */
export function redactError(error: unknown, redact: (text: string) => string): unknown {
  if (!showsSecret(error, redact, new Set())) return error;
  const causes = causesOf(error);
  if (causes.length === 0) return new Error(redact(String(error)));
  return causes.reduceRight<Error | undefined>(
    (cause, { name, message, code }: Error & { code?: unknown }) =>
      Object.assign(new Error(redact(message), { cause }), { name, code }),
    undefined,
  );
}

/** Looks for secrets in a value, in its properties, and in the headers that it holds. What cannot be looked at, has one. */
function showsSecret(value: unknown, redact: (text: string) => string, seen: Set<unknown>): boolean {
  if (typeof value === "string") return redact(value) !== value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) return false;
  seen.add(value);
  if (seen.size > MAX_DEPTH ** 2) return true;
  try {
    const entries = value instanceof Headers || value instanceof Map ? [...value].flat() : [];
    const inner = Reflect.ownKeys(value).map((key) => (value as Record<PropertyKey, unknown>)[key]);
    // These may come from a prototype.
    const { headers, message } = value as { headers?: unknown; message?: unknown };
    return [...entries, ...inner, headers, message].some((part) => showsSecret(part, redact, seen));
  } catch {
    return true;
  }
}
