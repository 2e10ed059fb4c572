/**
 * The answer of an OpenAI route, while it comes.
 *
 * @module
 */
import type { Answer } from "../http/answer.ts";
import type { OpenAnswer } from "../http/request.ts";
import type { AnswerContext, PartContext } from "./parts.ts";
import type { PieceSource } from "./stream.ts";

/**
 * A route's answer as the source of its pieces.
 *
 * @param follow Gives the outcome of a job that stands in place of an answer.
 */
export function routeSource(
  { body, read, brokenBy: toDisconnectError }: OpenAnswer,
  follow: (answer: Answer) => Promise<Answer>,
): PieceSource<Uint8Array> {
  const decoder = new TextDecoder();
  return {
    read: body.read,
    mayLinger: true,
    add: (reader, bytes) => reader.addText(decoder.decode(bytes, { stream: true })),
    addEnd: (reader) => reader.addText(decoder.decode()),
    stop: (_isAbandoned, reason) => body.cancel(reason),
    toDisconnectError,
    follow: ({ text }) => follow(read(text)),
    waitForEnd: () => Promise.resolve({}),
  };
}

/** The context that the parts of a route's answer are written with. */
export function routeContext(
  answerOf: PartContext["answerOf"],
  context: AnswerContext & Pick<PartContext, "includeRawChunks">,
): PartContext {
  return { ...context, answerOf, toError: (error) => error };
}
