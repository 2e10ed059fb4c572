/**
 * What the demo writes on the screen.
 *
 * @module
 */

/** Runs while it shows what is waited for. */
export async function waiting<T>(what: string, run: () => PromiseLike<T>): Promise<T> {
  const stop = showWaiting(what);
  try {
    return await run();
  } finally {
    stop();
  }
}

/** Shows what is waited for and how long already, where there is a terminal to show it on. */
export function showWaiting(what: string): () => void {
  if (!Deno.stdout.isTerminal()) return () => {};
  const start = Date.now();
  const show = () => write(`\r  ${dim(`… ${what}, ${((Date.now() - start) / 1000).toFixed(1)} s`)}`);
  const timer = setInterval(show, 100);
  return () => {
    clearInterval(timer);
    write("\r\x1b[K");
  };
}

export function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

export function say(text: string): void {
  write(`${text}\n`);
}

const style = (code: number) => (text: string) =>
  Deno.stdout.isTerminal() && !Deno.noColor ? `\x1b[${code}m${text}\x1b[0m` : text;
export const bold = style(1);
export const dim = style(2);
export const red = style(31);
export const green = style(32);
