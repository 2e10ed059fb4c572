import type { Call, Submit } from "../call.ts";
import { isRecord } from "../common/json.ts";
import { plainJson, serviceError, serviceJson } from "../common/response.ts";
import type { Endpoint } from "../queue/endpoint.ts";
import { type Job, startTime } from "../queue/job.ts";
import { endOf, envelope, hasYielded, isKept, isPickedUp, removalTime } from "../queue/job_state.ts";
import { waitFor } from "../queue/wait.ts";
import { refusal } from "../workers/server_reply.ts";
import { audioRoute, isAudioRoute } from "./audio_route.ts";
import { relayYields } from "./event_stream.ts";
import { gatewayTimeout } from "./gateway_timeout.ts";
import { jsonRoute } from "./json_route.ts";

/** How long a load balancer waits for a worker, in milliseconds. */
const BALANCER_WAIT_MILLIS = 120_000;

/** Answers an OpenAI route: turns the request into a job, waits for it, and turns the job's output into the response. */
export async function answerOpenai(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  const { route, url, signal } = call;
  const { pool } = endpoint;
  if (pool !== undefined && call.form !== undefined) {
    return serviceError(400, "the emulator cannot pass a form to an external worker");
  }
  const kind = isAudioRoute(route.route) && pool === undefined ? audioRoute : jsonRoute;
  const isQueued = route.host === "gateway";
  const input = await kind.inputOf(call, isQueued);
  const job = submit("openai", input, { input });
  const headers: Record<string, string> = route.host === "balancer" ? { "x-runpod-worker-id": endpoint.workerId } : {};

  if (route.host === "balancer") {
    await waitFor(job, (now) => isPickedUp(job, now), BALANCER_WAIT_MILLIS, signal);
    if (!isPickedUp(job, Date.now())) return serviceError(400, "timed out waiting for worker");
  }
  const { gatewayTimeoutMillis = Infinity, gatewayTimeoutAnswer } = endpoint.behavior;
  await waitFor(
    job,
    (now) => isStreaming(job, now) || endOf(job, now) !== undefined,
    isQueued ? Math.min(gatewayTimeoutMillis, removalTime(job) - Date.now()) : Infinity,
    signal,
  );

  const now = Date.now();
  if (isStreaming(job, now)) {
    return new Response(relayYields(job, call), {
      headers: { "content-type": "text/event-stream; charset=utf-8", ...headers },
    });
  }
  const end = endOf(job, now);
  if (end === undefined) {
    if (!isKept(job, now)) return serviceError(404, "job not found");
    return gatewayTimeoutAnswer === "job" ? serviceJson(200, envelope(job, now)) : gatewayTimeout(url.host);
  }
  if (end.status === "COMPLETED") {
    return kind.responseOf(answerIn(job, end.output), headers);
  }

  const { openaiError } = endpoint.behavior;
  if (end.status === "FAILED" && endpoint.config.outcome === undefined && (!isQueued || openaiError === "own")) {
    const reply = kind.refusalOf(job, now);
    if (reply !== undefined) return plainJson(reply.status, reply.body, headers);
  }
  const { error, status } = end;
  if (isQueued) return serviceJson(500, openaiError === "error" ? { error: error ?? status } : envelope(job, now));
  const message = typeof error === "string" ? error : JSON.stringify(error ?? status);
  return plainJson(500, refusal(500, "InternalServerError", message).body, headers);
}

/** The answer in the output of a job. A generator's output is the list of its yields, or an empty list. */
function answerIn(job: Job, output: unknown): unknown {
  if (!Array.isArray(output)) return output;
  if (output.length > 0) return output[0];
  const startedAt = startTime(job);
  return job.yields.find(({ at }) => at >= startedAt)?.output;
}

/** Whether the answer is a stream: the request asked for one, and the worker yields text. Anything else is one answer. */
function isStreaming(job: Job, now: number): boolean {
  const body = job.input.openai_input;
  return isRecord(body) && body.stream === true && hasYielded(job, 0, now) && typeof job.yields[0].output === "string";
}
