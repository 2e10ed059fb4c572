/** Python's truth: empty lists and objects are false too. */
export function isTruthy(value: unknown): boolean {
  if (value === null || typeof value !== "object") return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** Python's `repr`, which is also what `str()` writes for the contents of a dictionary. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r")
      .replaceAll("\t", "\\t").replaceAll(quote, `\\${quote}`);
    return quote + escaped + quote;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(", ")}}`;
  }
  return String(value);
}

/** JSON as Python's `json.dumps` writes it. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`);
  return `{${entries.join(", ")}}`;
}

/** An error that the emulator shows as a Python exception of this type. */
export function pythonError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
