import { type Child, h } from "./dom.ts";

/** Longer texts inside JSON are cut, and files in base64 much more. */
const MAX_STRING = 2_000;
const MAX_FILE = 60;
/** The longest JSON that is shown, in characters. */
const MAX_JSON = 200_000;

/** Shows any JSON: a text as a text, everything else as indented JSON. */
export function showValue(value: unknown, label: string): Child {
  if (value === undefined) return undefined;
  const text = textIn(value);
  const json = typeof value === "string" ? undefined : h("pre", scrollable(label), jsonText(value));
  if (text === undefined) return json;
  const shown = h("div", { ...scrollable(label), className: "text" }, shorten(text, MAX_JSON));
  return json === undefined ? shown : h("div", {}, shown, h("details", {}, h("summary", {}, "JSON"), json));
}

/** What scrolls must be reachable with the keyboard. */
function scrollable(label: string): Record<string, unknown> {
  return { tabIndex: 0, role: "group", "aria-label": label };
}

/** The text that a person wants to read: a text, a chat's answer, a transcript, or texts that were yielded. */
function textIn(value: unknown): string | undefined {
  if (typeof value === "string") return isFile(value) ? undefined : value;
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((item) => typeof item === "string" && !isFile(item))) return value.join("");
    return value.length === 1 ? textIn(value[0]) : undefined;
  }
  if (value === null || typeof value !== "object") return undefined;
  const { text, transcription, choices } = value as Record<string, unknown>;
  const first = Array.isArray(choices) ? choices[0] as { message?: { content?: unknown }; text?: unknown } : undefined;
  const found = first?.message?.content ?? first?.text ?? transcription ?? text;
  return typeof found === "string" && found !== "" ? found : undefined;
}

function isFile(text: string): boolean {
  return text.startsWith("data:") || text.length > 500 && !/\s/.test(text.slice(0, 500));
}

function jsonText(value: unknown): string {
  const json = JSON.stringify(
    value,
    (_, part) => typeof part === "string" ? shorten(part, isFile(part) ? MAX_FILE : MAX_STRING) : part,
    2,
  ) ?? "";
  return shorten(json, MAX_JSON);
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)}… (${text.length.toLocaleString("en")} characters)`;
}
