/**
 * Makes recordings the same where only the run differs: ids, times, ports, folders.
 *
 * @module
 */

/** A time in seconds that stands for every time. */
const SECONDS = 1_767_225_600;

/** The names of fields that hold a duration, a speed or a time, whatever the server. */
const VARYING = /(_ms|_per_second|_duration|^delayTime|^executionTime|^total_time|^processing_time)$/;

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/g;

/** Hexadecimal digits that are not those of a number. */
const HEX = /(?<![0-9a-f.])(?=\d*[a-f])[0-9a-f]{16,64}(?![0-9a-f])/g;

/** What follows the name of a kind of id. */
const MARKED_ID = /(?<=\b(?:chatcmpl|cmpl|embd|rerank|score|call|tool|resp|msg|gen|req)[-_])[A-Za-z0-9]{16,}/g;

/** Returns a function that normalises the JSON of a recording. The same id has the same stand-in in all of it. */
export function normaliser(folder: string): (value: unknown) => unknown {
  const standIns = new Map<string, string>();
  const standInOf = (id: string) => {
    if (!standIns.has(id)) {
      const number = (standIns.size + 1).toString(16);
      // The dashes of a UUID stay, and so does the length.
      let digits = number.padStart(id.replaceAll("-", "").length, "0");
      standIns.set(
        id,
        id.replace(/[^-]/g, () => {
          const [digit] = digits;
          digits = digits.slice(1);
          return digit;
        }),
      );
    }
    return standIns.get(id)!;
  };

  const textOf = (text: string) =>
    text
      .replaceAll(folder.replace(/\/$/, ""), "/servers")
      .replace(/\/(?:home|root|tmp|work|Users)\/[^\s"'<>]*?([^\s"'<>/]+)(?=["'\s<>]|$)/g, "/servers/$1")
      .replace(/127\.0\.0\.1:\d+|localhost:\d+/g, "127.0.0.1:8000")
      .replace(UUID, standInOf)
      .replace(HEX, standInOf)
      .replace(MARKED_ID, standInOf)
      .replace(/("(?:created|created_at|start_time)":\s?)1\d{9}(?:\.\d+)?/g, (_, start) => `${start}${SECONDS}`)
      .replace(/("[a-z_]*(?:_ms|_per_second|_duration)":\s?)[\d.e+-]+/g, (_, start) => `${start}2`)
      .replace(/\[\d\d:\d\d:\d\d\]/g, "[00:00:00]")
      // Nobody compares the last digits of a number.
      .replace(/(?<=\d\.\d{7})\d+/g, "");

  const valueOf = (value: unknown, name = ""): unknown => {
    if (typeof value === "string") return textOf(value);
    if (typeof value === "number") {
      if (/^created|^start_time$/.test(name) && value > 1e9) return SECONDS;
      if (VARYING.test(name)) return 2;
      return Number.isInteger(value) ? value : Number(value.toPrecision(7));
    }
    if (Array.isArray(value)) return value.map((item) => valueOf(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item, key)]));
  };
  return (value) => valueOf(value);
}
