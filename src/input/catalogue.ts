/**
 * What the catalogues of all modalities have in common: rows by model id, found by any name of theirs.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { quoteAll } from "./context.ts";

/** What a catalogue knows of a model id. */
export interface CatalogueEntry {
  /** The endpoint's slug. */
  endpoint: string;
  /** Other ids for the same model. The slug is always one. */
  aliases: string[];
  /** The name the endpoint serves the model under, where it has one. */
  model?: string;
  /** The day on which the documentation dropped the model. Its endpoint may be gone as well. */
  removed?: string;
}

/** The ids that a catalogue must have a row for: all of a type that also takes any string. */
export type Known<Id extends string> = Id extends unknown ? string extends Id ? never : Id : never;

/** Finds a model by its id, its endpoint's slug or an alias. */
export function findEntry<Entry extends CatalogueEntry>(
  catalogue: Record<string, Entry>,
  modelId: string,
): Entry | undefined {
  if (Object.hasOwn(catalogue, modelId)) return catalogue[modelId];
  return Object.values(catalogue).find(({ endpoint, aliases }) => endpoint === modelId || aliases.includes(modelId));
}

/**
 * Finds the model that another one is like.
 *
 * @param what What the catalogue is of, such as "image models".
 * @throws {InvalidArgumentError} when there is none by that id.
 */
export function findFamily<Entry extends CatalogueEntry>(
  catalogue: Record<string, Entry>,
  family: string,
  what: string,
): Entry {
  const entry = findEntry(catalogue, family);
  if (entry) return entry;
  throw new InvalidArgumentError({
    argument: "family",
    message: `Cannot use "${family}" as a family of ${what}: it is not one of ${quoteAll(Object.keys(catalogue))}`,
  });
}
