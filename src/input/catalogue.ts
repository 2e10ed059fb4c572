/**
 * Catalogues of models: rows by model id, found under any name of theirs.
 *
 * @module
 */
import { quoteAll } from "./context.ts";
import type { Row } from "./row.ts";
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

/** The settings of a model that say which input its worker takes. */
export interface RowSettings {
  family?: string;
  worker?: string;
  keys?: Readonly<Record<string, string | undefined>>;
}

/**
 * Resolves the row to write with: that of the family or the worker if one is named, that of the model id if it is known, or
 * the row for any other worker; with the caller's own keys.
 *
 * @param kind What the catalogue holds, such as "image".
 * @throws {InvalidArgumentError} for a family that is not in the catalogue, and for an unknown worker.
 */
export function resolveRow<R extends Row>(
  catalogue: Readonly<Record<string, CatalogueEntry & R>>,
  workers: Readonly<Record<string, R>>,
  otherwise: R,
  { kind, modelId, modelSettings: { family, worker, keys } }: {
    kind: string;
    modelId: string;
    modelSettings: RowSettings;
  },
): R {
  const row = worker !== undefined && Object.hasOwn(workers, worker)
    ? workers[worker]
    : findEntry(catalogue, family ?? modelId);
  const [name, value, known] = worker === undefined ? ["family", family, catalogue] : ["worker", worker, workers];
  if (value !== undefined && (row === undefined || (worker !== undefined && row !== workers[worker]))) {
    throw invalidArgument(
      `use "${value}" as a ${name} of ${kind} models`,
      name,
      `it is not one of ${quoteAll(Object.keys(known))}`,
    );
  }
  return keys ? { ...(row ?? otherwise), renamed: keys } : row ?? otherwise;
}
