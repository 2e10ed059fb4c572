/**
 * What an answer has said so far, so that it is not said twice where its job runs again.
 *
 * @module
 */

/** What was said, in its order. */
export class Transcript {
  readonly #said: Array<[kind: string, text: string]> = [];
  /** How far the present run has come: the entry, and the place in it. */
  #index = 0;
  #offset = 0;

  /** Whether the present run has said less than the one before it. */
  get isBehind(): boolean {
    return this.#index < this.#said.length - 1 || this.#offset < (this.#said[this.#index]?.[1].length ?? 0);
  }

  /** Notes that the answer begins again. */
  restart(): void {
    this.#index = this.#offset = 0;
  }

  /** Takes a piece, and returns what of it is new; `undefined` where it differs from what the run before said there. */
  add(kind: string, piece: string): string | undefined {
    let rest = piece;
    while (rest !== "") {
      const entry = this.#said[this.#index];
      if (entry && this.#offset < entry[1].length) {
        const end = this.#offset + rest.length;
        const said = entry[1].slice(this.#offset, end);
        if (entry[0] !== kind || !rest.startsWith(said)) return undefined;
        rest = rest.slice(said.length);
        this.#offset += said.length;
      } else if (this.#index < this.#said.length - 1) {
        this.#index++;
        this.#offset = 0;
      } else {
        if (entry?.[0] === kind) entry[1] += rest;
        else this.#said.push([kind, rest]);
        this.#index = this.#said.length - 1;
        this.#offset = this.#said[this.#index][1].length;
        return rest;
      }
    }
    return rest;
  }
}
