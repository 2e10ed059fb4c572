/**
 * Reads the answer to a request that was not streamed, which some servers stream all the same.
 *
 * @module
 */
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Answer } from "../http/answer.ts";
import { parseJson } from "../http/json.ts";
import { type AnswerContext, type Completion, readCompletion } from "./completion.ts";
import { ChunkReader } from "./events.ts";
import { gather } from "./gather.ts";
import { PartWriter } from "./parts.ts";

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
  if (answer.json !== undefined) return readCompletion(answer, context);
  const parts: LanguageModelV4StreamPart[] = [];
  const answerOf = (text: string) => ({ ...answer, text, json: parseJson(text) });
  const toError = (error: unknown) => error;
  const writer = new PartWriter({ ...context, answerOf, toError }, (part) => parts.push(part));
  const reader = new ChunkReader(writer, { maxTokens });
  reader.addText(answer.text);
  if (reader.end() !== undefined) {
    return readCompletion({ ...answer, json: parseJson(answer.text.replace(DONE, "")) }, context);
  }
  writer.finish();
  return gather(parts);
}
