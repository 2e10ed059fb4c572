/**
 * A streamed chat completion as the SDK's parts: one pull stream, one parser, checks by hand.
 *
 * @module
 */
import type {
  JSONValue,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { createParser, type EventSourceParser } from "eventsource-parser";
import { untilAborted } from "../http/abort.ts";
import type { OpenAnswer } from "../http/request.ts";
import { type Answer, answerError, unexpectedAnswer } from "../http/error.ts";
import { readJob } from "../job/envelope.ts";
import type { RunpodReasoningEcho } from "./chat_options.ts";
import { ChunkParser } from "./chunk_parser.ts";
import { TagSplitter } from "./reasoning_tags.ts";
import {
  type AnswerContext,
  answerMetadata,
  type Completion,
  echoMetadata,
  readCompletion,
  readCost,
  readFinishReason,
  readLogprobs,
  readMetadata,
  readReasoning,
  readText,
  readUsage,
  reasoningField,
} from "./response.ts";
import { ToolCalls } from "./tool_calls.ts";

/** What a stream of parts is made from. */
export interface StreamSource extends Pick<OpenAnswer, "read" | "brokenBy"> {
  response: { body: ReadableStream<Uint8Array> | null };
  context: AnswerContext;
  /** Gives the outcome of a job that stands in place of a stream. */
  outcome: (answer: Answer) => Promise<Answer>;
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
  const { response, read, brokenBy, context, abortSignal } = source;
  const body = response.body?.getReader();
  const decoder = new TextDecoder();
  let start = "";
  let isAtEnd = body === undefined;
  try {
    while (!isAtEnd && (start.trimStart().length < LONGEST_FIELD || !looksLikeEvents(start))) {
      const { done, value } = await untilAborted(body!.read(), abortSignal);
      isAtEnd = done;
      start += decoder.decode(value, { stream: !done });
    }
  } catch (cause) {
    body?.cancel(cause).catch(() => {});
    abortSignal?.throwIfAborted();
    throw brokenBy(cause);
  }
  if (body && looksLikeEvents(start)) return eventParts(source, body, decoder, start);
  const answer = await source.outcome(read(start));
  const events = eventsOf(answer.json);
  if (events !== undefined) return eventParts(source, new Blob().stream().getReader(), decoder, events);
  return completionParts(source, readCompletion(answer, context), answer.json);
}

/** The events of a stream that comes at once, as the output of its job: their text in pieces, or the chunks. */
function eventsOf(json: unknown): string | undefined {
  const output = readJob(json)?.output ?? json;
  const pieces = (Array.isArray(output) ? output.flat() : [output]).map((piece) =>
    isRecord(piece) && piece.object === "chat.completion.chunk" ? `data: ${JSON.stringify(piece)}\n\n` : piece
  );
  const text = pieces.every((piece) => typeof piece === "string") ? pieces.join("") : "";
  return looksLikeEvents(text) ? text : undefined;
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
  const { abortSignal, brokenBy, warnings } = source;
  let hasEmitted = false;
  let isClosed = false;
  let chunks: Chunks;
  let parser: EventSourceParser;
  let onAbort: () => void;

  const close = (reason?: unknown) => {
    isClosed = true;
    abortSignal?.removeEventListener("abort", onAbort);
    // The connection may be broken already, which is no news.
    body.cancel(reason).catch(() => {});
  };

  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      const emit: Emit = (part) => {
        hasEmitted = true;
        controller.enqueue(part);
      };
      chunks = new Chunks(source, emit);
      parser = createParser({
        onEvent: (event) => chunks.add(event.data),
        onError: (error) => chunks.addStray(error.line ?? error.value ?? ""),
      });
      onAbort = () => {
        controller.error(abortSignal!.reason);
        close(abortSignal!.reason);
      };
      if (abortSignal?.aborted) return onAbort();
      abortSignal?.addEventListener("abort", onAbort, { once: true });
      emit({ type: "stream-start", warnings });
      parser.feed(start);
    },
    async pull(controller) {
      hasEmitted = false;
      while (!hasEmitted && !isClosed) {
        let isAtEnd = chunks.isDone;
        try {
          if (!isAtEnd) {
            const { done, value } = await body.read();
            if (isClosed) return;
            isAtEnd = done;
            parser.feed(decoder.decode(value, { stream: !done }));
          }
        } catch (cause) {
          if (isClosed) return;
          isAtEnd = true;
          chunks.breakOff(brokenBy(cause));
        }
        if (!isAtEnd) continue;
        chunks.isAtEnd = true;
        // The last event may lack the empty line that ends it.
        parser.feed("\n\n");
        close();
        chunks.finish();
        controller.close();
      }
    },
    cancel: close,
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
  readonly #parser: { parse(data: string): unknown };
  #block: "text" | "reasoning" | undefined;
  #blockId = "";
  #blocks = 0;
  #hasMetadata = false;
  #finishReason: string | undefined;
  #usage: unknown;
  #cost: number | undefined;
  #logprobs: JSONValue[] | undefined;
  /** Looks for reasoning in the text, as long as there may be some. */
  #splitter: TagSplitter | undefined;
  /** The call whose arguments are the answer's text. */
  #jsonCallId: string | undefined;
  #hasOtherCalls = false;
  #isRefusal = false;
  #hasFailed = false;
  /** Text between the events, such as an error that a gateway appends. */
  #stray = "";

  constructor(source: StreamSource, emit: Emit) {
    this.#source = source;
    this.#emit = emit;
    // A raw chunk is the app's to keep.
    this.#parser = source.includeRawChunks ? JSON : new ChunkParser();
    const { tags, jsonTool } = source.context;
    if (tags) this.#splitter = new TagSplitter(tags, (kind, text) => this.#addDelta(kind, text, "inline"));
    this.#toolCalls = new ToolCalls(jsonTool ? (part) => this.#addToolPart(part, jsonTool) : emit);
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
      chunk = this.#parser.parse(data);
    } catch {
      // Half an event at the end of the connection is reported as the cut that it is.
      if (!this.isAtEnd) this.fail(this.#unexpected(data, "a chunk as JSON"));
      return;
    }
    if (this.#source.includeRawChunks) this.#emit({ type: "raw", rawValue: chunk });
    if (!isRecord(chunk)) return;
    if (chunk.error || chunk.object === "error") return this.#addError(data);
    if (!this.#hasMetadata) this.#addMetadata(chunk);
    if (chunk.usage) this.#usage = chunk.usage;
    if (chunk.cost !== undefined) this.#cost = readCost(chunk);
    if (!Array.isArray(chunk.choices)) return;
    for (const choice of chunk.choices) {
      // Only the first of several answers can be told.
      if (isRecord(choice) && !choice.index) this.#addChoice(choice);
    }
  }

  /** Takes a line that belongs to no event. */
  addStray(line: string): void {
    this.#stray = (this.#stray + line).slice(0, 1000);
  }

  /** Ends the answer with an error. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#emit({ type: "error", error });
  }

  /** Takes the loss of the connection, which is no loss once the answer is finished. */
  breakOff(error: unknown): void {
    if (this.#finishReason === undefined) this.fail(error);
  }

  /** Ends whatever is open. A stream that ended before the answer did was cut, and that is an error. */
  finish(): void {
    this.#splitter?.flush();
    this.#endBlock();
    if (!this.#hasFailed && !this.#isComplete()) {
      this.fail(this.#unexpected(this.#stray, "a finish reason before the end of the stream: the answer was cut"));
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
      usage: readUsage(this.#usage),
      finishReason: this.#readFinishReason(),
      ...answerMetadata(this.#cost, this.#logprobs),
    });
  }

  /** Some servers say `[DONE]` and no reason, which is good enough for text but not for half a tool call. */
  #isComplete(): boolean {
    return this.#finishReason !== undefined || (this.isDone && this.#blocks > 0 && this.#toolCalls.isEmpty);
  }

  #readFinishReason(): LanguageModelV4FinishReason {
    if (this.#hasFailed) return { unified: "error", raw: this.#finishReason };
    const { jsonTool } = this.#source.context;
    return readFinishReason(this.#finishReason, {
      hasToolCalls: jsonTool ? this.#hasOtherCalls : !this.#toolCalls.isEmpty,
      isRefusal: this.#isRefusal,
      jsonTool,
    });
  }

  #addChoice(choice: Record<string, unknown>): void {
    const { delta, finish_reason: finishReason } = choice;
    if (isRecord(delta)) {
      const reasoning = readReasoning(delta);
      if (reasoning) {
        // A server that tells reasoning apart leaves none in the text.
        this.#endSplitting();
        this.#addDelta("reasoning", reasoning, this.#block === "reasoning" ? undefined : reasoningField(delta));
      }
      const text = readText(delta.content);
      if (text) this.#addText(text);
      const refusal = readText(delta.refusal);
      if (refusal) {
        this.#isRefusal = true;
        this.#endSplitting();
        this.#addDelta("text", refusal);
      }
      if (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0) this.#addToolCalls(delta.tool_calls);
    }
    // A text completion has its text in the choice itself.
    if (typeof choice.text === "string" && choice.text !== "") this.#addText(choice.text);
    if (choice.logprobs) {
      const logprobs = readLogprobs(choice);
      if (logprobs) (this.#logprobs ??= []).push(...logprobs);
    }
    if (typeof finishReason === "string") {
      this.#finishReason = finishReason;
      // Moonshot has the usage in its last choice.
      this.#usage ??= choice.usage;
    }
  }

  #addText(text: string): void {
    if (!this.#splitter) return this.#addDelta("text", text);
    this.#splitter.add(text);
    if (this.#splitter.isDone) this.#splitter = undefined;
  }

  #endSplitting(): void {
    this.#splitter?.flush();
    this.#splitter = undefined;
  }

  #addDelta(block: "text" | "reasoning", delta: string, cameFrom?: RunpodReasoningEcho): void {
    if (this.#block !== block) {
      this.#endBlock();
      this.#block = block;
      this.#blockId = `${block}-${this.#blocks++}`;
      const metadata = block === "reasoning" && cameFrom ? echoMetadata(cameFrom) : undefined;
      this.#emit({ type: `${block}-start`, id: this.#blockId, ...metadata });
    }
    this.#emit({ type: `${block}-delta`, id: this.#blockId, delta });
  }

  #endBlock(): void {
    if (this.#block) this.#emit({ type: `${this.#block}-end`, id: this.#blockId });
    this.#block = undefined;
  }

  /** Tells the parts of tool calls, the object's as the text that it is. */
  #addToolPart(part: LanguageModelV4StreamPart, jsonTool: string): void {
    if (part.type === "tool-input-start") {
      if (part.toolName === jsonTool) this.#jsonCallId = part.id;
      else this.#endBlock();
    }
    const id = part.type === "tool-call" ? part.toolCallId : "id" in part ? part.id : undefined;
    if (id !== this.#jsonCallId) {
      this.#hasOtherCalls = true;
      this.#emit(part);
    } else if (part.type === "tool-input-delta") this.#addDelta("text", part.delta);
  }

  #addToolCalls(deltas: unknown[]): void {
    this.#splitter?.flush();
    if (!this.#source.context.jsonTool) this.#endBlock();
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

  #addError(data: string): void {
    const { context, read } = this.#source;
    this.fail(answerError({ ...context, answer: read(data), retryCost: "completion" }));
  }

  #unexpected(data: string, expected: string): Error {
    const { context, read } = this.#source;
    return unexpectedAnswer({ attempt: context.attempt, answer: read(data), expected });
  }
}

function completionParts(
  { warnings, includeRawChunks }: StreamSource,
  { content, finishReason, usage, response, providerMetadata }: Completion,
  rawValue: unknown,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      const emit: Emit = (part) => controller.enqueue(part);
      emit({ type: "stream-start", warnings });
      if (includeRawChunks) emit({ type: "raw", rawValue });
      emit({ type: "response-metadata", ...response });
      content.forEach((part, index) => {
        if (part.type === "text" || part.type === "reasoning") {
          const id = `${part.type}-${index}`;
          const { providerMetadata } = part;
          emit({ type: `${part.type}-start`, id, ...(providerMetadata && { providerMetadata }) });
          emit({ type: `${part.type}-delta`, id, delta: part.text });
          emit({ type: `${part.type}-end`, id });
        } else if (part.type === "tool-call") {
          emit({ type: "tool-input-start", id: part.toolCallId, toolName: part.toolName });
          emit({ type: "tool-input-delta", id: part.toolCallId, delta: part.input });
          emit({ type: "tool-input-end", id: part.toolCallId });
          emit(part);
        }
      });
      emit({ type: "finish", usage, finishReason, ...(providerMetadata && { providerMetadata }) });
      controller.close();
    },
  });
}
