/**
 * Puts tool calls together from the deltas of a stream, which servers send in many ways.
 *
 * @module
 */
import type { JSONObject, LanguageModelV4StreamPart, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { isRecord, type StreamingToolCallDelta, StreamingToolCallTracker } from "@ai-sdk/provider-utils";
import { parseJson } from "../http/json.ts";
import { readArguments } from "./fields.ts";

interface Nameless {
  id?: string;
  arguments: string;
}

/** A delta with what the server wants back with the call. */
type Delta = StreamingToolCallDelta & { extra: JSONObject };

/** The fields of a call that are the SDK's own. Any other one has to come back with the call, such as a signature. */
const KNOWN = new Set(["index", "id", "type", "function"]);

/** The tool calls of one streamed answer. */
export class ToolCalls {
  readonly #tracker: StreamingToolCallTracker<Delta>;
  /** Calls whose name has not come yet, by index: the tracker needs the name to start a call. */
  readonly #nameless = new Map<number, Nameless>();
  readonly #named = new Set<number>();
  /** The arguments so far, by index or else by id. */
  readonly #arguments = new Map<number | string, string>();
  /** The fields that are not known, by the same keys. */
  readonly #extras = new Map<number | string, JSONObject>();
  #lastKey: number | string = 0;
  #isEmpty = true;

  constructor(enqueue: (part: LanguageModelV4StreamPart) => void) {
    this.#tracker = new StreamingToolCallTracker<Delta>({ enqueue }, {
      extractMetadata: ({ extra }): SharedV4ProviderMetadata => ({ runpod: extra }),
      buildToolCallProviderMetadata: (metadata) =>
        metadata && Object.keys(metadata.runpod).length > 0 ? metadata : undefined,
    });
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
    const extra = this.#extras.get(this.#lastKey) ?? {};
    this.#extras.set(this.#lastKey, extra);
    for (const key in delta) if (!KNOWN.has(key) && delta[key] !== null) extra[key] = delta[key] as JSONObject;
    if (index === undefined || this.#named.has(index)) {
      this.#tracker.processDelta({ index, id, function: { name, arguments: args }, extra });
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
    this.#tracker.processDelta({ index, id: waiting.id, function: { name, arguments: waiting.arguments }, extra });
  }

  /**
   * Ends all calls.
   *
   * @throws {InvalidResponseDataError} for a call that never got a name.
   */
  finish(): void {
    for (const [index, { id, arguments: args }] of this.#nameless) {
      // Some servers announce a call and then do not make it.
      if (args !== "") this.#tracker.processDelta({ index, id, function: { arguments: args }, extra: {} });
    }
    this.#tracker.flush();
  }
}
