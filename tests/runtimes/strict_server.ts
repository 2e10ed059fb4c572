/**
 * The emulator as a server that allows web pages no more than what calls need: their origin, GET and POST, and two headers.
 * Below `/refusing` it allows them nothing.
 *
 * @module
 */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";

const ALLOWED_HEADERS = "authorization, content-type";

/** Makes the server's handler. `/asked-headers` lists the headers that browsers have asked for. */
export function createStrictServer(): (request: Request) => Promise<Response> {
  const emulator = createRunpodEmulator({
    endpoints: {
      "my-infinity": { worker: "embedding" },
      "my-audio": { worker: "audio" },
      "my-echo": { worker: (input) => input },
    },
  });
  const asked = new Set<string>();
  return async (request) => {
    const { pathname } = new URL(request.url);
    const isPreflight = request.method === "OPTIONS";
    if (pathname.startsWith("/refusing/")) {
      return new Response(null, { status: isPreflight ? 204 : 200 });
    }
    if (isPreflight) {
      for (
        const name of request.headers.get("access-control-request-headers")?.split(
          ",",
        ) ?? []
      ) {
        asked.add(name.trim());
      }
    }
    const answer = isPreflight
      ? new Response(null, { status: 204 })
      : pathname === "/asked-headers"
      ? Response.json([...asked])
      : await emulator.fetch(request);
    const headers = new Headers(answer.headers);
    headers.set(
      "access-control-allow-origin",
      request.headers.get("origin") ?? "null",
    );
    headers.set("access-control-allow-methods", "GET, POST");
    headers.set("access-control-allow-headers", ALLOWED_HEADERS);
    return new Response(answer.body, { status: answer.status, headers });
  };
}
