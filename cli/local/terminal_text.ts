import { clock } from "./time_text.ts";
import type { FeedLine } from "./feed_message.ts";

/** Styles of text. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const CODES: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Adds a style to a text, or nothing where there are no colours. */
export type Paint = (style: Style, text: string) => string;

/** Returns a function that adds styles. */
export function painter(hasColors: boolean): Paint {
  return (style, text) => hasColors ? `\x1b[${CODES[style][0]}m${text}\x1b[${CODES[style][1]}m` : text;
}

/** A line of the log as the terminal shows it. */
export function logLine({ at, source, text, kind }: FeedLine, paint: Paint): string {
  const mark = kind === "output" ? "|" : kind === "problem" ? "!" : " ";
  const body = kind === "problem" ? paint("yellow", text) : text;
  return `${paint("dim", clock(at))}  ${paint(kind === "output" ? "dim" : "cyan", source.padEnd(12))} ${mark} ${body}`;
}

/** Fits a text into so many columns: cuts it or fills it with spaces. */
export function fit(text: string, columns: number): string {
  const width = widthOf(text);
  if (width <= columns) return text + " ".repeat(columns - width);
  let kept = "";
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > columns - 1) break;
    kept += character;
    used += next;
  }
  return columns <= 0 ? "" : `${kept}…${" ".repeat(columns - used - 1)}`;
}

/** How many columns a text without escape sequences takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Wide letters of East Asia and emoji take two columns; marks that join the letter before them take none. */
function characterWidth(character: string): number {
  if (/^[\p{Mn}\p{Me}\u200b-\u200d\ufe0e\ufe0f]/u.test(character)) return 0;
  const code = character.codePointAt(0)!;
  const isWide = code >= 0x1100 &&
    (code <= 0x115f || code >= 0x2e80 && code <= 0xa4cf || code >= 0xac00 && code <= 0xd7a3 ||
      code >= 0xf900 && code <= 0xfaff || code >= 0xfe30 && code <= 0xfe6f || code >= 0xff00 && code <= 0xff60 ||
      code >= 0xffe0 && code <= 0xffe6 || code >= 0x1f300 && code <= 0x1faff || code >= 0x20000 && code <= 0x3fffd);
  return isWide ? 2 : 1;
}
