/**
 * Turns the chunks of a completion into the parts of the AI SDK, one after the other.
 *
 * @module
 */
import type { JSONObject, JSONValue, LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { isRecord, removeUndefinedEntries } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import { answerError, unexpectedAnswer, unusableAnswer } from "../http/error.ts";
import { readError } from "../http/error_details.ts";
import type { ChunkSink } from "./events.ts";
import {
  echoMetadata,
  isFinishReason,
  keepFields,
  readArguments,
  readCost,
  readFinishReason,
  readLogprobs,
  readMetadata,
  readParts,
  readReasoning,
  readText,
  readUsage,
  reasoningField,
  withMetadata,
} from "./fields.ts";
import type { RunpodReasoningEcho } from "./options.ts";
import { type Tags, TagSplitter } from "./reasoning_tags.ts";
import { ToolCalls } from "./tool_calls.ts";
import { Transcript } from "./transcript.ts";

/** What reading an answer needs to know. */
export interface AnswerContext {
  attempt: string;
  /** Advice for a 404. */
  notFound: string;
  /** The tags that reasoning stands between in the text. */
  tags?: Tags;
  /** The function whose arguments are the answer's text. */
  jsonTool?: string;
  /** Whether the model was told not to think, so that reasoning with nothing after it is the answer. */
  isThinkingOff?: boolean;
  /** What the text was constrained to. */
  constraint?: { choice?: string[]; regex?: string };
}

/** What writing parts needs to know. */
export interface PartContext extends AnswerContext {
  /** Makes the answer that a text came in, for errors about it. */
  answerOf: (text: string) => Answer;
  /** Turns an error about the answer into the one that callers get. */
  toError: (error: unknown) => unknown;
  /** Whether each chunk is also emitted as it came. */
  includeRawChunks?: boolean;
  /** Whether the answer may begin again in the middle, because a job that lost its worker runs again. */
  mayRunTwice?: boolean;
}

type Emit = (part: LanguageModelV4StreamPart) => void;

/** Enough of the text between events to show what went wrong. */
const MAX_STRAY_LENGTH = 1000;

const DIFFERS = "the job ran again in the middle of its answer, and its second answer differs from the first";

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
  /** Whether the server gave a finish reason. */
  get hasFinished(): boolean {
    return this.#finishReason !== undefined;
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
  /** What else the server told. */
  #kept: JSONObject = {};
  /** The answer that is read, where there are several. */
  #choice: unknown;
  /** What was said so far, where it may be said again, and the id of the chunks that said it. */
  readonly #transcript: Transcript | undefined;
  #chunkId: unknown;
  #chunksOfId = 0;
  /** Looks for reasoning in the text, as long as there may be some. */
  #splitter: TagSplitter | undefined;
  /** The calls of the JSON tool. The arguments of the first are the text of the answer. */
  readonly #jsonCalls: string[] = [];
  /** Text that counts only if the JSON tool is not called. */
  #heldText = "";
  /** Reasoning that may turn out to be the answer. */
  #heldReasoning = "";
  /** The text so far, where it is checked. */
  #text = "";
  #hasOtherCalls = false;
  #isRefusal = false;
  #hasFailed = false;
  /** Text between the events. */
  #stray = "";

  constructor(context: PartContext, emit: Emit) {
    this.#context = context;
    this.emit = emit;
    const { tags, jsonTool, mayRunTwice } = context;
    if (mayRunTwice) this.#transcript = new Transcript();
    if (tags) this.#splitter = new TagSplitter(tags, (kind, text) => this.#addSplit(kind, text));
    this.#toolCalls = new ToolCalls((part) => jsonTool ? this.#addToolPart(part, jsonTool) : this.emit(part));
  }

  /** Takes a chunk. */
  add(chunk: unknown): void {
    if (this.isDone) return;
    if (this.#context.includeRawChunks) this.emit({ type: "raw", rawValue: chunk });
    if (!isRecord(chunk)) return;
    if (isErrorChunk(chunk)) return this.addError(JSON.stringify(chunk));
    if (this.#transcript) this.#noteRun(chunk, this.#transcript);
    // They come with the first chunk or at the end.
    if (!this.#hasMetadata || this.#finishReason !== undefined || chunk.metrics) keepFields(chunk, this.#kept);
    if (!this.#hasMetadata) this.#addMetadata(chunk);
    if (chunk.usage) this.#usage = chunk.usage;
    if (chunk.cost !== undefined) this.#cost = readCost(chunk);
    if (!Array.isArray(chunk.choices)) return;
    for (const choice of chunk.choices) {
      if (!isRecord(choice)) continue;
      // A call has one answer, so of several only the first is read.
      this.#choice ??= choice.index ?? 0;
      if ((choice.index ?? 0) === this.#choice) this.#addChoice(choice);
    }
  }

  /** Takes note that characters were lost between two pieces. */
  addLoss(): void {
    this.#kept.hasLostCharacters = true;
  }

  /** Looks whether a chunk begins the answer again. Some servers give every chunk an id of its own, which means nothing. */
  #noteRun({ id, choices }: Record<string, unknown>, transcript: Transcript): void {
    const delta = Array.isArray(choices) && isRecord(choices[0]) ? choices[0].delta : undefined;
    if (id !== this.#chunkId && this.#chunksOfId > 1 && isRecord(delta) && delta.role) {
      transcript.restart();
      this.#logprobs = this.#finishReason = this.#usage = undefined;
      delete this.#kept.tokenIds;
    }
    this.#chunksOfId = id === this.#chunkId ? this.#chunksOfId + 1 : 1;
    this.#chunkId = id;
  }

  /** What of a piece has not been said before. */
  #newPart(kind: string, piece: string): string {
    if (!this.#transcript || this.isDone) return this.isDone ? "" : piece;
    const rest = this.#transcript.add(kind, piece);
    if (rest !== undefined) return rest;
    this.#failAsDifferent();
    this.isDone = true;
    return "";
  }

  #failAsDifferent(): void {
    const { attempt, answerOf } = this.#context;
    this.fail(unusableAnswer({ attempt, answer: answerOf(""), reason: DIFFERS }));
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
   * @param isWhole Whether the answer came as a whole, so that it cannot be cut.
   */
  finish(about: JSONObject = {}, { isWhole = false }: { isWhole?: boolean } = {}): void {
    this.#splitter?.flush();
    const isAlone = this.#blocks === 0 && this.#heldText === "" && this.#toolCalls.isEmpty;
    const isAnswer = isAlone && this.#readFinishReason().unified === "stop";
    this.#releaseReasoning(isAnswer ? "text" : "reasoning");
    this.#releaseText();
    this.#endBlock();
    if (!this.#hasFailed && this.#transcript?.isBehind) this.#failAsDifferent();
    if (!this.#hasFailed && !isWhole && !this.#isComplete()) {
      this.fail(this.#unexpected(this.#stray, "a finish reason before the end of the stream: the answer was cut"));
    }
    if (!this.#hasFailed) {
      try {
        this.#toolCalls.finish();
      } catch (error) {
        this.fail(error);
      }
    }
    const finishReason = this.#readFinishReason();
    const ignoredConstraint = finishReason.unified === "stop" ? this.#brokenConstraint() : undefined;
    const told = { cost: this.#cost, logprobs: this.#logprobs, ...this.#kept, ignoredConstraint };
    this.emit({
      type: "finish",
      usage: readUsage(this.#usage),
      finishReason,
      ...withMetadata({ runpod: removeUndefinedEntries<JSONValue>(told) }, about),
    });
  }

  /** The constraint that the text shows the server to have ignored. */
  #brokenConstraint(): "choice" | "regex" | undefined {
    const { choice, regex } = this.#context.constraint ?? {};
    // A template may leave white space between the thinking and the text.
    const texts = [this.#text, this.#text.trim()];
    if (choice && !texts.some((text) => choice.includes(text))) return "choice";
    try {
      const isRight = (text: string) => new RegExp(`^(?:${regex})$`, "su").test(text);
      return regex !== undefined && !texts.some(isRight) ? "regex" : undefined;
    } catch {
      // The server's notation differs from JavaScript's.
      return undefined;
    }
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
    // Some gateways stream a whole answer as one event.
    const { delta = choice.message, finish_reason: finishReason } = choice;
    if (isRecord(delta)) {
      const reasoning = readReasoning(delta);
      if (reasoning) this.#addReasoning(reasoning, delta);
      const { content } = delta;
      if (typeof content === "string") {
        if (content !== "") this.#addText(content);
      } else if (Array.isArray(content)) {
        for (const [kind, text] of readParts(content)) {
          if (text !== "") kind === "text" ? this.#addText(text) : this.#addReasoning(text, delta);
        }
      }
      const refusal = this.#newPart("refusal", readText(delta.refusal));
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
    if (choice.token_ids || choice.prompt_logprobs || finishReason) keepFields(choice, this.#kept);
    if (isFinishReason(finishReason)) {
      this.#finishReason = finishReason;
      // Moonshot has the usage in its last choice.
      this.#usage ??= choice.usage;
    }
  }

  #addReasoning(reasoning: string, delta: Record<string, unknown>): void {
    const piece = this.#newPart("reasoning", reasoning);
    if (piece === "") return;
    // A server that sends reasoning by itself leaves none in the text.
    this.#endSplitting();
    if (this.#context.isThinkingOff && this.#blocks === 0) this.#heldReasoning += piece;
    else this.#addDelta("reasoning", piece, this.#block === "reasoning" ? undefined : reasoningField(delta));
  }

  #addText(piece: string): void {
    const text = this.#newPart("text", piece);
    if (text === "") return;
    if (!this.#splitter) return this.#addPlainText(text);
    this.#splitter.add(text);
    if (this.#splitter.isDone) this.#splitter = undefined;
  }

  #addSplit(kind: "text" | "reasoning", text: string): void {
    if (kind === "text") this.#addPlainText(text);
    else this.#addDelta(kind, text, "inline");
  }

  #addPlainText(text: string): void {
    if (this.#context.constraint) this.#text += text;
    if (this.#context.jsonTool) this.#heldText += text;
    else this.#addDelta("text", text);
  }

  #releaseReasoning(kind: "text" | "reasoning"): void {
    const held = this.#heldReasoning;
    this.#heldReasoning = "";
    if (held !== "") kind === "text" ? this.#addPlainText(held) : this.#addDelta(kind, held);
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
      this.#releaseReasoning("reasoning");
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
    this.#releaseReasoning("reasoning");
    if (!this.#context.jsonTool) this.#endBlock();
    try {
      for (const delta of deltas) this.#toolCalls.add(this.#newDelta(delta));
    } catch (error) {
      this.fail(error);
    }
  }

  /** What of a delta of a tool call has not been said before. */
  #newDelta(delta: unknown): unknown {
    if (!this.#transcript || !isRecord(delta) || !isRecord(delta.function)) return delta;
    const { index, function: { name, arguments: args } } = delta;
    const piece = (name ? `${name}(` : "") + (args == null ? "" : readArguments(args));
    const rest = this.#newPart(`call ${index}`, piece);
    if (rest === piece) return delta;
    return rest === "" ? undefined : { index, function: { arguments: rest } };
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
