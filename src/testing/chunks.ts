import type { EmulatedBehavior } from "./behavior.ts";
import { hash } from "./digest.ts";

/**
 * How the deltas of a streamed tool call look.
 *
 * - `"usual"`: id, type and name first, then the arguments in pieces, as from vLLM.
 * - `"whole"`: the call in one delta, as some of vLLM's and SGLang's parsers send it.
 * - `"object"`: the same, its arguments an object and not text.
 * - `"no-id"`, `"empty-id"`, `"no-type"`, `"no-index"`: the usual, without that.
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
  const usual = [{ ...head, function: { name, arguments: "" } }, ...pieces.map(more)];
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

/** The events of a stream, cut into yields as a worker of that kind cuts them. */
export function* cutEvents(events: string[], style: EmulatedBehavior["openaiChunks"]): Generator<string> {
  switch (style) {
    case "fragments":
      return yield* fragments(events.join(""));
    case "batches":
      for (const batch of batches(events)) yield batch.join("");
      return;
    case "pretty":
      return yield* events.map(prettyPrinted);
    default:
      return yield* events;
  }
}

/** Slices that grow threefold from one item to fifty, as the vLLM worker's batches do. */
export function* batches<T>(items: T[]): Generator<T[]> {
  for (let start = 0, size = 1; start < items.length; start += size, size = Math.min(size * 3, 50)) {
    yield items.slice(start, start + size);
  }
}

/** About one piece per event, of every length up to twice an event's, and the same each time. */
function* fragments(text: string): Generator<string> {
  const characters = [...text];
  for (let start = 0, end = 0; start < characters.length; start = end) {
    end = start + 1 + hash(`fragment ${start}`) % 400;
    yield characters.slice(start, end).join("");
  }
}

function prettyPrinted(event: string): string {
  const data = event.slice("data: ".length).trimEnd();
  if (data === "[DONE]") return event;
  const lines = JSON.stringify(JSON.parse(data), null, 4).split("\n");
  return `${lines.map((line) => `data: ${line}`).join("\n")}\n\n`;
}
