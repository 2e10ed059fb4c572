/**
 * Runs many tasks, a few at a time.
 *
 * @module
 */

/** Runs a task for each item, at most `concurrency` at once. Results come in the order of the items. */
export async function forEachAtMost<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const limited = limitConcurrency(concurrency);
  return await Promise.all(items.map((item) => limited(() => run(item))));
}

/** Makes a function that runs tasks, at most `concurrency` at once. The others wait for their turn. */
export function limitConcurrency(concurrency: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  let running = 0;
  return async (run) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
