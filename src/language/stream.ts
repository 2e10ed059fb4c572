/**
 * An answer as a stream of the AI SDK's parts, read piece by piece from a route's body or from a job's yields.
 *
 * @module
 */
import { APICallError, type JSONObject, type LanguageModelV4StreamPart, type SharedV4Warning } from "@ai-sdk/provider";
import { untilAborted } from "../http/abort.ts";
import type { Answer } from "../http/answer.ts";
import { writeWhole } from "./completion.ts";
import { LINGER_MILLIS } from "../limits.ts";
import { ChunkReader, type WholeAnswer } from "./events.ts";
import { type PartContext, PartWriter } from "./parts.ts";

type Part = LanguageModelV4StreamPart;

/** Where the pieces of an answer come from. */
export interface PieceSource<Piece = unknown> {
  /** Reads the next piece. */
  read: () => Promise<{ done?: boolean; value?: Piece }>;
  /** Whether the source may stay open after the answer has finished. */
  mayLinger?: boolean;
  /** Gives a piece to the reader. */
  add: (reader: ChunkReader, piece: Piece) => void;
  /** Gives the reader what is left when there is no further piece. */
  addEnd: (reader: ChunkReader) => void;
  /** Stops reading. `isAbandoned` says that nobody wants the answer any more; else it is complete. */
  stop: (isAbandoned: boolean, reason?: unknown) => void;
  /** Makes the error for an answer that breaks off. */
  toDisconnectError: (cause: unknown) => unknown;
  /** Returns the answer that a whole body stands for: itself, or the outcome of a job in its place. */
  follow: (whole: WholeAnswer) => Promise<Answer>;
  /** Waits until whatever makes the answer has ended, and returns metadata about it. */
  waitForEnd: () => Promise<JSONObject>;
}

/** What the stream of an answer is made with. */
export interface PartStreamOptions {
  context: PartContext;
  /** The most tokens that were asked for. */
  maxTokens?: number;
  warnings: SharedV4Warning[];
  abortSignal?: AbortSignal;
}

/**
 * Makes the stream of an answer's parts. An answer that comes as a whole becomes a stream too.
 *
 * @throws {APICallError} when the answer is whole and not a completion, or empty.
 * @throws the abort signal's reason.
 */
export async function partStream<Piece>(
  source: PieceSource<Piece>,
  { context, maxTokens, warnings, abortSignal }: PartStreamOptions,
): Promise<ReadableStream<Part>> {
  // Collects the first parts, until there is a stream to put them into.
  const first: Part[] = [{ type: "stream-start", warnings }];
  const writer = new PartWriter(context, (part) => void first.push(part));
  const reader = new ChunkReader(writer, { maxTokens, keepsChunks: context.includeRawChunks });

  let isAtEnd = false;
  try {
    while (!isAtEnd && !writer.hasOutput && !writer.isDone && !writer.failure) {
      isAtEnd = !addPiece(source, reader, await untilAborted(source.read(), abortSignal));
    }
  } catch (cause) {
    source.stop(true, cause);
    abortSignal?.throwIfAborted();
    throw context.toError(source.toDisconnectError(cause));
  }
  if (writer.failure && !writer.hasOutput) {
    // Nothing was told yet, so the call may fail as a whole, and be tried again.
    source.stop(true);
    throw context.toError(writer.failure.error);
  }
  const whole = isAtEnd ? reader.end() : undefined;
  if (whole !== undefined) {
    source.stop(false);
    const answer = await source.follow(whole);
    if (!reader.addInside(answer.json)) {
      writeWhole(answer, context, await source.waitForEnd(), (part) => void first.push(part));
      return streamOf(first);
    }
  }
  return pullStream({ source, reader, writer, isAtEnd, abortSignal }, first);
}

/** Gives the reader what was read. Returns false at the end. */
function addPiece<Piece>(
  source: PieceSource<Piece>,
  reader: ChunkReader,
  { done, value }: { done?: boolean; value?: Piece },
): boolean {
  if (done) source.addEnd(reader);
  else source.add(reader, value as Piece);
  return !done;
}

/** Makes a stream of parts that are all there. */
export function streamOf(parts: Part[]): ReadableStream<Part> {
  return new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

/** Waits for a piece until a time, after which there is none. */
async function readUntil<T>(
  piece: Promise<{ done?: boolean; value?: T }>,
  time: number | undefined,
): Promise<{ done?: boolean; value?: T }> {
  if (time === undefined) return await piece;
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<{ done: boolean }>((resolve) => {
    timer = setTimeout(() => resolve({ done: true }), Math.max(0, time - Date.now()));
  });
  return await Promise.race([piece, over]).finally(() => clearTimeout(timer));
}

/** A stream that reads the next piece when the consumer wants more. */
function pullStream<Piece>(
  { source, reader, writer, isAtEnd, abortSignal }: {
    source: PieceSource<Piece>;
    reader: ChunkReader;
    writer: PartWriter;
    isAtEnd: boolean;
    abortSignal: AbortSignal | undefined;
  },
  first: Part[],
): ReadableStream<Part> {
  let hasEmitted = false;
  let isClosed = false;
  let isRead = false;
  let lingersUntil: number | undefined;
  let onAbort: () => void;

  const close = (isAbandoned: boolean, reason?: unknown) => {
    isClosed = true;
    abortSignal?.removeEventListener("abort", onAbort);
    source.stop(isAbandoned, reason);
  };

  return new ReadableStream<Part>({
    start(controller) {
      writer.emit = (part) => {
        hasEmitted = true;
        controller.enqueue(part);
      };
      onAbort = () => {
        const { reason } = abortSignal!;
        close(true, reason);
        // The time is up: what has come stays, and the reason is a part.
        if (!APICallError.isInstance(reason)) return controller.error(reason);
        writer.breakOff(reason);
        writer.finish();
        controller.close();
      };
      for (const part of first) controller.enqueue(part);
      if (abortSignal?.aborted) onAbort();
    },
    async pull(controller) {
      // Not before somebody reads, so that a stream that nobody reads leaves nothing behind at a signal that many share.
      if (!isRead) abortSignal?.addEventListener("abort", onAbort, { once: true });
      isRead = true;
      if (abortSignal?.aborted) return onAbort();
      hasEmitted = false;
      while (!hasEmitted && !isClosed) {
        isAtEnd ||= writer.isDone;
        try {
          if (!isAtEnd) {
            if (source.mayLinger && writer.hasFinished) lingersUntil ??= Date.now() + LINGER_MILLIS;
            const { done = false, value } = await readUntil(source.read(), lingersUntil);
            // The answer was aborted in the meantime.
            if (isClosed) return;
            if (!done) source.add(reader, value as Piece);
            else {
              source.addEnd(reader);
              isAtEnd = true;
            }
          }
        } catch (cause) {
          if (isClosed) return;
          isAtEnd = true;
          writer.breakOff(source.toDisconnectError(cause));
        }
        if (!isAtEnd) continue;
        reader.end();
        const about = await source.waitForEnd();
        if (isClosed) return;
        close(false);
        writer.finish(about);
        controller.close();
      }
    },
    cancel: (reason) => close(true, reason),
  });
}
