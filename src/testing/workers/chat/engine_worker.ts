import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { isMessages } from "./chat_request.ts";
import { batches } from "./event_cuts.ts";
import { answerChat, type ChatRequest } from "./pretend_model.ts";
import { costOf } from "./usage.ts";

/** What earlier generations of Runpod's vLLM worker answer to `{ prompt }` or `{ messages }` with `sampling_params`. */
export function* engineAnswer(config: EmulatedEndpoint, input: Record<string, unknown>): Generator<unknown> {
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
