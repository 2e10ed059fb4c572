import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** A running server. */
export interface LocalServer {
  readonly port: number;
  /** Ends all connections. */
  close: () => Promise<void>;
}

/** Where a server listens. */
export interface ListenOptions {
  port: number;
  /** Whether to take the next free port if this one is taken. */
  orNext: boolean;
}

/** The port is taken, and no other may be used. */
export class PortTakenError extends Error {}

/** The largest request. The emulator has the limits of the service, which are lower. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** How many ports after the first one are tried. */
const MAX_PORTS = 50;

/** Answers requests on a port of 127.0.0.1. A request's signal fires when its client goes away. */
export async function serve(
  handler: (request: Request) => Promise<Response>,
  { port, orNext }: ListenOptions,
): Promise<LocalServer> {
  const server = createServer((incoming, outgoing) => void answer(handler, incoming, outgoing));
  // Clients that keep connections use them for the next long poll.
  server.keepAliveTimeout = 75_000;
  for (let next = port;; next++) {
    const error = await listen(server, next);
    if (error === undefined) {
      return {
        port: next,
        close: async () => {
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          server.closeAllConnections();
          await closed;
        },
      };
    }
    const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    if (!isTaken) throw error;
    if (!orNext || next === port + MAX_PORTS || next === 65_535) {
      throw new PortTakenError(`port ${next} is taken by another program`);
    }
  }
}

function listen(server: Server, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve(error);
    server.once("error", fail);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", fail);
      resolve(undefined);
    });
  });
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const client = new AbortController();
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) client.abort();
  });
  outgoing.on("error", () => client.abort());
  try {
    const request = await readRequest(incoming, client.signal);
    const response = request instanceof Response ? request : await handler(request);
    await send(response, outgoing, client.signal);
  } catch (error) {
    if (client.signal.aborted || outgoing.headersSent) return void outgoing.destroy();
    const message = error instanceof Error ? error.message : String(error);
    await send(
      Response.json({ error: `the local Runpod failed: ${message}` }, { status: 500 }),
      outgoing,
      client.signal,
    );
  }
}

async function readRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request | Response> {
  const { method = "GET", url = "/", headers: { host } } = incoming;
  const refuse = (status: number, error: string) =>
    Response.json({ error }, { status, headers: { connection: "close" } });
  const address = `http://${host}${url}`;
  if (host === undefined || !url.startsWith("/") || !URL.canParse(address) || !isPlainHost(host)) {
    return refuse(400, "the request has no valid Host header or target");
  }
  if (method === "TRACE" || method === "CONNECT") return refuse(405, "method not allowed");

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return refuse(413, "the request is too large");
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !CONNECTION_HEADERS.has(name)) headers.set(name, String(value));
  }
  const hasBody = method !== "GET" && method !== "HEAD" && size > 0;
  return new Request(address, { method, headers, body: hasBody ? new Blob(chunks as BlobPart[]) : undefined, signal });
}

/** Whether the header is a host and perhaps a port, and nothing that a URL would read as something else. */
function isPlainHost(host: string): boolean {
  return /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?$/i.test(host);
}

/** Headers of one connection. They are not passed on. */
const CONNECTION_HEADERS = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
]);

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  const reader = response.body?.getReader();
  if (reader === undefined) return void outgoing.end();
  const cancel = () => void reader.cancel().catch(() => {});
  if (signal.aborted) return cancel();
  signal.addEventListener("abort", cancel, { once: true });
  // A client that waits for the first event of a stream must see that the stream has begun.
  outgoing.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}
