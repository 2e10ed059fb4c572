/** A request to a model server that is over, for the log. */
export interface ModelRequest {
  endpoint: string;
  method: string;
  path: string;
  status: number;
  millis: number;
}

/** Headers that are about one connection, about who asks, or about a coding that fetch has already undone. */
const NOT_FORWARDED = [
  "authorization",
  "connection",
  "content-encoding",
  "content-length",
  "cookie",
  "keep-alive",
  "origin",
  "referer",
  "set-cookie",
  "transfer-encoding",
];

/** Passes a request on to a model server and its answer back. The key stays here. */
export async function forward(
  request: Request,
  endpoint: string,
  root: URL,
  path: string,
  onEnd: (request: ModelRequest) => void,
): Promise<Response> {
  const { method, signal } = request;
  const startedAt = Date.now();
  const end = (status: number) => onEnd({ endpoint, method, path, status, millis: Date.now() - startedAt });
  const headers = withoutConnection(request.headers);
  headers.set("accept-encoding", "identity");
  let response: Response;
  try {
    response = await fetch(`${root.href.replace(/\/$/, "")}${path}${new URL(request.url).search}`, {
      method,
      headers,
      body: request.body === null ? undefined : await request.blob(),
      redirect: "manual",
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    end(502);
    const cause = error instanceof Error ? causeOf(error) : String(error);
    return Response.json({
      error: {
        message: `cannot reach the server of "${endpoint}" at ${root.origin}: ${cause}`,
        type: "bad_gateway",
        code: 502,
      },
    }, { status: 502 });
  }
  const counted = response.body?.pipeThrough(new TransformStream({ flush: () => end(response.status) }));
  if (counted === undefined) end(response.status);
  return new Response(counted, { status: response.status, headers: withoutConnection(response.headers) });
}

function withoutConnection(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of NOT_FORWARDED) kept.delete(name);
  return kept;
}

/** Node's message is only "fetch failed", and the reason is its cause. */
function causeOf(error: Error): string {
  const { cause } = error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code ?? (cause instanceof Error && cause.message !== "" ? cause.message : error.message);
}
