import { uuid } from "../../common/hash.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { badRequest, type Caller, type ServerReply } from "../server_reply.ts";
import { continueText } from "./pretend_model.ts";
import { costOf, eventsOf, usageOf } from "./usage.ts";

/** vLLM's own default. Chats have no such limit. */
const DEFAULT_MAX_TOKENS = 16;

/** vLLM's `/v1/completions`. */
export function createCompletion(
  config: EmulatedEndpoint,
  model: string,
  body: Record<string, unknown>,
  caller: Caller,
): ServerReply {
  const prompt = Array.isArray(body.prompt) ? body.prompt[0] : body.prompt;
  if (typeof prompt !== "string") return badRequest("prompt: a string is required");
  if (body.suffix) return badRequest("suffix is not currently supported");
  const limit = typeof body.max_tokens === "number" ? body.max_tokens : DEFAULT_MAX_TOKENS;
  const answer = continueText(prompt, limit, body.stop);
  const text = body.echo === true ? [prompt, ...answer.text] : answer.text;
  const head = {
    id: `cmpl-${uuid(caller.seed).replaceAll("-", "")}`,
    object: "text_completion",
    created: Math.floor(caller.now / 1000),
    model,
  };
  const usage = usageOf(answer);
  const choice = (text: string, finish_reason: string | null) => ({ index: 0, text, logprobs: null, finish_reason });
  if (body.stream !== true || config.stream === false) {
    const choices = [choice(text.join(""), answer.finishReason)];
    return { status: 200, body: { ...head, choices, usage, ...costOf(config, usage.total_tokens) } };
  }
  const chunks: Array<Record<string, unknown>> = text.map((piece) => ({ ...head, choices: [choice(piece, null)] }));
  chunks.push({ ...head, choices: [choice("", answer.finishReason)] });
  return { status: 200, events: eventsOf(chunks, body, { ...head, choices: [], usage }) };
}
