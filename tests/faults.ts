/**
 * What goes wrong between a client and a service.
 *
 * @module
 */

/** Rejects as the `fetch` of Node does when the network fails. */
export function networkFailure(code: string): Promise<never> {
  return Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) }));
}

/** An error of a service. */
export function failure(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers });
}

/** The refusal of a request over the rate limit. */
export function rateLimited(retryAfterSeconds?: number): Response {
  return failure(
    429,
    "too many requests",
    retryAfterSeconds === undefined ? {} : { "retry-after": `${retryAfterSeconds}` },
  );
}

/** A page of a proxy between client and service. */
export function htmlPage(status: number, title: string): Response {
  const html = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return new Response(html, { status, headers: { "content-type": "text/html" } });
}

/** JSON that ends in the middle. */
export function truncatedJson(): Response {
  return new Response('{"id":"sync-1-u1","sta', { headers: { "content-type": "application/json" } });
}

/** Answers with each fault once, in order, and then with the answer of the service. */
export function failFirst(
  faults: Array<() => Response | Promise<Response>>,
  next: () => Promise<Response>,
): Response | Promise<Response> {
  return (faults.shift() ?? next)();
}
