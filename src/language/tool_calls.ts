/**
 * Puts tool calls together from the deltas of a stream, which servers send in many ways.
 *
 * @module
 */
import { InvalidResponseDataError, type JSONObject, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { generateId, isRecord } from "@ai-sdk/provider-utils";
import { parseJson } from "../http/json.ts";
import { readArguments } from "./fields.ts";

/** One call, as far as it has come. */
interface Call {
  index?: number;
  /** The server's id. */
  wireId?: string;
  /** The id of the parts: the server's, unless it has none or gave it to another call. */
  id: string;
  /** Its name, which may come after some of the arguments. */
  name?: string;
  arguments: string;
  /** The fields that are not known. */
  extra: JSONObject;
}

/** The fields of a call that are the SDK's own. Any other one has to come back with the call, such as a signature. */
const KNOWN = new Set(["index", "id", "type", "function"]);

/** The tool calls of one streamed answer. */
export class ToolCalls {
  readonly #emit: (part: LanguageModelV4StreamPart) => void;
  readonly #calls: Call[] = [];

  constructor(emit: (part: LanguageModelV4StreamPart) => void) {
    this.#emit = emit;
  }

  /** Whether the arguments of all calls are whole JSON. */
  get areWhole(): boolean {
    return this.#calls.every((call) => call.arguments === "" || isWhole(call));
  }

  /** Whether no call with a name has come. */
  get isEmpty(): boolean {
    return !this.#calls.some(({ name }) => name !== undefined);
  }

  /** Takes one delta. */
  add(delta: unknown): void {
    if (!isRecord(delta)) return;
    const { name: givenName, arguments: given } = isRecord(delta.function) ? delta.function : {};
    const index = typeof delta.index === "number" ? delta.index : undefined;
    const id = nonBlank(delta.id);
    const name = nonBlank(givenName);
    const args = given === undefined || given === null ? "" : readArguments(given);

    const call = this.#find(index, id, name, args) ?? this.#begin(index);
    call.wireId ??= id;
    for (const key in delta) {
      if (!KNOWN.has(key) && delta[key] !== null) call.extra[key] = delta[key] as JSONObject;
    }
    call.arguments += args;
    if (call.name !== undefined) return this.#tell(call, args);
    if (name === undefined) return;
    call.name = name;
    const isTaken = this.#calls.some((other) => other !== call && other.id === call.wireId);
    call.id = call.wireId === undefined || isTaken ? generateId() : call.wireId;
    this.#emit({ type: "tool-input-start", id: call.id, toolName: name });
    this.#tell(call, call.arguments);
  }

  /**
   * Ends all calls.
   *
   * @throws {InvalidResponseDataError} for a call that never got a name.
   */
  finish(): void {
    const areNumbered = this.#calls.every(({ index }) => index !== undefined);
    const calls = areNumbered ? [...this.#calls].sort((a, b) => a.index! - b.index!) : this.#calls;
    for (const { id, name, arguments: input, extra } of calls) {
      if (name === undefined) {
        // Some servers announce a call and then do not make it.
        if (input === "") continue;
        throw new InvalidResponseDataError({ data: input, message: "Expected 'function.name' to be a string." });
      }
      this.#emit({ type: "tool-input-end", id });
      const metadata = Object.keys(extra).length > 0 ? { providerMetadata: { runpod: extra } } : {};
      this.#emit({ type: "tool-call", toolCallId: id, toolName: name, input, ...metadata });
    }
  }

  #begin(index: number | undefined): Call {
    const call: Call = { index, id: "", arguments: "", extra: {} };
    this.#calls.push(call);
    return call;
  }

  #tell({ id }: Call, delta: string): void {
    if (delta !== "") this.#emit({ type: "tool-input-delta", id, delta });
  }

  /** Finds the call that a delta belongs to: by its index, by its id, or because it is the only one that it can be. */
  #find(index: number | undefined, id: string | undefined, name: string | undefined, args: string): Call | undefined {
    const isSameId = (call: Call) => call.wireId === id;
    let call = index === undefined ? undefined : this.#last((call) => call.index === index);
    if (name === undefined) {
      if (id !== undefined) call ??= this.#last(isSameId);
      else call ??= this.#last((call) => index === undefined || call.index === undefined);
    } else if (index === undefined && id !== undefined) call = this.#last(isSameId);
    if (!call || name === undefined || call.name === undefined) return call;

    // Some servers repeat the name with every delta, and others give all their calls the same index.
    const isOtherId = id !== undefined && call.wireId !== undefined && id !== call.wireId;
    const isStart = /^\s*[{[]/.test(args);
    const isOther = name !== call.name || (isOtherId && isStart) || ((isOtherId || isStart) && isWhole(call));
    return isOther ? undefined : call;
  }

  #last(test: (call: Call) => boolean): Call | undefined {
    let at = this.#calls.length - 1;
    while (at >= 0 && !test(this.#calls[at])) at--;
    return this.#calls[at];
  }
}

function isWhole(call: Call): boolean {
  return call.arguments !== "" && parseJson(call.arguments) !== undefined;
}

function nonBlank(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
