import type { EmulatedBehavior } from "../../behavior.ts";
import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import type { EmulatedHandler } from "../handler.ts";
import type { ServerReply, ServerRequest } from "../server_reply.ts";
import { engineAnswer } from "./engine_worker.ts";
import { cutEvents } from "./event_cuts.ts";
import { flattened } from "./flat_error.ts";
import { proxiedRequest } from "./proxy_input.ts";
import { serve } from "./vllm_server.ts";

type Input = Record<string, unknown>;

/** Runpod's vLLM worker, or its worker for SGLang. It yields what its server answers. */
export function chatWorker(config: EmulatedEndpoint, behavior: EmulatedBehavior, now: () => number): EmulatedHandler {
  const { vllmWorker = config.server === "sglang" ? "engine" : "proxy" } = config;
  return function* (input, job): Generator<unknown> {
    const isNative = typeof input.openai_route !== "string" && !isRecord(input.openai_input);
    if (vllmWorker === "engine" && isNative) return yield* engineAnswer(config, input);
    const request = proxiedRequest(input);
    if (request === undefined) return yield workerError(NO_REQUEST);
    const reply = serve(config, request, { seed: job.id, now: now() });
    if (reply.events !== undefined) yield* cutEvents(reply.events, behavior.openaiChunks);
    // An empty body, such as that of `/health`, is null for the worker.
    else if (reply.status < 400) yield reply.body === "" ? null : reply.body;
    // SGLang's worker passes on what its server says as text, whatever the status.
    else if (config.server === "sglang") yield JSON.stringify(reply.body);
    else if (behavior.openaiError === "flat") yield flattened(reply.body);
    else yield workerError(`vLLM returned HTTP ${reply.status}: ${JSON.stringify(reply.body)}`);
  };
}

/** A model server without a worker in front of it. */
export function serverHandler(config: EmulatedEndpoint, now: () => number): EmulatedHandler {
  return function* (input, job): Generator<unknown> {
    const reply = serve(config, directRequest(input), { seed: job.id, now: now() });
    if (reply.events !== undefined) yield* reply.events;
    else if (reply.status < 400) yield reply.body;
    else yield { error: JSON.stringify(reply.body) };
  };
}

/** The server's own answer to the request that a job was made of; undefined if its worker refused the input. */
export function serverReply(
  config: EmulatedEndpoint,
  input: Input,
  seed: string,
  now: number,
): ServerReply | undefined {
  // A queue does not tell the method.
  const request = input.method === undefined ? proxiedRequest(input) : directRequest(input);
  return request && serve(config, request, { seed, now });
}

function directRequest({ openai_route, method, openai_input }: Input): ServerRequest {
  return { path: String(openai_route), method: String(method), body: openai_input };
}

const NO_REQUEST = "Job input must contain one of: openai_input (+openai_route), route (+body), or prompt/messages.";

function workerError(message: string): Input {
  return { error: { message, type: "worker_error", code: null } };
}
