import type { Endpoint } from "./endpoint.ts";
import { endOf, envelope, hasYielded, isPickedUp, type Job, waitFor } from "./job.ts";
import { type Call, failure, type Submit } from "./queue.ts";
import { plainJson, respond } from "./response.ts";
import { serve } from "./vllm.ts";

/** How long a load balancer waits for a worker. */
const balancerWaitMillis = 120_000;

/** Answers an OpenAI route: makes a job of it, waits for the job, and takes the job's wrapping off the answer. */
export async function answerOpenai(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  const { route, method, text, signal } = call;
  const { config, behavior } = endpoint;
  const name = route.route ?? "";
  if (method !== (name === "models" ? "GET" : "POST")) return failure(405, "method not allowed");
  const body = method === "GET" ? undefined : parse(text);
  const input: Record<string, unknown> = { openai_route: `/v1/${name}` };
  if (body !== undefined) input.openai_input = body;
  const job = submit("openai", input, { input });
  const headers: Record<string, string> = route.host === "balancer" ? { "x-runpod-worker-id": endpoint.workerId } : {};

  if (route.host === "balancer") {
    await waitFor(job, (now) => isPickedUp(job, now), balancerWaitMillis, signal);
    if (!isPickedUp(job, Date.now())) return failure(400, "timed out waiting for worker");
  }
  const streams = isStreaming(body) && config.stream !== false;
  const hasAnswer = (now: number) => endOf(job, now) !== undefined || (streams && hasYielded(job, 0, now));
  await waitFor(job, hasAnswer, Infinity, signal);

  const now = Date.now();
  const end = endOf(job, now);
  if (end !== undefined && end.status !== "COMPLETED" && !(streams && hasYielded(job, 0, now))) {
    // The model server's own refusals reach the caller; any other failure is the job's.
    const reply = config.worker === "chat" && config.outcome === undefined && end.status === "FAILED"
      ? serve(config, endpoint.id, name, body, { seed: job.id, now })
      : undefined;
    if (reply === undefined || reply.status < 400) return respond(500, envelope(job, now));
    return plainJson(behavior.openaiErrorStatus === 200 ? 200 : reply.status, reply.body, headers);
  }
  if (streams && hasYielded(job, 0, now)) {
    return new Response(relay(job, signal), {
      headers: { "content-type": "text/event-stream; charset=utf-8", ...headers },
    });
  }
  const output = end?.output;
  return plainJson(200, Array.isArray(output) ? output[0] : output, headers);
}

/** The job's yields as they come, as text. A job that fails midway cuts its stream short. */
function relay(job: Job, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  let next = 0;
  let aborted: () => void = () => {};
  const close = () => signal.removeEventListener("abort", aborted);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      aborted = () => {
        stop.abort(signal.reason);
        controller.error(signal.reason);
      };
      signal.addEventListener("abort", aborted, { once: true });
    },
    async pull(controller) {
      const hasNews = (now: number) => hasYielded(job, next, now) || endOf(job, now) !== undefined;
      await waitFor(job, hasNews, Infinity, stop.signal);
      if (hasYielded(job, next, Date.now())) {
        const { output } = job.yields[next++];
        controller.enqueue(encoder.encode(typeof output === "string" ? output : JSON.stringify(output)));
      } else {
        close();
        controller.close();
      }
    },
    cancel(reason) {
      close();
      stop.abort(reason);
    },
    // Nothing is read ahead: a stream that nobody reads must not hold a timer.
  }, { highWaterMark: 0 });
}

function isStreaming(body: unknown): boolean {
  return body !== null && typeof body === "object" && (body as Record<string, unknown>).stream === true;
}

/** The body's JSON, or null where it has none: the model server complains, not the gateway. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
