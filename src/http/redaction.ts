/**
 * Keeps secrets out of errors and logs. Servers and proxies quote requests in their errors, with the API key in them.
 *
 * @module
 */
import { causesOf } from "./error_details.ts";

/** Shorter header values are not secrets, and replacing them would damage ordinary text. */
const MIN_SECRET_LENGTH = 6;

/** Whether a header holds a secret. The name must be in lower case. */
export function isSecretHeader(name: string): boolean {
  return /auth|cookie|credential|key|pass|secret|session|signature|token/.test(name);
}

/** Makes a function that removes the secrets of a request's headers from a text. */
export function createRedactor(headers: Record<string, string>): (text: string) => string {
  const secrets = Object.entries(headers)
    .filter(([name]) => isSecretHeader(name))
    // "Bearer KEY": the key may be quoted without its scheme.
    .map(([, value]) => value.replace(/^\w+ /, ""))
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), text);
}

/** Returns the same error, or a new one with the redacted message if the error or one of its causes shows a secret. */
export function redactError(error: unknown, redact: (text: string) => string): unknown {
  for (const at of causesOf(error)) {
    const shown = `${at.message}\n${at.stack ?? ""}`;
    if (redact(shown) !== shown) return new Error(redact(at.message));
  }
  return error;
}
