import type { Endpoint } from "./endpoint.ts";
import { endOf, envelope, hasYielded, isPickedUp, type Job, waitFor } from "./job.ts";
import { type Call, failure, type Submit } from "./queue.ts";
import { plainJson, respond } from "./response.ts";
import { refusal, serve, type ServerReply } from "./vllm.ts";

/** How long a load balancer waits for a worker. */
export const balancerWaitMillis = 120_000;

/** Answers an OpenAI route: makes a job of it, waits for the job, and takes the job's wrapping off the answer. */
export async function answerOpenai(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  const { route, method, text, url, signal } = call;
  const isQueued = route.host === "gateway";
  const body = text === "" ? undefined : parse(text);
  const input: Record<string, unknown> = { openai_route: `/v1/${route.route}` };
  if (body !== undefined) input.openai_input = body;
  if (!isQueued) input.method = method;
  const job = submit("openai", input, { input });
  const headers: Record<string, string> = route.host === "balancer" ? { "x-runpod-worker-id": endpoint.workerId } : {};

  if (route.host === "balancer") {
    await waitFor(job, (now) => isPickedUp(job, now), balancerWaitMillis, signal);
    if (!isPickedUp(job, Date.now())) return failure(400, "timed out waiting for worker");
  }
  // A stream is text; whatever else a streaming request brings is one answer.
  const isStreaming = (now: number) =>
    wantsStream(body) && hasYielded(job, 0, now) && typeof job.yields[0].output === "string";
  const timeout = isQueued ? endpoint.behavior.gatewayTimeoutMillis ?? Infinity : Infinity;
  await waitFor(job, (now) => isStreaming(now) || endOf(job, now) !== undefined, timeout, signal);

  const now = Date.now();
  if (isStreaming(now)) {
    return new Response(relay(job, call), {
      headers: { "content-type": "text/event-stream; charset=utf-8", ...headers },
    });
  }
  const end = endOf(job, now);
  if (end === undefined) {
    return endpoint.behavior.gatewayTimeoutAnswer === "job"
      ? respond(200, envelope(job, now))
      : gatewayTimeout(url.host);
  }
  if (end.status === "COMPLETED") {
    return plainJson(200, Array.isArray(end.output) ? end.output[0] : end.output, headers);
  }
  const { openaiError } = endpoint.behavior;
  if (end.status === "FAILED" && (!isQueued || openaiError === "own")) {
    const reply = refusalOf(job, now);
    if (reply !== undefined) return plainJson(reply.status, reply.body, headers);
  }
  const { error, status } = end;
  if (isQueued) return respond(500, openaiError === "error" ? { error: error ?? status } : envelope(job, now));
  const message = typeof error === "string" ? error : JSON.stringify(error ?? status);
  return plainJson(500, refusal(500, "InternalServerError", message).body, headers);
}

/** What the model server said, if it is why the job failed: the job itself has it only as text. */
function refusalOf(job: Job, now: number): ServerReply | undefined {
  const { config } = job.endpoint;
  if (config.worker !== "chat" || config.outcome !== undefined) return undefined;
  const reply = serve(config, job.input, { seed: job.id, now });
  return reply.status < 400 ? undefined : reply;
}

/** The page of Cloudflare, which stands in front of Runpod. */
export function gatewayTimeout(host: string): Response {
  const title = `${host} | 524: A timeout occurred`;
  return new Response(
    `<!DOCTYPE html>\n<html lang="en-US">\n<head><title>${title}</title></head>\n<body><h1>A timeout occurred</h1></body>\n</html>\n`,
    { status: 524, headers: { "content-type": "text/html; charset=UTF-8" } },
  );
}

/** The job's yields as they come, as text. A job that fails midway cuts its stream short. */
function relay(job: Job, { signal, leave }: Call): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  let next = 0;
  let aborted: () => void = () => {};
  const close = () => {
    signal.removeEventListener("abort", aborted);
    leave();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      aborted = () => {
        close();
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

function wantsStream(body: unknown): boolean {
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
