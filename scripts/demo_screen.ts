/**
 * Writes the demo's output.
 *
 * @module
 */

/** Shows what it waits for while a function runs. */
export async function withProgress<T>(what: string, run: () => PromiseLike<T>): Promise<T> {
  const stop = showProgress(what);
  try {
    return await run();
  } finally {
    stop();
  }
}

/** Shows, on a terminal, what it waits for and for how long. Returns a function that stops it. */
export function showProgress(what: string): () => void {
  if (!Deno.stdout.isTerminal()) return () => {};
  const start = Date.now();
  const show = () => write(`\r  ${dim(`… ${what}, ${((Date.now() - start) / 1000).toFixed(1)} s`)}`);
  const timer = setInterval(show, 100);
  return () => {
    clearInterval(timer);
    write("\r\x1b[K");
  };
}

/** Writes text without a line break. */
export function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Writes a line. */
export function say(text: string): void {
  write(`${text}\n`);
}

const style = (code: number) => (text: string) =>
  Deno.stdout.isTerminal() && !Deno.noColor ? `\x1b[${code}m${text}\x1b[0m` : text;

// Styles for a terminal.
export const bold = style(1);
export const dim = style(2);
export const red = style(31);
export const green = style(32);
