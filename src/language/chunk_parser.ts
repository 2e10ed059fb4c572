/**
 * The JSON of a stream's chunks. One answer's chunks are the same but for the text that each adds, so whatever is the same
 * as in the chunk before is compared and not parsed again, which takes a third of the time.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";

/** A chunk that was seen, and what is written before and after the value in it that changes. */
interface Pattern {
  before: string;
  after: string;
  chunk: unknown;
  place: Place;
}

/** Where a chunk has its text. */
interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** A pattern takes about as long to make as two uses of it save. */
const PRICE = 2;
/** A stream that has lost this much on patterns has something else that changes, and gets no more of them. */
const MOST_LOST = 16;
/** A string as JSON writes it. */
const WRITTEN = /\s*("[^"\\]*(?:\\.[^"\\]*)*")/y;

/** Parses the chunks of one stream. A chunk is for reading at once: the next one may be the same object. */
export class ChunkParser {
  #pattern: Pattern | undefined;
  #lost = 0;

  /**
   * Parses a chunk, exactly as `JSON.parse` does.
   *
   * @throws {SyntaxError} when it is no JSON.
   */
  parse(data: string): unknown {
    if (this.#pattern && fill(this.#pattern, data)) {
      if (this.#lost > 0) this.#lost--;
      return this.#pattern.chunk;
    }
    const chunk = JSON.parse(data);
    const place = this.#lost < MOST_LOST ? placeOf(chunk) : undefined;
    if (place) this.#lost += PRICE;
    this.#pattern = place && patternOf(data, place);
    return chunk;
  }
}

/** Puts a chunk's own value into the pattern, if the chunk is written like it. */
function fill({ before, after, place }: Pattern, data: string): boolean {
  const end = data.length - after.length;
  // Not startsWith and endsWith, which take V8 several times as long.
  if (data.slice(0, before.length) !== before || data.slice(end) !== after) return false;
  try {
    // Between them may be any one value: with two, or with half a value, this is no JSON.
    place.holder[place.key] = JSON.parse(data.slice(before.length, end));
    return true;
  } catch {
    return false;
  }
}

/** Makes a pattern of a chunk and where it has its text. */
function patternOf(data: string, { holder, key }: Place): Pattern | undefined {
  WRITTEN.lastIndex = data.indexOf(`"${key}":`) + key.length + '"":'.length;
  const written = WRITTEN.exec(data)?.[1];
  if (written === undefined) return undefined;
  const before = data.slice(0, WRITTEN.lastIndex - written.length);
  const after = data.slice(WRITTEN.lastIndex);
  // That this is where the text is written, and all of it, shows by putting another in its place.
  const other = `${holder[key]}\0`;
  try {
    const chunk = JSON.parse(before + JSON.stringify(other) + after);
    const place = placeOf(chunk);
    return place?.holder[place.key] === other ? { before, after, chunk, place } : undefined;
  } catch {
    return undefined;
  }
}

/** Finds the text that a chunk adds. */
function placeOf(chunk: unknown): Place | undefined {
  const choice = isRecord(chunk) ? first(chunk.choices) : {};
  const delta = isRecord(choice.delta) ? choice.delta : {};
  const call = first(delta.tool_calls).function;
  const places: Array<[holder: unknown, key: string]> = [
    [delta, "content"],
    [delta, "reasoning_content"],
    [delta, "reasoning"],
    [call, "arguments"],
    [choice, "text"],
  ];
  for (const [holder, key] of places) {
    if (isRecord(holder) && typeof holder[key] === "string" && holder[key] !== "") return { holder, key };
  }
}

function first(items: unknown): Record<string, unknown> {
  return Array.isArray(items) && isRecord(items[0]) ? items[0] : {};
}
