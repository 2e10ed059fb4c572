/**
 * The shape of a job that has ended: its fields, their kinds, and the words of errors.
 *
 * @module
 */

/** Fields whose texts are compared. All other texts only have to be texts. */
const WORDS = ["status", "error", "message", "error_type", "error_message", "details", "errors", "object", "type"];

/** Makes the shape of a job. Two jobs with the same shape look the same to a client. */
export function jobShape({ status, error, output }: Record<string, unknown>): unknown {
  return {
    status,
    ...(error === undefined ? {} : { error: shapeOf(error, "error") }),
    ...(output === undefined ? {} : { output: shapeOf(output, "output") }),
  };
}

function shapeOf(value: unknown, name: string): unknown {
  if (typeof value === "string") {
    const json = name === "error" ? jsonIn(value) : undefined;
    if (json !== undefined) return shapeOf(json, "error object");
    return WORDS.includes(name) ? wordsIn(value) : "a text";
  }
  if (Array.isArray(value)) {
    // The length of a vector is a setting.
    if (value.length > 0 && value.every((item) => typeof item === "number")) return ["numbers"];
    const shapes = value.map((item) => shapeOf(item, name));
    // A stream has as many pieces as the model has words.
    return shapes.length > 1 && shapes.every((shape) => shape === "a text") ? ["texts"] : shapes;
  }
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
  const entries = Object.entries(value).map(([key, item]) => [key, shapeOf(item, key)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1));
}

/** An error of the worker SDK is JSON in a text. */
function jsonIn(text: string): unknown {
  try {
    const json = JSON.parse(text);
    return typeof json === "object" ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A text without what differs from machine to machine: folders, ids, and where in a program something failed. */
function wordsIn(text: string): string {
  return text
    .replace(/\[(\\?['"]) {2}File .*?\\n\1\]/gs, "[TRACEBACK]")
    // What the nodes of ComfyUI say of an input besides its type: tooltips, defaults, limits.
    .replace(/'input_config': .*?, (?='received_)/gs, "")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1")
    .replace(/(?:\/[\w.-]+)+\/([\w.-]+)/g, "/…/$1")
    .replace(/(?:sync-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-u1/g, "JOB")
    .trim();
}
