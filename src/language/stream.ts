/**
 * A streamed chat completion as the SDK's parts: one pull stream, one parser, checks by hand.
 *
 * @module
 */
import type {
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { createNullLanguageModelUsage, isRecord } from "@ai-sdk/provider-utils";
import { createParser, type EventSourceParser } from "eventsource-parser";
import { type Answer, answerError, networkError, unexpectedAnswer } from "../error.ts";
import {
  type AnswerContext,
  type Completion,
  readCompletion,
  readFinishReason,
  readMetadata,
  readReasoning,
  readText,
  readUsage,
} from "./response.ts";
import { ToolCalls } from "./tool_calls.ts";

/** What a stream of parts is made from. */
export interface StreamSource {
  response: Response;
  /** Makes an answer of text from the body, for errors. */
  read: (text: string) => Answer;
  context: AnswerContext;
  warnings: SharedV4Warning[];
  includeRawChunks?: boolean;
  abortSignal?: AbortSignal;
}

type Emit = (part: LanguageModelV4StreamPart) => void;

/**
 * Turns the body of an answer into parts. An endpoint that answers a streaming request with plain JSON becomes a
 * stream too.
 *
 * @throws {APICallError} when the answer is JSON but no completion, or nothing at all.
 */
export async function streamParts(source: StreamSource): Promise<ReadableStream<LanguageModelV4StreamPart>> {
  const { response, read, context, warnings, abortSignal } = source;
  const body = response.body?.getReader();
  const decoder = new TextDecoder();
  let start = "";
  try {
    for (;;) {
      const { done, value } = await body?.read() ?? { done: true };
      start += decoder.decode(value, { stream: !done });
      if (!done && start.trimStart().length < LONGEST_FIELD) continue;
      if (looksLikeEvents(start)) break;
      if (done) return partsOf(readCompletion(read(start), context), warnings);
    }
  } catch (error) {
    abortSignal?.throwIfAborted();
    if (!isRecord(error) || !("isRetryable" in error)) throw lostConnection(source, error);
    throw error;
  }
  return eventParts(source, body!, decoder, start);
}

// "retry:" and the other fields an event stream may begin with; a colon alone begins a comment.
const EVENT_START = /^\s*(data|event|id|retry)?:/;
const LONGEST_FIELD = "retry:".length;

function looksLikeEvents(text: string): boolean {
  return EVENT_START.test(text);
}

function eventParts(
  source: StreamSource,
  body: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  start: string,
): ReadableStream<LanguageModelV4StreamPart> {
  const { abortSignal } = source;
  let emit: Emit;
  let hasEmitted = false;
  let chunks: Chunks;
  let parser: EventSourceParser;
  let onAbort: () => void;

  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      emit = (part) => {
        hasEmitted = true;
        controller.enqueue(part);
      };
      chunks = new Chunks(source, emit);
      parser = createParser({ onEvent: (event) => chunks.add(event.data) });
      onAbort = () => {
        controller.error(abortSignal!.reason);
        body.cancel(abortSignal!.reason).catch(() => {});
      };
      if (abortSignal?.aborted) return onAbort();
      abortSignal?.addEventListener("abort", onAbort, { once: true });
      emit({ type: "stream-start", warnings: source.warnings });
      parser.feed(start);
    },
    async pull(controller) {
      const end = () => {
        abortSignal?.removeEventListener("abort", onAbort);
        chunks.finish();
        controller.close();
      };
      hasEmitted = false;
      while (!hasEmitted) {
        if (chunks.isDone) {
          body.cancel().catch(() => {});
          return end();
        }
        try {
          const { done, value } = await body.read();
          if (abortSignal?.aborted) return;
          parser.feed(decoder.decode(value, { stream: !done }));
          if (!done) continue;
          // The last event may lack the empty line that ends it.
          chunks.isAtEnd = true;
          parser.feed("\n\n");
        } catch (error) {
          if (abortSignal?.aborted) return;
          chunks.fail(lostConnection(source, error));
        }
        return end();
      }
    },
    async cancel(reason) {
      abortSignal?.removeEventListener("abort", onAbort);
      await body.cancel(reason);
    },
  });
}

/** Reads chunks in their order and emits what they add. */
class Chunks {
  /** Whether the server said that nothing follows. */
  isDone = false;
  /** Whether the connection ended: what cannot be read now was cut. */
  isAtEnd = false;
  readonly #source: StreamSource;
  readonly #emit: Emit;
  readonly #toolCalls: ToolCalls;
  #block: "text" | "reasoning" | undefined;
  #blockId = "";
  #blocks = 0;
  #hasMetadata = false;
  #finishReason: string | undefined;
  #usage: LanguageModelV4Usage = createNullLanguageModelUsage();
  #cost: number | undefined;
  #isRefusal = false;
  #hasFailed = false;

  constructor(source: StreamSource, emit: Emit) {
    this.#source = source;
    this.#emit = emit;
    this.#toolCalls = new ToolCalls(emit);
  }

  /** Takes the data of one event. */
  add(data: string): void {
    if (this.isDone) return;
    if (data === "[DONE]") {
      this.isDone = true;
      return;
    }
    let chunk: unknown;
    try {
      chunk = JSON.parse(data);
    } catch {
      // Half an event at the end of the connection is reported as the cut that it is.
      if (!this.isAtEnd) this.fail(this.#unexpected(data, "a chunk as JSON"));
      return;
    }
    if (this.#source.includeRawChunks) this.#emit({ type: "raw", rawValue: chunk });
    if (!isRecord(chunk)) return;
    if (!Array.isArray(chunk.choices)) return this.#addOther(chunk, data);
    if (!this.#hasMetadata) this.#addMetadata(chunk);
    if (chunk.usage) this.#usage = readUsage(chunk.usage);
    if (typeof chunk.cost === "number") this.#cost = chunk.cost;
    for (const choice of chunk.choices) {
      // Only the first of several answers can be told.
      if (isRecord(choice) && !choice.index) this.#addChoice(choice);
    }
  }

  /** Ends the answer with an error. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#emit({ type: "error", error });
  }

  /** Ends whatever is open. A stream without a finish reason or `[DONE]` was cut, and that is an error. */
  finish(): void {
    this.#endBlock();
    if (!this.#hasFailed && this.#finishReason === undefined && !this.isDone) {
      this.fail(this.#unexpected("", "a finish reason or [DONE] before the end of the stream: the answer was cut"));
    }
    if (!this.#hasFailed) {
      try {
        this.#toolCalls.finish();
      } catch (error) {
        this.fail(error);
      }
    }
    this.#emit({
      type: "finish",
      usage: this.#usage,
      finishReason: this.#readFinishReason(),
      ...(this.#cost === undefined ? {} : { providerMetadata: { runpod: { cost: this.#cost } } }),
    });
  }

  #readFinishReason(): LanguageModelV4FinishReason {
    if (this.#hasFailed) return { unified: "error", raw: this.#finishReason };
    return readFinishReason(this.#finishReason, {
      hasToolCalls: !this.#toolCalls.isEmpty,
      isRefusal: this.#isRefusal,
    });
  }

  #addChoice(choice: Record<string, unknown>): void {
    const { delta, finish_reason: finishReason } = choice;
    if (isRecord(delta)) {
      const reasoning = readReasoning(delta);
      if (reasoning) this.#addDelta("reasoning", reasoning);
      const text = readText(delta.content);
      if (text) this.#addDelta("text", text);
      if (delta.refusal) {
        this.#isRefusal = true;
        this.#addDelta("text", readText(delta.refusal));
      }
      if (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0) this.#addToolCalls(delta.tool_calls);
    }
    if (typeof finishReason === "string") this.#finishReason = finishReason;
  }

  #addDelta(block: "text" | "reasoning", delta: string): void {
    if (this.#block !== block) {
      this.#endBlock();
      this.#block = block;
      this.#blockId = `${block}-${this.#blocks++}`;
      this.#emit({ type: `${block}-start`, id: this.#blockId });
    }
    this.#emit({ type: `${block}-delta`, id: this.#blockId, delta });
  }

  #endBlock(): void {
    if (this.#block) this.#emit({ type: `${this.#block}-end`, id: this.#blockId });
    this.#block = undefined;
  }

  #addToolCalls(deltas: unknown[]): void {
    this.#endBlock();
    try {
      for (const delta of deltas) this.#toolCalls.add(delta);
    } catch (error) {
      this.fail(error);
    }
  }

  #addMetadata(chunk: Record<string, unknown>): void {
    const metadata = readMetadata(chunk);
    if (!metadata.id && !metadata.modelId && !metadata.timestamp) return;
    this.#hasMetadata = true;
    this.#emit({ type: "response-metadata", ...metadata });
  }

  /** An event without choices: an error, the usage alone, or something unknown that is let be. */
  #addOther(chunk: Record<string, unknown>, data: string): void {
    if (chunk.usage) this.#usage = readUsage(chunk.usage);
    if (chunk.object !== "error" && !("error" in chunk)) return;
    const { context, read } = this.#source;
    this.fail(answerError({ ...context, answer: read(data), repeat: "completion" }));
  }

  #unexpected(data: string, expected: string): Error {
    const { context, read } = this.#source;
    return unexpectedAnswer({ attempt: context.attempt, answer: read(data), expected });
  }
}

function partsOf(completion: Completion, warnings: SharedV4Warning[]): ReadableStream<LanguageModelV4StreamPart> {
  const { content, finishReason, usage, response, cost } = completion;
  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      const emit: Emit = (part) => controller.enqueue(part);
      emit({ type: "stream-start", warnings });
      emit({ type: "response-metadata", ...response });
      content.forEach((part, index) => {
        if (part.type === "text" || part.type === "reasoning") {
          const id = `${part.type}-${index}`;
          emit({ type: `${part.type}-start`, id });
          emit({ type: `${part.type}-delta`, id, delta: part.text });
          emit({ type: `${part.type}-end`, id });
        } else if (part.type === "tool-call") {
          emit({ type: "tool-input-start", id: part.toolCallId, toolName: part.toolName });
          emit({ type: "tool-input-delta", id: part.toolCallId, delta: part.input });
          emit({ type: "tool-input-end", id: part.toolCallId });
          emit(part);
        }
      });
      emit({
        type: "finish",
        usage,
        finishReason,
        ...(cost === undefined ? {} : { providerMetadata: { runpod: { cost } } }),
      });
      controller.close();
    },
  });
}

function lostConnection({ read, context }: StreamSource, cause: unknown): Error {
  const { url, requestBody } = read("");
  return networkError({ attempt: context.attempt, url, requestBody, cause, repeat: "completion" });
}
