import type { EmulatedBehavior } from "../../behavior.ts";
import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import type { EmulatedHandler } from "../handler.ts";
import { isMessages } from "./chat_completion.ts";
import { batches, cutEvents } from "./event_cuts.ts";
import { flattened } from "./flat_error.ts";
import { answerChat, type ChatRequest } from "./pretend_model.ts";
import { costOf } from "./usage.ts";
import { serve } from "./vllm_server.ts";

/** Runpod's vLLM worker. It yields what its server answers, and also takes Runpod's own form of input. */
export function chatWorker(
  config: EmulatedEndpoint,
  { openaiChunks, openaiError }: EmulatedBehavior,
  now: () => number,
): EmulatedHandler {
  return function* (input, job): Generator<unknown> {
    if (typeof input.openai_route !== "string" && !isRecord(input.openai_input)) {
      return yield* answerNatively(config, input);
    }
    const reply = serve(config, input, { seed: job.id, now: now() });
    if (reply.events !== undefined) yield* cutEvents(reply.events, openaiChunks);
    else if (reply.status < 400) yield reply.body;
    // SGLang's worker passes on what its server says as text, whatever the status. Only the queue sends no method.
    else if (config.server === "sglang" && input.method === undefined) yield JSON.stringify(reply.body);
    else if (openaiError === "flat") yield flattened(reply.body);
    else {
      const message = `vLLM returned HTTP ${reply.status}: ${JSON.stringify(reply.body)}`;
      yield { error: { message, type: "worker_error", code: null } };
    }
  };
}

/** Answers `{ prompt }` or `{ messages }` with `sampling_params`. */
function* answerNatively(config: EmulatedEndpoint, input: Record<string, unknown>): Generator<unknown> {
  const sampling = isRecord(input.sampling_params) ? input.sampling_params : {};
  const messages = input.messages ??
    (typeof input.prompt === "string" ? [{ role: "user", content: input.prompt }] : null);
  if (!isMessages(messages)) return yield { error: input.messages ? "Invalid messages format" : "Invalid prompt" };
  const request: ChatRequest = {
    messages,
    max_tokens: sampling.max_tokens ?? input.max_tokens,
    stop: sampling.stop ?? input.stop,
  };
  const { text, promptTokens } = answerChat(request, false);
  const result = (tokens: string[], output: number) => ({
    choices: [{ tokens }],
    ...costOf(config, promptTokens + output),
    usage: { input: promptTokens, output },
  });
  if (input.stream !== true) return yield result([text.join("")], text.length);
  let written = 0;
  for (const tokens of batches(text)) yield result(tokens, written += tokens.length);
}
