/**
 * What a server of the conformance run says about itself. Each one is a small file beside this one.
 *
 * @module
 */
import type { Recording } from "../../tests/conformance/recording.ts";
import type { Place } from "./place.ts";

/** A server. Its recording repeats what is said here, because the tests have no server. */
export interface Server extends Pick<Recording, "server" | "version" | "title" | "abilities" | "basePath" | "models"> {
  /** How chat models are reached; left out where the provider chooses. */
  transport?: Recording["transport"];
  /** The endpoint of the emulator that imitates it; left out where there is none. */
  emulated?: Recording["emulated"];
  /** The commands that this machine must have, besides `python3`. */
  commands?: string[];
  /** The names of sources that come from no registry, whose folders the caller names. Without them it is left out. */
  sources?: string[];
  /**
   * Installs the server where an earlier run has not, and starts it. `key` is the key that it should demand, if it can.
   * Returns its origin, such as `http://127.0.0.1:8000`, once it is ready.
   */
  start: (place: Place, key: string) => Promise<string>;
  /** How many requests it works on now. Needed for the ability "busy". */
  busy?: (origin: string, key: string) => Promise<number>;
}
