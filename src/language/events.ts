/**
 * Reads the chunks of an answer out of whatever it comes as: pieces of an event stream, or the yields of a job.
 *
 * @module
 */
import { isRecord, removeUndefinedEntries } from "@ai-sdk/provider-utils";
import { createParser, type EventSourceParser, type ParseError } from "eventsource-parser";
import { parseJson } from "../http/json.ts";
import { readJob } from "../job/envelope.ts";
import { inMegabytes, MAX_BYTES } from "../limits.ts";
import { ChunkParser } from "./chunk_parser.ts";

/** Takes what is read. */
export interface ChunkSink {
  /** Takes a chunk. It is only valid during the call: the next chunk may be the same object. */
  add(chunk: unknown): void;
  /** Takes the server's word that the answer is complete: `[DONE]`. */
  complete(): void;
  /** Takes the data of an event that is not JSON; at the end of the answer it may be an event that was cut. */
  addBroken(data: string, isAtEnd: boolean): void;
  /** Takes text that is not part of an answer, such as a line between events or a heartbeat. */
  addStray(text: string): void;
  /** Takes what the server says of its failure, as JSON text or as words. */
  addError(text: string): void;
  /** Takes note that characters were lost between two pieces. */
  addLoss(): void;
}

/** An answer that turned out to be no stream of chunks, as JSON (where it is JSON) and as text. */
export interface WholeAnswer {
  json: unknown;
  text: string;
}

/** What the JSON of a chunk begins with. */
const JSON_START = /^\s*[{[]/;

/** The fields that an event stream may begin with; a colon alone begins a comment. */
const EVENT_START = /^\s*(data|event|id|retry|error)?:/;
/** The beginning of an event with JSON, which no JSON string can hold. */
const FIRST_EVENT = /^data: ?\{"\w/;
const LONGEST_START = "retry:".length;

type Item = Record<string, unknown>;

/**
 * Reads the pieces of one answer, in their order.
 *
 * - Text may be an event stream, cut anywhere, or the JSON of a whole answer.
 * - Objects are chunks of a job, or a whole answer. Lists of anything are read item by item.
 * - The chunks of worker-vllm's own format (`choices[].tokens`) become chunks of OpenAI's. They tell no finish reason, so
 *   the most tokens that were asked for tell whether the answer was cut.
 */
export class ChunkReader {
  readonly #sink: ChunkSink;
  readonly #maxTokens: number | undefined;
  readonly #json: { parse(data: string): unknown };
  /** Reads events, once it is clear that the text is an event stream. */
  #events: EventSourceParser | undefined;
  #hasChunks = false;
  /** The text so far, as long as it is no event stream. */
  #text = "";
  /** The same without the white space before it, while it may still be the beginning of an event stream. */
  #start = "";
  /** The objects that are not chunks. */
  readonly #objects: unknown[] = [];
  #lastNative: Item | undefined;
  #endsBroken = false;
  #isAtEnd = false;

  /**
   * @param maxTokens The most tokens that were asked for.
   * @param keepsChunks Whether the sink keeps chunks, so that each has to be an object of its own.
   */
  constructor(sink: ChunkSink, { maxTokens, keepsChunks = false }: { maxTokens?: number; keepsChunks?: boolean }) {
    this.#sink = sink;
    this.#maxTokens = maxTokens;
    this.#json = keepsChunks ? JSON : new ChunkParser();
  }

  /** Whether the answer is known to come in chunks. */
  get isChunked(): boolean {
    return this.#hasChunks || this.#events !== undefined;
  }

  /** Reads a piece of text. */
  addText(piece: string): void {
    if (this.#events) return this.#events.feed(piece);
    this.#text += piece;
    if (this.#text.length > MAX_BYTES.answer) throw tooLarge("the answer", MAX_BYTES.answer);
    if (this.#start.length >= LONGEST_START) return;
    // Only what follows the white space, which may be long, is looked at again.
    this.#start = (this.#start + piece).trimStart();
    if (EVENT_START.test(this.#start)) this.#startEvents();
  }

  /** Reads what a job has yielded. */
  addItem(item: unknown): void {
    if (item === undefined || item === null) return;
    if (typeof item === "string") {
      // A worker that decodes each piece by itself turns the halves of a character into replacement characters.
      if (this.#endsBroken && item.startsWith("\uFFFD")) this.#sink.addLoss();
      this.#endsBroken = item.endsWith("\uFFFD");
      // A job that lost its worker in the middle of an event begins again with another one.
      if (FIRST_EVENT.test(item)) this.#events?.reset();
      return this.addText(item);
    }
    if (Array.isArray(item)) return item.forEach((inner) => this.addItem(inner));
    if (isNative(item)) return this.#addNative(item);
    if (this.isChunked || isChunk(item)) return this.#addChunk(item);
    this.#objects.push(item);
  }

  /** Ends the answer, and returns it where it did not come in chunks. */
  end(): WholeAnswer | undefined {
    if (this.#isAtEnd) return undefined;
    this.#isAtEnd = true;
    if (this.#lastNative) this.#addChunk(endOfNative(this.#lastNative, this.#maxTokens));
    // The last event may lack the empty line that ends it.
    this.#events?.feed("\n\n");
    return this.isChunked ? undefined : this.#whole();
  }

  /** Reads the chunks that a whole answer holds, as the output of its job; false where it holds none. */
  addInside(json: unknown): boolean {
    const items = chunksInside(json);
    if (items === undefined) return false;
    this.#text = this.#start = "";
    this.addItem(items);
    this.#events?.feed("\n\n");
    return true;
  }

  #startEvents(): void {
    // Runs for every event of a stream, so it does without the private fields.
    const sink = this.#sink;
    const json = this.#json;
    const onEvent = ({ data, event }: { data: string; event?: string }) => {
      if (data === "[DONE]") return sink.complete();
      if (event === "error") return sink.addError(data);
      let chunk: unknown;
      try {
        chunk = json.parse(data);
      } catch {
        // Heartbeats of proxies come as empty data, as comments or as words.
        return JSON_START.test(data) ? sink.addBroken(data, this.#isAtEnd) : sink.addStray(data);
      }
      sink.add(chunk);
    };
    // The parser reports fields that event streams do not have. llama.cpp sends its errors as one.
    const onError = ({ type, field, line, value }: ParseError) => {
      if (type === "max-buffer-size-exceeded") throw tooLarge("an event of the stream", MAX_BYTES.event);
      if (field === "error") sink.addError(value ?? "");
      else sink.addStray(line ?? value ?? "");
    };
    this.#events = createParser({ onEvent, onError, maxBufferSize: MAX_BYTES.event });
    const text = this.#text;
    this.#text = "";
    this.#events.feed(text);
  }

  #addChunk(chunk: unknown): void {
    this.#hasChunks = true;
    this.#sink.add(chunk);
  }

  #addNative(item: Item): void {
    this.#lastNative = item;
    this.#hasChunks = true;
    for (const content of tokensOf(item)) this.#addChunk({ choices: [{ index: 0, delta: { content } }] });
  }

  #whole(): WholeAnswer {
    const objects = this.#objects;
    if (objects.length === 0) return { json: parseJson(this.#text), text: this.#text };
    const isAlone = objects.length === 1 && this.#text.trim() === "";
    const json = isAlone ? objects[0] : undefined;
    return { json, text: this.#text + objects.map((object) => JSON.stringify(object)).join("\n") };
  }
}

function tooLarge(what: string, limit: number): Error {
  return new Error(`${what} is larger than the ${inMegabytes(limit)} that are read`);
}

/** The chunks, or the text of events, that a whole JSON answer holds; `undefined` where it holds something else. */
function chunksInside(json: unknown): unknown[] | undefined {
  const output = readJob(json)?.output ?? json;
  const items: unknown[] = Array.isArray(output) ? output.flat() : [output];
  if (!items.every((item) => typeof item === "string" || isStandardChunk(item))) return undefined;
  let start = "";
  for (const item of items) {
    if (typeof item !== "string") return items;
    start += item;
    if (start.trimStart().length >= LONGEST_START) break;
  }
  return EVENT_START.test(start) ? items : undefined;
}

function isStandardChunk(item: unknown): boolean {
  return isRecord(item) && item.object === "chat.completion.chunk";
}

function isChunk(item: unknown): boolean {
  return isStandardChunk(item) || choicesOf(item).some((choice) => isRecord(choice) && isRecord(choice.delta));
}

function isNative(item: unknown): item is Item {
  return choicesOf(item).some((choice) => isRecord(choice) && Array.isArray(choice.tokens));
}

function choicesOf(item: unknown): unknown[] {
  return isRecord(item) && Array.isArray(item.choices) ? item.choices : [];
}

/** The pieces of the first answer, where there are several. */
function tokensOf(item: Item): string[] {
  const [choice] = choicesOf(item);
  const tokens = isRecord(choice) && Array.isArray(choice.tokens) ? choice.tokens : [];
  return tokens.filter((token) => typeof token === "string");
}

function endOfNative({ usage, cost }: Item, maxTokens: number | undefined): Item {
  const { input, output } = isRecord(usage) ? usage : {};
  const isCut = maxTokens !== undefined && typeof output === "number" && output >= maxTokens;
  return removeUndefinedEntries<unknown>({
    choices: [{ index: 0, delta: {}, finish_reason: isCut ? "length" : "stop" }],
    usage: isRecord(usage) ? { prompt_tokens: input, completion_tokens: output } : undefined,
    cost,
  });
}
