/**
 * The local server of Runpod's worker SDK (`handler.py --rp_serve_api`), as its version 1.12.0 answers.
 *
 * @module
 */

/** What the worker's handler does with an input: a value, or a list of yields where it is a generator. */
export interface LocalHandler {
  isGenerator?: boolean;
  run: (input: Record<string, unknown>) => Promise<unknown> | unknown;
}

/** Serves a handler. `ran` has the input of each run of the handler, in order. */
export function sdkLocalServer({ isGenerator = false, run }: LocalHandler) {
  const jobs = new Map<string, Record<string, unknown>>();
  const ran: Array<Record<string, unknown>> = [];
  const requests: string[] = [];
  let count = 0;

  const detail = (status: number, text: string) => Response.json({ detail: text }, { status });

  async function perform(id: string, key: "output" | "stream", input: Record<string, unknown>): Promise<Response> {
    ran.push(input);
    const output = await run(input);
    const yields = Array.isArray(output) && key === "stream" ? output.map((item) => ({ output: item })) : output;
    jobs.delete(id);
    return Response.json({ id, status: "COMPLETED", [key]: yields });
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    requests.push(`${request.method} ${pathname.replace(/test-\d+/, "ID")}`);
    const [, route, id = ""] = /^\/(\w+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (!["run", "runsync", "status", "stream"].includes(route)) return detail(404, "Not Found");
    if (request.method !== "POST") return detail(405, "Method Not Allowed");
    if (route === "run" || route === "runsync") {
      const { input } = await request.json();
      const newId = `test-${++count}`;
      if (route === "runsync") return await perform(newId, "output", input);
      jobs.set(newId, input);
      return Response.json({ id: newId, status: "IN_PROGRESS" });
    }
    const input = jobs.get(id);
    if (input === undefined) return Response.json({ id, status: "FAILED", error: "Job ID not found" });
    if (route === "status") return await perform(id, "output", input);
    if (isGenerator) return await perform(id, "stream", input);
    const error = "Stream not supported, handler must be a generator.";
    return Response.json({ id, status: "FAILED", error });
  }

  const fetch = (input: string | URL | Request, init?: RequestInit) => answer(new Request(input, init));
  return { fetch, ran, requests };
}
