/**
 * The form in which answers of real servers are kept: `tests/data/recorded/{server}-{version}/recording.json`.
 *
 * @module
 */
import type { EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import type { Ability } from "./case.ts";

/** What one server answered to every case that it was asked. */
export interface Recording {
  /** The server's name, as `deno task servers` takes it. */
  server: string;
  version: string;
  /** The server's name in the documentation. */
  title: string;
  abilities: Ability[];
  /** The path of the base URL, such as `/v1`. */
  basePath: string;
  /** How chat models are reached; left out where the provider chooses. */
  transport?: "queue";
  /** The names of its models, by what they do. */
  models: Partial<Record<Ability, string>>;
  /** The endpoint of the emulator that imitates this server; left out where there is none. */
  emulated?: Omit<EmulatedEndpoint, "worker"> & { worker: string };
  cases: Record<string, RecordedCase>;
}

/** What came of a case. */
export interface RecordedCase {
  /** "works", "refused: …" where an error or a warning tells the caller, or "wrong: …". */
  outcome: string;
  /** The same with `@ai-sdk/openai-compatible`; left out where it was not asked. */
  peer?: string;
  /** Left out where a case is not recorded, because it sends very much or ends in an abort. */
  exchanges?: Exchange[];
}

/** A request and its answer. */
export interface Exchange {
  method: string;
  /** Path and query. */
  path: string;
  /** The request's JSON, or its text, or the text fields of its form and the sizes of its files. */
  sent?: unknown;
  /** Whether the key is another one than the server's. */
  wrongKey?: true;
  status: number;
  /** The headers that matter, in lower case. */
  headers: Record<string, string>;
  /** The body: JSON where that loses nothing, else text. */
  body?: unknown;
  /** A body that is not text. */
  base64?: string;
  /**
   * Where the text arrived in pieces: the lengths of all pieces, or "events" where each piece was one event. Left out if
   * it arrived in one.
   */
  pieces?: "events" | number[];
}
