import { withoutControls } from "./output_lines.ts";

const MAX_TEXT = 120;

/** Any JSON as a short text of one line. */
export function shortText(value: unknown): string {
  const text = typeof value === "string" ? value : isFlat(value) ? pairs(value) : JSON.stringify(value) ?? "";
  // Not more than is needed, because an output can have megabytes.
  const line = withoutControls(text.slice(0, 4 * MAX_TEXT).replace(/\s+/g, " ")).trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
}

/** Whether a value is an object of numbers and texts, such as `{ step: 1, steps: 30 }`. */
function isFlat(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value) &&
    Object.values(value).every((part) => part === null || typeof part !== "object");
}

function pairs(value: Record<string, unknown>): string {
  return Object.entries(value).map(([key, part]) => `${key} ${part}`).join(", ");
}

/** The share that is done, from 0 to 1, if a progress note tells it in one of the usual ways. */
export function shareOf(progress: unknown): number | undefined {
  if (typeof progress === "number") return asShare(progress);
  if (typeof progress === "string") {
    const percent = /(\d+(?:\.\d+)?)\s*%/.exec(progress)?.[1];
    if (percent !== undefined) return asShare(Number(percent), 100);
    const [, done, all] = /(\d+)\s*(?:\/|of)\s*(\d+)/.exec(progress) ?? [];
    return all === undefined ? undefined : asShare(Number(done), Number(all));
  }
  if (progress === null || typeof progress !== "object") return undefined;
  const { progress: share, percent, percentage, step, steps, total } = progress as Record<string, unknown>;
  const whole = steps ?? total;
  if (typeof step === "number" && typeof whole === "number") return asShare(step, whole);
  const named = percent ?? percentage;
  return typeof named === "number" ? asShare(named, 100) : share === undefined ? undefined : shareOf(share);
}

/** A number up to 1 is a share, and a larger one is in percent, unless the whole is known. */
function asShare(value: number, whole: number = value > 1 ? 100 : 1): number | undefined {
  const share = value / whole;
  return share >= 0 && share <= 1 ? share : undefined;
}
