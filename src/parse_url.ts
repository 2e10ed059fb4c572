/**
 * URLs that may be none.
 *
 * @module
 */

/** Parses an absolute URL; `undefined` if the text is none. Engines have had `URL.canParse` for a short time only. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
