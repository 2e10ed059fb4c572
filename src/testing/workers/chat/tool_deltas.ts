/**
 * The form of a streamed tool call.
 *
 * - `"usual"`: id, type and name first, then the arguments in pieces, as from vLLM.
 * - `"whole"`: the call in one delta, as from some of vLLM's and SGLang's parsers.
 * - `"object"`: like `"whole"`, with the arguments as an object instead of text.
 * - `"no-id"`, `"empty-id"`, `"no-type"`, `"no-index"`: like `"usual"`, without that field.
 * - `"late-name"`: the id alone, then the first arguments, then the name.
 * - `"repeated"`: id, type and name in every delta.
 * - `"index-1"`: the index begins at 1.
 */
export type EmulatedToolDeltas =
  | "usual"
  | "whole"
  | "object"
  | "no-id"
  | "empty-id"
  | "no-type"
  | "no-index"
  | "late-name"
  | "repeated"
  | "index-1";

/** The deltas of one streamed tool call. */
export function callDeltas(
  style: EmulatedToolDeltas = "usual",
  id: string,
  name: string,
  pieces: string[],
): Array<Record<string, unknown>> {
  const head = { index: style === "index-1" ? 1 : 0, id, type: "function" };
  const more = (text: string) => ({ index: head.index, function: { arguments: text } });
  const without = (...keys: string[]) => (delta: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(delta).filter(([key]) => !keys.includes(key)));
  const usual = [{ ...head, function: { name } }, ...pieces.map(more)];
  switch (style) {
    case "whole":
      return [{ ...head, function: { name, arguments: pieces.join("") } }];
    case "object":
      return [{ ...head, function: { name, arguments: JSON.parse(pieces.join("")) } }];
    case "no-id":
      return usual.map(without("id"));
    case "empty-id":
      return usual.map((delta) => ({ ...delta, id: "" }));
    case "no-type":
      return usual.map(without("type"));
    case "no-index":
      return usual.map(without("index"));
    case "late-name":
      return [
        head,
        more(pieces[0]),
        { index: head.index, function: { name, arguments: "" } },
        ...pieces.slice(1).map(more),
      ];
    case "repeated":
      return usual.map((delta) => ({ ...head, function: { ...delta.function, name } }));
    default:
      return usual;
  }
}
