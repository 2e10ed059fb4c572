import type { EmulatedBehavior } from "./behavior.ts";
import { hash } from "./digest.ts";

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
