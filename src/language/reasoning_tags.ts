/**
 * Separates reasoning that comes inside the text, between tags, from the text.
 *
 * @module
 */
import type { RunpodReasoningTags } from "./options.ts";

/** What a piece of an answer is. */
export type BlockKind = "text" | "reasoning";

/** The tags of one answer. */
export type Tags = Required<RunpodReasoningTags> & {
  /** Whether nobody said that the answer has tags. Then only an opening tag at its start counts. */
  isGuess?: boolean;
};

/** Fills in the usual tags. What nobody has said is a guess. */
export function completeTags(tags: boolean | RunpodReasoningTags = { isGuess: true } as Tags): Tags | undefined {
  if (!tags) return undefined;
  return { opening: "<think>", closing: "</think>", startWithReasoning: false, ...(tags === true ? {} : tags) };
}

/** Reasoning as it stands in a text. */
export function tagged(reasoning: string, { opening, closing }: Tags): string {
  return `${opening}\n${reasoning}\n${closing}\n\n`;
}

/** Splits a text that comes in pieces, cut anywhere. White space beside tags belongs to the template and is left out. */
export class TagSplitter {
  readonly #opening: string;
  readonly #closing: string;
  readonly #emit: (kind: BlockKind, text: string) => void;
  /** At the start, inside reasoning, or in the text, where no tag is expected any more. */
  #place: "start" | "inside" | "text" = "start";
  /** Whether the answer begins inside reasoning when no opening tag comes first. */
  #beginsInside: boolean;
  /** Whether white space at the start belongs to the template. */
  #trims = false;
  /** Text that may turn out to be part of a tag. */
  #held = "";
  /** White space before it, which belongs to the text if more follows. */
  #space = "";
  /** What separates two blocks of reasoning. */
  #separator = "";

  constructor({ opening, closing, startWithReasoning }: Tags, emit: (kind: BlockKind, text: string) => void) {
    this.#opening = opening;
    this.#closing = closing;
    this.#beginsInside = startWithReasoning;
    this.#emit = emit;
    // Empty tags stand everywhere.
    if (opening === "" || closing === "") this.#place = "text";
  }

  /** Whether all that follows is text. */
  get isDone(): boolean {
    return this.#place === "text";
  }

  /** Takes a piece. */
  add(piece: string): void {
    this.#held += piece;
    // Each step continues with what the one before it has left.
    while (this.#place === "start" ? this.#begin() : this.#place === "inside" && this.#think());
    if (this.#place === "text") this.#tell("text", this.#held.length);
  }

  /** Emits what is held back, because nothing follows it. */
  flush(): void {
    if (this.#place === "start" && this.#trims) this.#space = "";
    if (this.#place === "inside" && this.#held.trim() === "") return;
    this.#tell(this.#place === "inside" ? "reasoning" : "text", this.#held.length);
  }

  #begin(): boolean {
    const start = this.#held.trimStart();
    this.#space += this.#held.slice(0, this.#held.length - start.length);
    this.#held = start;
    if (start.startsWith(this.#opening)) {
      this.#held = start.slice(this.#opening.length);
      this.#place = "inside";
    } else if (this.#opening.startsWith(start)) {
      return false;
    } else {
      this.#place = this.#beginsInside ? "inside" : "text";
    }
    if (this.#place === "inside" || this.#trims) this.#space = "";
    this.#trims = this.#place === "inside";
    return true;
  }

  #think(): boolean {
    if (this.#trims) this.#held = this.#held.trimStart();
    const end = this.#held.indexOf(this.#closing);
    const thought = this.#held.slice(0, end < 0 ? this.#held.length - this.#partLength() : end);
    const { length } = thought.trimEnd();
    this.#trims &&= length === 0;
    if (length > 0) this.#tell("reasoning", length);
    if (end < 0) {
      // White space is held apart, so that a long run of it is not searched again with each piece.
      this.#space += thought.slice(length);
      this.#held = this.#held.slice(thought.length - length);
      return false;
    }
    if (!this.#trims) this.#separator = "\n";
    this.#space = "";
    this.#held = this.#held.slice(thought.length - length + this.#closing.length);
    this.#place = "start";
    this.#beginsInside = false;
    this.#trims = true;
    return true;
  }

  /** How much of the end may be the beginning of the closing tag. */
  #partLength(): number {
    let length = Math.min(this.#held.length, this.#closing.length - 1);
    while (!this.#held.endsWith(this.#closing.slice(0, length))) length--;
    return length;
  }

  #tell(kind: BlockKind, length: number): void {
    const text = this.#space + this.#held.slice(0, length);
    this.#space = "";
    this.#held = this.#held.slice(length);
    if (text === "") return;
    this.#emit(kind, kind === "reasoning" ? this.#separator + text : text);
    this.#separator = "";
  }
}
