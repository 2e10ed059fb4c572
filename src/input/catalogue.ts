/**
 * Catalogues of models: rows by model id, found under any name of theirs.
 *
 * @module
 */
import { quoteAll } from "./context.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** Where a known model is. */
export interface CatalogueEntry {
  /** The endpoint's slug. */
  endpoint: string;
  /** Other ids for the same model. The slug is always one. */
  aliases?: readonly string[];
  /** The name that the endpoint serves the model under, where it has one. */
  model?: string;
}

/** The known ids of a type that also allows any string: `"a" | "b"` of `"a" | "b" | (string & {})`. */
export type Known<Id extends string> = Id extends unknown ? string extends Id ? never : Id : never;

/** Finds a model by its id, its endpoint's slug or an alias. */
export function findEntry<Entry extends CatalogueEntry>(
  catalogue: Readonly<Record<string, Entry>>,
  modelId: string,
): Entry | undefined {
  if (Object.hasOwn(catalogue, modelId)) return catalogue[modelId];
  return Object.values(catalogue).find(({ endpoint, aliases }) => endpoint === modelId || aliases?.includes(modelId));
}

/**
 * Resolves the row to write with: that of the family if one is named, that of the model id if it is known, or the row for
 * any other worker.
 *
 * @param kind What the catalogue holds, such as "image".
 * @throws {InvalidArgumentError} for a family that is not in the catalogue.
 */
export function resolveRow<Row>(
  catalogue: Readonly<Record<string, CatalogueEntry & Row>>,
  { kind, modelId, family, otherwise }: { kind: string; modelId: string; family: string | undefined; otherwise: Row },
): Row {
  const entry = findEntry(catalogue, family ?? modelId);
  if (entry) return entry;
  if (family === undefined) return otherwise;
  const attempt = `use "${family}" as a family of ${kind} models`;
  throw invalidArgument(attempt, "family", `it is not one of ${quoteAll(Object.keys(catalogue))}`);
}
