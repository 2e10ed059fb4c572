/**
 * What workers yield for a chat request, as the one text that an OpenAI route would answer with: events, or JSON.
 *
 * @module
 */
import { isRecord, removeUndefinedEntries } from "@ai-sdk/provider-utils";

type Item = Record<string, unknown>;

/**
 * Turns yields into the text of an answer's body, piece by piece.
 *
 * - Text is passed on as it is: event streams are cut anywhere, and SGLang's worker yields JSON as text.
 * - Lists are read item by item, chunks become events, and what is neither is the JSON of a whole answer.
 * - The worker's own format (`choices[].tokens`) becomes chunks. It tells no finish reason, so `limit`, the most tokens
 *   that were asked for, tells whether the answer was cut.
 */
export async function* bodyText(
  yields: AsyncIterable<unknown> | Iterable<unknown>,
  limit: unknown,
): AsyncGenerator<string, void, undefined> {
  let native: Item | undefined;
  let hasBegun = false;
  for await (const item of flatten(yields)) {
    if (typeof item === "string") yield item;
    else if (isNative(item)) {
      native = item;
      for (const content of tokensOf(item)) yield event({ choices: [{ index: 0, delta: { content } }] });
    } else yield hasBegun || isChunk(item) ? event(item) : JSON.stringify(item);
    hasBegun = true;
  }
  if (!native) return;
  const { usage, cost } = native;
  const { input, output } = isRecord(usage) ? usage : {};
  const isCut = typeof limit === "number" && typeof output === "number" && output >= limit;
  yield event(removeUndefinedEntries<unknown>({
    choices: [{ index: 0, delta: {}, finish_reason: isCut ? "length" : "stop" }],
    usage: isRecord(usage) ? { prompt_tokens: input, completion_tokens: output } : undefined,
    cost,
  }));
}

async function* flatten(yields: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
  for await (const item of yields) {
    if (Array.isArray(item)) yield* flatten(item);
    else if (item !== undefined && item !== null) yield item;
  }
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function choicesOf(item: unknown): unknown[] {
  return isRecord(item) && Array.isArray(item.choices) ? item.choices : [];
}

function isChunk(item: unknown): boolean {
  if (isRecord(item) && item.object === "chat.completion.chunk") return true;
  return choicesOf(item).some((choice) => isRecord(choice) && isRecord(choice.delta));
}

function isNative(item: unknown): item is Item {
  return choicesOf(item).some((choice) => isRecord(choice) && Array.isArray(choice.tokens));
}

/** The pieces of the first of several answers. */
function tokensOf(item: Item): string[] {
  const [choice] = choicesOf(item);
  const tokens = isRecord(choice) && Array.isArray(choice.tokens) ? choice.tokens : [];
  return tokens.filter((token) => typeof token === "string");
}
