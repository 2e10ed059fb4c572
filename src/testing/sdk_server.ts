import type { Call, Submit } from "./call.ts";
import { isRecord, parseJson } from "./common/json.ts";
import { plainJson } from "./common/response.ts";
import type { Endpoint } from "./queue/endpoint.ts";
import { endOf } from "./queue/job_state.ts";
import { waitFor } from "./queue/wait.ts";
import type { EmulatedHandler } from "./workers/handler.ts";

/** Jobs that were submitted and have not been asked for, by endpoint and id. */
const waiting = new WeakMap<Endpoint, Map<string, Record<string, unknown>>>();

/**
 * Answers as the local server of the worker SDK (`handler.py --rp_serve_api`), version 1.12.0.
 *
 * It has no queue: a job runs when it is first asked for, and is forgotten then. Everything is a POST.
 */
export async function answerSdkServer(
  call: Call,
  endpoint: Endpoint,
  { handler, createId, submit }: { handler: EmulatedHandler; createId: () => string; submit: Submit },
): Promise<Response> {
  if (call.method === "GET" && call.route.path === "/") return documentation();
  const [, operation = "", id] = /^\/(run|runsync|status|stream)(?:\/([^/]+))?$/.exec(call.route.path ?? "") ?? [];
  const takesId = operation === "status" || operation === "stream";
  if (operation === "" || takesId !== (id !== undefined)) return plainJson(404, { detail: "Not Found" });
  if (call.method !== "POST") return plainJson(405, { detail: "Method Not Allowed" });
  const jobs = waiting.get(endpoint) ?? new Map<string, Record<string, unknown>>();
  waiting.set(endpoint, jobs);

  if (!takesId) {
    const body = parseJson(call.text);
    const input = isRecord(body) ? body.input : undefined;
    if (!isRecord(input)) return unprocessable(body, input);
    const newId = `test-${createId()}`;
    if (operation === "runsync") return await run(newId, "output", input);
    jobs.set(newId, input);
    return plainJson(200, { id: newId, status: "IN_PROGRESS" });
  }
  const input = jobs.get(id);
  if (input === undefined) return plainJson(200, { id, status: "FAILED", error: "Job ID not found" });
  if (operation === "stream" && !isGenerator(handler)) {
    const error = "Stream not supported, handler must be a generator.";
    return plainJson(200, { id, status: "FAILED", error });
  }
  const response = await run(id, operation === "stream" ? "stream" : "output", input);
  jobs.delete(id);
  return response;

  /** Runs a job to its end. There is no limit of time. */
  async function run(id: string, key: "output" | "stream", input: Record<string, unknown>): Promise<Response> {
    const job = submit("run", input, { input, policy: { executionTimeout: Infinity } });
    await waitFor(job, (now) => endOf(job, now) !== undefined, Infinity, call.signal);
    const { error, output } = endOf(job, Date.now())!;
    // The server does not expect that a generator fails.
    if (error !== undefined && isGenerator(handler)) return new Response("Internal Server Error", { status: 500 });
    if (error !== undefined) return plainJson(200, { id, status: "FAILED", error });
    const result = key === "output" ? output : job.yields.map(({ output }) => ({ output }));
    return plainJson(200, { id, status: "COMPLETED", [key]: result });
  }
}

function documentation(): Response {
  return new Response("<!DOCTYPE html>\n<title>Runpod | Development Worker API</title>\n", {
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

function unprocessable(body: unknown, input: unknown): Response {
  const detail = input === undefined
    ? { type: "missing", loc: ["body", "input"], msg: "Field required", input: body ?? null }
    : { type: "dict_type", loc: ["body", "input"], msg: "Input should be a valid dictionary", input };
  return plainJson(422, { detail: [detail] });
}

function isGenerator(handler: EmulatedHandler): boolean {
  return Object.prototype.toString.call(handler).endsWith("GeneratorFunction]");
}
