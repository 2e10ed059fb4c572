/**
 * Reads the answer to a request that was not streamed, which some servers stream all the same.
 *
 * @module
 */
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Answer } from "../http/answer.ts";
import { parseJson } from "../http/json.ts";
import { writeWhole } from "./completion.ts";
import { ChunkReader } from "./events.ts";
import { type Completion, gather } from "./gather.ts";
import { type AnswerContext, PartWriter } from "./parts.ts";

/** What an event stream ends with. Some gateways put it behind plain JSON too. */
const DONE = /data:\s*\[DONE\]\s*$/;

/**
 * Reads a whole answer: JSON, JSON with the end of an event stream behind it, or an event stream.
 *
 * @throws {APICallError} for an answer that is not a completion.
 */
export function readWholeAnswer(
  answer: Answer,
  { maxTokens, ...context }: AnswerContext & { maxTokens?: number },
): Completion {
  const parts: LanguageModelV4StreamPart[] = [];
  const emit = (part: LanguageModelV4StreamPart) => void parts.push(part);
  const answerOf = (text: string) => ({ ...answer, text, json: parseJson(text) });
  const partContext = { ...context, answerOf, toError: (error: unknown) => error };
  if (answer.json !== undefined) {
    writeWhole(answer, partContext, {}, emit);
    return gather(parts);
  }
  const writer = new PartWriter(partContext, emit);
  const reader = new ChunkReader(writer, { maxTokens });
  reader.addText(answer.text);
  if (reader.end() === undefined) writer.finish();
  else writeWhole({ ...answer, json: parseJson(answer.text.replace(DONE, "")) }, partContext, {}, emit);
  return gather(parts);
}
