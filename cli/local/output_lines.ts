/** Longer lines are cut, so that a worker that prints a file does not fill the terminal. */
const MAX_LINE = 2_000;

/** Cuts the output of a process into lines and removes what would control the terminal. */
export function lineReader(onLine: (line: string) => void): { write: (bytes: Uint8Array) => void; end: () => void } {
  const decoder = new TextDecoder();
  let rest = "";
  const take = (text: string) => {
    // A progress bar returns to the start of its line.
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) {
      lines.push(rest);
      rest = "";
    }
    for (const line of lines) {
      const clean = withoutControls(line);
      if (clean.trim() !== "") onLine(clean.length > MAX_LINE ? `${clean.slice(0, MAX_LINE)}…` : clean);
    }
  };
  return {
    write: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => take(`${decoder.decode()}\n`),
  };
}

const ESCAPES =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-9;?<=>!]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g;

/** Text without escape sequences, control characters, and characters that change the direction of writing. */
export function withoutControls(text: string): string {
  return text
    .replace(ESCAPES, "")
    .replaceAll("\t", "    ")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "");
}

/** Lines in which the worker SDK tells what this command tells better. */
const SDK_NOISE = /^(?:Jobs in (?:queue|progress): \d+|Started\.|Finished\.|Captured Handler Exception)$/;

/** A line of a worker's output as people read it. The worker SDK's log is JSON, and an exception in it is JSON again. */
export function readableLines(line: string): string[] {
  const { level, message } = parseObject(line);
  if (typeof level !== "string" || typeof message !== "string") return [line];
  if (SDK_NOISE.test(message)) return [];
  const { error_traceback: traceback } = parseObject(message);
  const text = typeof traceback === "string" ? traceback.trim() : message;
  return text.split("\n").map((part) => `${level}  ${withoutControls(part)}`);
}

function parseObject(text: string): Record<string, unknown> {
  if (!text.startsWith("{")) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
