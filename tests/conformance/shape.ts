/**
 * The shape of an answer: which fields it has, of which kinds, and how its events are written. Two servers that write
 * other words have the same shape.
 *
 * @module
 */
import type { Exchange } from "./recording.ts";
import { bodyText, eventsOf } from "./replay.ts";

/** Places of an answer, such as `body.choices[].text`, and what is there, such as `null|string`. */
export type Shape = Record<string, string>;

/** The shape of an answer. */
export function shapeOf(exchange: Exchange): Shape {
  const kinds = new Map<string, Set<string>>();
  const add = (place: string, kind: string) => kinds.set(place, (kinds.get(place) ?? new Set()).add(kind));
  add("status", String(exchange.status));
  add("content-type", exchange.headers["content-type"]?.split(";")[0] ?? "none");

  const text = bodyText(exchange);
  if (exchange.headers["content-type"]?.startsWith("text/event-stream")) {
    const events = eventsOf(text);
    add("end", events.at(-1)?.trim().slice(0, 40) ?? "none");
    for (const event of events) {
      const [, framing, data = ""] = event.match(/^((?:[a-z]+: )?)([^]*?)\s*$/)!;
      add("event", `${framing}…${JSON.stringify(event.slice(framing.length + data.length))}`);
      if (data !== "[DONE]") addKinds("data", parsed(data), add);
    }
  } else if (text === "") add("body", "empty");
  else {
    const value = typeof exchange.body === "string" ? parsed(exchange.body) : exchange.body;
    addKinds("body", value, add);
    if (exchange.status >= 400) addWords("body", value, add);
  }
  return Object.fromEntries([...kinds].map(([place, set]) => [place, [...set].sort().join("|")]));
}

function addKinds(place: string, value: unknown, add: (place: string, kind: string) => void): void {
  if (Array.isArray(value)) {
    add(place, "list");
    for (const item of value) addKinds(`${place}[]`, item, add);
  } else if (typeof value === "object" && value !== null) {
    add(place, "object");
    // Tokens are names there.
    const hasTokens = place.endsWith(".top_logprobs[]") && !("token" in value);
    for (const [key, item] of Object.entries(value)) addKinds(`${place}.${hasTokens ? "*" : key}`, item, add);
  } else add(place, value === null ? "null" : typeof value);
}

/** What an error says, to the word: it follows from the request, not from the model. */
function addWords(place: string, value: unknown, add: (place: string, kind: string) => void): void {
  if (typeof value === "string") add(`${place} says`, value);
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) addWords(`${place}.${key}`, item, add);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** How the second shape differs from the first: `PLACE: REAL, emulated: OTHER`. */
export function differencesOf(real: Shape, emulated: Shape): string[] {
  return [...new Set([...Object.keys(real), ...Object.keys(emulated)])]
    .filter((place) => real[place] !== emulated[place])
    .map((place) => `${place}: ${real[place] ?? "missing"}, emulated: ${emulated[place] ?? "missing"}`);
}
