/**
 * Python dicts printed with `str()`, as errors of generator handlers arrive: `{'message': '…', 'code': None}`.
 *
 * Fields are found by their quotes. To replace the quotes and parse JSON would break a message that contains quotes.
 *
 * @module
 */

/** Reads a text field of a printed dict, at any depth; `undefined` if there is none. */
export function readPythonText(dict: string, name: string): string | undefined {
  const match = new RegExp(`'${name}':\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`).exec(dict);
  const text = match?.[1] ?? match?.[2];
  return text === undefined ? undefined : unescapeText(text);
}

/** Reads the HTTP status under `code`, at any depth; `undefined` if there is none. */
export function readPythonCode(dict: string): number | undefined {
  const code = /'code':\s*(\d{3})\b/.exec(dict)?.[1];
  return code ? Number(code) : undefined;
}

const NAMED_ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unescapeText(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))/g,
    (_, x, u, U, char) =>
      char === undefined ? String.fromCodePoint(parseInt(x ?? u ?? U, 16)) : NAMED_ESCAPES[char] ?? char,
  );
}
