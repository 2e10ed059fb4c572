/**
 * Values that are made when they are first needed.
 *
 * @module
 */

/** Makes a value on first use: schemas cost time, so none is built at import, and none is built twice. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
