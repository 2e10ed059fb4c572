import process from "node:process";
import type { Feed } from "./feed.ts";
import { logLine, painter } from "./terminal_text.ts";

/** What shows a feed to the user. */
export interface View {
  /** Shows a line of its own and, from then on, only what workers print. */
  announceEnd: (line: string) => void;
  /** Ends the view. */
  close: () => void;
}

/** Prints each line of the log. */
export function showPlainly(feed: Feed): View {
  const paint = painter(false);
  let isEnding = false;
  const close = feed.subscribe(({ lines }) => {
    for (const line of lines) {
      if (!isEnding || line.kind === "output") process.stdout.write(`${logLine(line, paint)}\n`);
    }
  });
  return {
    announceEnd: (line) => {
      isEnding = true;
      process.stdout.write(`${line}\n`);
    },
    close,
  };
}
