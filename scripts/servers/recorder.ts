/**
 * A `fetch` that records what goes through it.
 *
 * @module
 */
import type { Exchange } from "../../tests/conformance/recording.ts";

/** The headers of an answer that a client may look at. */
const HEADERS = ["content-type", "retry-after", "www-authenticate", "allow", "location"];

/** Makes a recording `fetch`. `exchanges` is complete once `settled` is. */
export function recordingFetch(key: string): {
  fetch: typeof fetch;
  exchanges: Exchange[];
  settled: () => Promise<unknown>;
} {
  const exchanges: Exchange[] = [];
  const bodies: Promise<void>[] = [];
  return {
    exchanges,
    settled: () => Promise.all(bodies),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const copy = request.clone();
      const { pathname, search } = new URL(request.url);
      const exchange: Exchange = { method: request.method, path: pathname + search, status: 0, headers: {} };
      exchanges.push(exchange);
      const sent = await readSent(copy);
      if (sent !== undefined) exchange.sent = sent;
      if (request.headers.get("authorization") !== `Bearer ${key}`) exchange.wrongKey = true;
      const response = await fetch(request);
      exchange.status = response.status;
      for (const name of HEADERS) {
        const value = response.headers.get(name);
        if (value !== null) exchange.headers[name] = value;
      }
      if (response.body === null) return response;
      const [own, theirs] = response.body.tee();
      bodies.push(readBody(exchange, own).catch(() => {}));
      return new Response(theirs, response);
    },
  };
}

/** The body of a request: JSON, or the fields of a form and the sizes of its files. */
async function readSent(request: Request): Promise<unknown> {
  if (request.headers.get("content-type")?.startsWith("multipart/form-data")) {
    const fields = [...(await request.formData()).entries()];
    return fields.map((
      [name, value],
    ) => [name, typeof value === "string" ? value : { type: value.type, bytes: value.size }]);
  }
  const text = await request.text();
  return text === "" ? undefined : jsonOr(text);
}

/** Writes a body into its exchange, in the pieces in which it arrives. */
async function readBody(exchange: Exchange, body: ReadableStream<Uint8Array>): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const bytes = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
  if (bytes.length === 0) return;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    exchange.base64 = bytes.toBase64();
    return;
  }
  const body_ = jsonOr(text);
  if (typeof body_ !== "string") {
    exchange.body = body_;
    return;
  }
  exchange.body = text;
  if (pieces.length < 2) return;
  const events = text.match(/[\s\S]+?(?:\r?\n\r?\n|$)/g) ?? [];
  const lengths = pieces.map(({ length }) => length);
  const ofEvents = events.map((event) => new TextEncoder().encode(event).length);
  exchange.pieces = `${lengths}` === `${ofEvents}` ? "events" : lengths;
}

/** The JSON in a text, or the text itself. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
