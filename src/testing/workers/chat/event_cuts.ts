import type { EmulatedBehavior } from "../../behavior.ts";
import { hash } from "../../common/hash.ts";

/** Cuts the events of a stream into yields. */
export function* cutEvents(events: string[], style: EmulatedBehavior["openaiChunks"]): Generator<string> {
  switch (style) {
    case "fragments":
      return yield* fragments(events.join(""));
    case "torn":
      return yield* tornPieces(events.join(""));
    case "batches":
      for (const batch of batches(events)) yield batch.join("");
      return;
    case "pretty":
      return yield* events.map(prettyPrinted);
    default:
      return yield* events;
  }
}

/** Slices of 1, 3, 9, 27, then 50 items, which are the batches of the vLLM worker. */
export function* batches<T>(items: T[]): Generator<T[]> {
  for (let start = 0, size = 1; start < items.length; start += size, size = Math.min(size * 3, 50)) {
    yield items.slice(start, start + size);
  }
}

/** Pieces of 1 to 400 characters, about one for each event. The same text is always cut in the same way. */
function* fragments(text: string): Generator<string> {
  const characters = [...text];
  for (let start = 0, end = 0; start < characters.length; start = end) {
    end = start + 1 + hash(`fragment ${start}`) % 400;
    yield characters.slice(start, end).join("");
  }
}

/** Pieces of 1 to 400 bytes as text, each decoded by itself. */
function* tornPieces(text: string): Generator<string> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = start + 1 + hash(`torn ${start}`) % 400;
    yield new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end));
  }
}

function prettyPrinted(event: string): string {
  const data = event.slice("data: ".length).trimEnd();
  if (data === "[DONE]") return event;
  const lines = JSON.stringify(JSON.parse(data), null, 4).split("\n");
  return `${lines.map((line) => `data: ${line}`).join("\n")}\n\n`;
}
