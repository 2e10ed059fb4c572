/**
 * A `fetch` that answers as a recording does.
 *
 * @module
 */
import type { Exchange } from "./recording.ts";

/** Where the recorded server pretends to be. */
export const REPLAY_ORIGIN = "http://127.0.0.1:8000";

/**
 * Answers each request with the first exchange of the same method and path that was not used yet. What is sent is not
 * compared, so that a better request does not need a new recording where the answer would be the same.
 */
export function replayingFetch(exchanges: Exchange[]): { fetch: typeof fetch; unused: () => string[] } {
  const left = [...exchanges];
  return {
    unused: () => left.map(({ method, path }) => `${method} ${path}`),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      const exchange = take(left, request.method, pathname) ?? takeHeld(left, pathname);
      if (exchange === undefined) {
        const error = `the recording has no further answer to ${request.method} ${pathname}`;
        return Response.json({ error }, { status: 418 });
      }
      // As a server would: the request is read before the answer is sent.
      await request.arrayBuffer();
      return responseOf(exchange);
    },
  };
}

/** Takes the first exchange that was not used yet. How long the server was to hold its answer does not matter. */
function take(left: Exchange[], method: string, pathname: string): Exchange | undefined {
  const index = left.findIndex((exchange) => exchange.method === method && exchange.path.split("?")[0] === pathname);
  return index < 0 ? undefined : left.splice(index, 1)[0];
}

/** Takes what a held status read has for an answer where the recording has plain ones: the first that tells the end. */
function takeHeld(left: Exchange[], pathname: string): Exchange | undefined {
  let exchange: Exchange | undefined;
  do {
    exchange = take(left, "GET", pathname.replace("/status-sync/", "/status/"));
  } while (exchange && /"status":\s?"IN_/.test(bodyText(exchange)));
  return exchange;
}

function responseOf(exchange: Exchange): Response {
  const { status, headers, base64 } = exchange;
  const init = { status, headers };
  if (base64 !== undefined) return new Response(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)), init);
  const text = bodyText(exchange);
  if (text === "") return new Response([101, 204, 205, 304].includes(status) ? null : "", init);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of piecesOf(exchange)) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(body, init);
}

/** The body of an answer as text. */
export function bodyText({ body }: Exchange): string {
  if (body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** The body of an answer in the pieces in which it arrived. */
export function piecesOf(exchange: Exchange): Uint8Array[] {
  const text = bodyText(exchange);
  const bytes = new TextEncoder().encode(text);
  if (exchange.pieces === undefined) return [bytes];
  if (exchange.pieces === "events") return eventsOf(text).map((event) => new TextEncoder().encode(event));
  let start = 0;
  return exchange.pieces.map((length, index, all) => {
    // Normalising may have made the body a little longer or shorter.
    const piece = index === all.length - 1 ? bytes.subarray(start) : bytes.subarray(start, start + length);
    start += length;
    return piece;
  }).filter((piece) => piece.length > 0);
}

/** The events of a stream, each with the empty line at its end. */
export function eventsOf(text: string): string[] {
  return text.match(/[\s\S]+?(?:\r?\n\r?\n|$)/g) ?? [];
}
