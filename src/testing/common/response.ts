/** A JSON response of the service, whose encoder writes keys in alphabetical order. */
export function serviceJson(status: number, body: unknown): Response {
  return plainJson(status, sorted(body));
}

/** An error of the service. */
export function serviceError(status: number, error: string): Response {
  return serviceJson(status, { error });
}

/** A JSON response with its keys in the given order; a string is sent as it is. */
export function plainJson(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? null);
  // An empty body has no type.
  const type = text === "" ? undefined : "application/json";
  return new Response(text === "" ? null : text, {
    status,
    headers: { ...(type && { "content-type": type }), ...headers },
  });
}

/** A copy of a value with the keys of its objects in alphabetical order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, item]) => [key, sorted(item)]),
  );
}
