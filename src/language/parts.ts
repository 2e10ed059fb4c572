/**
 * Turns the chunks of a completion into the parts of the AI SDK, one after the other.
 *
 * @module
 */
import type { JSONObject, JSONValue, LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { type AnswerContext, type Completion, readCompletion } from "./completion.ts";
import { readError } from "../http/error_details.ts";
import type { ChunkSink } from "./events.ts";
import {
  answerMetadata,
  echoMetadata,
  isFinishReason,
  readCost,
  readFinishReason,
  readLogprobs,
  readMetadata,
  readReasoning,
  readText,
  readUsage,
  reasoningField,
  withMetadata,
} from "./fields.ts";
import type { RunpodReasoningEcho } from "./options.ts";
import { TagSplitter } from "./reasoning_tags.ts";
import { ToolCalls } from "./tool_calls.ts";

/** What writing parts needs to know. */
export interface PartContext extends AnswerContext {
  /** Makes the answer that a text came in, for errors about it. */
  answerOf: (text: string) => Answer;
  /** Turns an error about the answer into the one that callers get. */
  toError: (error: unknown) => unknown;
  /** Whether each chunk is also emitted as it came. */
  includeRawChunks?: boolean;
}

type Emit = (part: LanguageModelV4StreamPart) => void;

/** Enough of the text between events to show what went wrong. */
const MAX_STRAY_LENGTH = 1000;

/** Writes the parts of one answer: each chunk becomes the parts that it adds. */
export class PartWriter implements ChunkSink {
  /** Whether the server said that nothing follows. */
  isDone = false;
  /** Why the answer has failed. */
  failure: { error: unknown } | undefined;
  /** Whether a part of the answer itself was written. */
  get hasOutput(): boolean {
    return this.#blocks > 0 || !this.#toolCalls.isEmpty || this.#finishReason !== undefined;
  }
  readonly #context: PartContext;
  /** Where the parts go. */
  emit: Emit;
  readonly #toolCalls: ToolCalls;
  /** The kind and the id of the block that is open. */
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
  /** The calls of the JSON tool. The arguments of the first are the text of the answer. */
  readonly #jsonCalls: string[] = [];
  /** Text that counts only if the JSON tool is not called. */
  #heldText = "";
  #hasOtherCalls = false;
  #isRefusal = false;
  #hasFailed = false;
  /** Text between the events. */
  #stray = "";

  constructor(context: PartContext, emit: Emit) {
    this.#context = context;
    this.emit = emit;
    const { tags, jsonTool } = context;
    if (tags) this.#splitter = new TagSplitter(tags, (kind, text) => this.#addSplit(kind, text));
    this.#toolCalls = new ToolCalls((part) => jsonTool ? this.#addToolPart(part, jsonTool) : this.emit(part));
  }

  /** Takes a chunk. */
  add(chunk: unknown): void {
    if (this.isDone) return;
    if (this.#context.includeRawChunks) this.emit({ type: "raw", rawValue: chunk });
    if (!isRecord(chunk)) return;
    if (isErrorChunk(chunk)) return this.addError(JSON.stringify(chunk));
    if (!this.#hasMetadata) this.#addMetadata(chunk);
    if (chunk.usage) this.#usage = chunk.usage;
    if (chunk.cost !== undefined) this.#cost = readCost(chunk);
    if (!Array.isArray(chunk.choices)) return;
    for (const choice of chunk.choices) {
      // A call has one answer, so of several only the first is read.
      if (isRecord(choice) && !choice.index) this.#addChoice(choice);
    }
  }

  /** Takes the server's word that the answer is complete. */
  complete(): void {
    this.isDone = true;
  }

  /** Takes an event that is not JSON. Half an event at the end is reported as the cut that it is. */
  addBroken(data: string, isAtEnd: boolean): void {
    if (!this.isDone && !isAtEnd) this.fail(this.#unexpected(data, "a chunk as JSON"));
  }

  /** Takes a line between events. */
  addStray(line: string): void {
    this.#stray = (this.#stray + line).slice(0, MAX_STRAY_LENGTH);
  }

  /** Takes what the server says of its failure. */
  addError(text: string): void {
    if (this.isDone) return;
    const { attempt, notFound, answerOf } = this.#context;
    this.fail(answerError({ attempt, notFound, answer: answerOf(text), retryCost: "completion" }));
  }

  /** Ends the answer with an error. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.failure = { error };
    this.emit({ type: "error", error: this.#context.toError(error) });
  }

  /** Takes the loss of the connection, which does not matter once the answer has finished. */
  breakOff(error: unknown): void {
    if (this.#finishReason === undefined) this.fail(error);
  }

  /**
   * Ends whatever is open. A stream that ended before the answer did was cut, and that is an error.
   *
   * @param about Metadata to add to that of the answer.
   */
  finish(about: JSONObject = {}): void {
    this.#splitter?.flush();
    this.#releaseText();
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
    this.emit({
      type: "finish",
      usage: readUsage(this.#usage),
      finishReason: this.#readFinishReason(),
      ...answerMetadata(this.#cost, this.#logprobs, about),
    });
  }

  /** Some servers send `[DONE]` and no finish reason. That is enough for text, and for calls whose arguments are whole. */
  #isComplete(): boolean {
    if (this.#finishReason !== undefined) return true;
    return this.isDone && (this.#blocks > 0 || !this.#toolCalls.isEmpty) && this.#toolCalls.areWhole;
  }

  #readFinishReason(): LanguageModelV4FinishReason {
    if (this.#hasFailed) return { unified: "error", raw: this.#finishReason };
    const { jsonTool } = this.#context;
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
        // A server that sends reasoning by itself leaves none in the text.
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
    if (isFinishReason(finishReason)) {
      this.#finishReason = finishReason;
      // Moonshot has the usage in its last choice.
      this.#usage ??= choice.usage;
    }
  }

  #addText(text: string): void {
    if (!this.#splitter) return this.#addPlainText(text);
    this.#splitter.add(text);
    if (this.#splitter.isDone) this.#splitter = undefined;
  }

  #addSplit(kind: "text" | "reasoning", text: string): void {
    if (kind === "text") this.#addPlainText(text);
    else this.#addDelta(kind, text, "inline");
  }

  #addPlainText(text: string): void {
    if (this.#context.jsonTool) this.#heldText += text;
    else this.#addDelta("text", text);
  }

  #releaseText(): void {
    if (this.#jsonCalls.length === 0 && this.#heldText !== "") this.#addDelta("text", this.#heldText);
    this.#heldText = "";
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
      this.emit({ type: `${block}-start`, id: this.#blockId, ...metadata });
    }
    // Written out, because a type that is put together for every delta takes longer.
    this.emit({ type: block === "text" ? "text-delta" : "reasoning-delta", id: this.#blockId, delta });
  }

  #endBlock(): void {
    if (this.#block) this.emit({ type: `${this.#block}-end`, id: this.#blockId });
    this.#block = undefined;
  }

  /** Emits the parts of tool calls; those of the JSON tool become text. */
  #addToolPart(part: LanguageModelV4StreamPart, jsonTool: string): void {
    if (part.type === "tool-input-start") {
      if (part.toolName === jsonTool) {
        this.#jsonCalls.push(part.id);
      } else {
        this.#releaseText();
        this.#endBlock();
      }
    }
    const id = part.type === "tool-call" ? part.toolCallId : "id" in part && part.id || "";
    const position = this.#jsonCalls.indexOf(id);
    if (position === -1) {
      this.#hasOtherCalls = true;
      this.emit(part);
    } else if (position === 0 && part.type === "tool-input-delta") this.#addDelta("text", part.delta);
  }

  #addToolCalls(deltas: unknown[]): void {
    this.#splitter?.flush();
    if (!this.#context.jsonTool) this.#endBlock();
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
    this.emit({ type: "response-metadata", ...metadata });
  }

  #unexpected(data: string, expected: string): Error {
    const { attempt, answerOf } = this.#context;
    return unexpectedAnswer({ attempt, answer: answerOf(data), expected });
  }
}

/** Whether a chunk says that the answer has failed, in any of the ways that servers say it. */
function isErrorChunk(chunk: Record<string, unknown>): boolean {
  if (chunk.error || chunk.object === "error" || chunk.type === "error") return true;
  return !("choices" in chunk || "usage" in chunk || "cost" in chunk) && readError(chunk) !== undefined;
}

/**
 * Writes the parts of an answer that came as a whole.
 *
 * @throws {APICallError} for an answer that is not a completion, as `toError` of the context turns it.
 */
export function writeWhole(answer: Answer, context: PartContext, about: JSONObject, emit: Emit): void {
  let completion: Completion;
  try {
    completion = readCompletion(answer, context);
  } catch (error) {
    throw context.toError(error);
  }
  const { content, finishReason, usage, response, providerMetadata } = completion;
  if (context.includeRawChunks) emit({ type: "raw", rawValue: answer.json });
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
  emit({ type: "finish", usage, finishReason, ...withMetadata(providerMetadata, about) });
}
