/**
 * What a wrong id most likely stands for.
 *
 * @module
 */

/** Finds the known id that a given one is the beginning or the end of, or from which it differs by two letters at most. */
export function nearestId(given: string, known: string[]): string | undefined {
  const word = plain(given);
  if (word.length < 5) return undefined;
  return known.find((id) => plain(id).startsWith(word) || plain(id).endsWith(word)) ??
    known.find((id) => isNear(word, plain(id), 2));
}

/** Without the signs between the parts of an id, which are easy to mix up. */
function plain(id: string): string {
  return id.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Whether `a` becomes `b` when at most `edits` letters are added, removed or replaced. */
function isNear(a: string, b: string, edits: number): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restOfA, restOfB] = [a.slice(same), b.slice(same)];
  if (restOfA === restOfB) return true;
  if (edits === 0) return false;
  return isNear(restOfA.slice(1), restOfB, edits - 1) || isNear(restOfA, restOfB.slice(1), edits - 1) ||
    isNear(restOfA.slice(1), restOfB.slice(1), edits - 1);
}
