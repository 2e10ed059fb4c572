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

/** The dicts of pydantic and FastAPI, as `str()` prints their list: the place in the request, and what is wrong there. */
const PROBLEM_DICT =
  /'loc':\s*(\([^)]{0,200}\)|\[[^\]]{0,200}\]|'[^']{0,200}'),\s*'msg':\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
/** The same in the text of pydantic's own error. */
const PROBLEM_LINES = /\n([\w.[\]-]{1,200})\n {2}([^\n]*?) \[type=/g;

/** Reads the problems that a validator printed as "place: what is wrong", with "; " between them. */
export function readPythonProblems(text: string): string | undefined {
  const dicts = [...text.matchAll(PROBLEM_DICT)];
  const problems = (dicts.length > 0 ? dicts : [...text.matchAll(PROBLEM_LINES)]).map(([, place, one, other]) => {
    const names = place.split(/[()[\]'",\s]+/).filter(Boolean);
    return `${names.join(".")}: ${unescapeText(one ?? other)}`;
  });
  return problems.length > 0 ? problems.join("; ") : undefined;
}

const NAMED_ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unescapeText(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))/g,
    (_, x, u, U, char) =>
      char === undefined ? String.fromCodePoint(parseInt(x ?? u ?? U, 16)) : NAMED_ESCAPES[char] ?? char,
  );
}
