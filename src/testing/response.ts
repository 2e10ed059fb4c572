/** A JSON answer with its keys in alphabetical order, as the service's own encoder writes them. */
export function respond(status: number, body: unknown): Response {
  return plainJson(status, sorted(body));
}

/** A JSON answer as a worker wrote it. */
export function plainJson(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? null);
  return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
}

/** A value with the keys of its objects in alphabetical order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, item]) => [key, sorted(item)]),
  );
}
