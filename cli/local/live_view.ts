import process from "node:process";
import type { Feed } from "./feed.ts";
import type { FeedLine } from "./feed_message.ts";
import { frame } from "./frame.ts";
import type { View } from "./plain_view.ts";
import { logLine, painter } from "./terminal_text.ts";

/** The shortest time between two frames, in milliseconds. */
const FRAME_MILLIS = 100;
/** How often running times count on. */
const TICK_MILLIS = 1_000;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/**
 * Shows endpoints, workers and jobs at the end of the terminal, with the log above it.
 *
 * A frame is one write that goes over the last one from its first row, and terminals that can do so show it at once, so
 * nothing flickers. The log scrolls as usual and stays in the terminal afterwards.
 */
export function showLive(feed: Feed): View {
  const paint = painter(true);
  const { stdout } = process;
  let height = 0;
  let newLines: FeedLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSoon = false;
  let message: string | undefined;

  function draw(): void {
    clearTimeout(timer);
    isSoon = false;
    const columns = stdout.columns ?? 80;
    const isEnding = message !== undefined;
    const log = newLines.filter((line) => isEnding ? line.kind === "output" : isWorthALine(line)).map((line) =>
      logLine(line, paint)
    );
    newLines = [];
    const rows = frame(feed, { columns, rows: (stdout.rows ?? 24) - 2, paint, message });
    write([...log, ...rows]);
    height = rows.length;
    if (feed.endpoints().some(({ waiting, running }) => waiting + running > 0)) timer = setTimeout(draw, TICK_MILLIS);
  }

  function write(rows: string[]): void {
    const toStart = height > 0 ? `\x1b[${height}A` : "";
    // Rows are cleared as they are written, and what is left of the last frame after them.
    stdout.write(`\x1b[?2026h\r${toStart}${rows.map((row) => `${row}\x1b[K\r\n`).join("")}\x1b[J\x1b[?2026l`);
  }

  const drawSoon = () => {
    if (isSoon) return;
    isSoon = true;
    clearTimeout(timer);
    timer = setTimeout(draw, FRAME_MILLIS);
  };
  const unsubscribe = feed.subscribe(({ lines }) => {
    newLines.push(...lines);
    drawSoon();
  });
  stdout.on("resize", drawSoon);
  // However the process ends, the cursor comes back.
  process.once("exit", () => stdout.write(SHOW_CURSOR));
  stdout.write(HIDE_CURSOR);
  draw();
  return {
    announceEnd: (line) => {
      message = line;
      draw();
    },
    close: () => {
      unsubscribe();
      stdout.off("resize", drawSoon);
      draw();
      clearTimeout(timer);
      stdout.write(SHOW_CURSOR);
    },
  };
}

/** What the frame shows anyway is not told in the log too. */
function isWorthALine({ kind, text }: FeedLine): boolean {
  return kind !== "event" || !/^job /.test(text) && !/^is (?:starting|ready)/.test(text);
}
