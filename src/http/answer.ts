/**
 * A response that was read to its end.
 *
 * @module
 */

/** A response that was read to its end, whatever its status. */
export interface Answer {
  /** The URL that was called. */
  url: string;
  /** The HTTP status. */
  status: number;
  /** Whether the status is 2xx. */
  ok: boolean;
  /** Response headers, with names in lower case. */
  headers: Record<string, string>;
  /** The body as text. */
  text: string;
  /** The body as JSON; `undefined` if it is not JSON. */
  json: unknown;
  /** The body of the request. */
  requestBody: unknown;
  /** Whether the server may have the key and the configured headers. Default true. */
  isTrustedServer?: boolean;
}
