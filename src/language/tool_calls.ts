/**
 * Puts tool calls together from the deltas of a stream, which servers send in many ways.
 *
 * @module
 */
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { isRecord, StreamingToolCallTracker } from "@ai-sdk/provider-utils";
import { parseJson } from "../http/json.ts";
import { readArguments } from "./fields.ts";

interface Nameless {
  id?: string;
  arguments: string;
}

/** The tool calls of one streamed answer. */
export class ToolCalls {
  readonly #tracker: StreamingToolCallTracker;
  /** Calls whose name has not come yet, by index: the tracker needs the name to start a call. */
  readonly #nameless = new Map<number, Nameless>();
  readonly #named = new Set<number>();
  /** The arguments so far, by index or else by id. */
  readonly #arguments = new Map<number | string, string>();
  #lastKey: number | string = 0;
  #isEmpty = true;

  constructor(enqueue: (part: LanguageModelV4StreamPart) => void) {
    this.#tracker = new StreamingToolCallTracker({ enqueue });
  }

  /** Whether the arguments of all calls are whole JSON. */
  get areWhole(): boolean {
    return [...this.#arguments.values()].every((text) => text === "" || parseJson(text) !== undefined);
  }

  /** Whether no call with a name has come. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Takes one delta. */
  add(delta: unknown): void {
    if (!isRecord(delta)) return;
    const call = isRecord(delta.function) ? delta.function : {};
    const index = typeof delta.index === "number" ? delta.index : undefined;
    const id = typeof delta.id === "string" ? delta.id : undefined;
    const name = typeof call.name === "string" && call.name.trim() !== "" ? call.name : undefined;
    const args = call.arguments == null ? undefined : readArguments(call.arguments);

    if (name !== undefined) this.#isEmpty = false;
    this.#lastKey = index ?? id ?? this.#lastKey;
    this.#arguments.set(this.#lastKey, (this.#arguments.get(this.#lastKey) ?? "") + (args ?? ""));
    if (index === undefined || this.#named.has(index)) {
      this.#tracker.processDelta({ index, id, function: { name, arguments: args } });
      return;
    }
    const waiting: Nameless = this.#nameless.get(index) ?? { arguments: "" };
    waiting.id ??= id;
    waiting.arguments += args ?? "";
    if (name === undefined) {
      this.#nameless.set(index, waiting);
      return;
    }
    this.#nameless.delete(index);
    this.#named.add(index);
    this.#tracker.processDelta({ index, id: waiting.id, function: { name, arguments: waiting.arguments } });
  }

  /**
   * Ends all calls.
   *
   * @throws {InvalidResponseDataError} for a call that never got a name.
   */
  finish(): void {
    for (const [index, { id, arguments: args }] of this.#nameless) {
      // Some servers announce a call and then do not make it.
      if (args !== "") this.#tracker.processDelta({ index, id, function: { arguments: args } });
    }
    this.#tracker.flush();
  }
}
