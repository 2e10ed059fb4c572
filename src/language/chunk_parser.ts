/**
 * Parses the chunks of a stream. Most chunks of an answer differ only in their text, so the rest is compared with the
 * previous chunk instead of parsed again. That takes a third of the time.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";

/** A chunk, and the JSON before and after the one value in it that changes. */
interface Pattern {
  before: string;
  after: string;
  chunk: unknown;
  place: Place;
}

/** Where the text of a chunk is. */
interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** Making a pattern costs about as much time as two uses of it save. */
const COST = 2;
/** After this much lost time no more patterns are made: other values change too. */
const MAX_LOSS = 16;
/** A string in JSON. */
const JSON_STRING = /\s*("[^"\\]*(?:\\.[^"\\]*)*")/y;

/** Parses the chunks of one stream. A chunk has to be read at once: the next one may be the same object. */
export class ChunkParser {
  #pattern: Pattern | undefined;
  #loss = 0;

  /**
   * Parses a chunk, exactly as `JSON.parse` does.
   *
   * @throws {SyntaxError} for a chunk that is not JSON.
   */
  parse(data: string): unknown {
    if (this.#pattern && fill(this.#pattern, data)) {
      if (this.#loss > 0) this.#loss--;
      return this.#pattern.chunk;
    }
    const chunk = JSON.parse(data);
    const place = this.#loss < MAX_LOSS ? placeOf(chunk) : undefined;
    if (place) this.#loss += COST;
    this.#pattern = place && patternOf(data, place);
    return chunk;
  }
}

/** Puts the value of a chunk into the pattern, if the rest of the chunk equals it. */
function fill({ before, after, place }: Pattern, data: string): boolean {
  const end = data.length - after.length;
  // Not startsWith and endsWith, which take V8 several times as long.
  if (data.slice(0, before.length) !== before || data.slice(end) !== after) return false;
  try {
    // With two values between them, or half of one, this is not JSON and throws.
    place.holder[place.key] = JSON.parse(data.slice(before.length, end));
    return true;
  } catch {
    return false;
  }
}

/** Makes a pattern of a chunk. */
function patternOf(data: string, { holder, key }: Place): Pattern | undefined {
  JSON_STRING.lastIndex = data.indexOf(`"${key}":`) + key.length + '"":'.length;
  const written = JSON_STRING.exec(data)?.[1];
  if (written === undefined) return undefined;
  const before = data.slice(0, JSON_STRING.lastIndex - written.length);
  const after = data.slice(JSON_STRING.lastIndex);
  // Another text in its place proves that exactly the text was found.
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
