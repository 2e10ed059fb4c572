import { uuid } from "../../common/hash.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { badRequest, type Caller, FINGERPRINT, type ServerReply } from "../server_reply.ts";
import { contextRefusal, fieldErrors, replyTo, samplingRefusal, sharedContradiction } from "./generation_request.ts";
import { completionLogprobs } from "./logprobs.ts";
import { type Answer, continueText } from "./pretend_model.ts";
import { textOfTokens } from "./tokens.ts";
import { costOf, eventsOf, interleaved, usageOf } from "./usage.ts";
import { badParameter, type ValidationError } from "./validation.ts";

type Body = Record<string, unknown>;

/** vLLM's own default. Chats have no such limit. */
const DEFAULT_MAX_TOKENS = 16;

/** Fields of vLLM's answer that have no value here. SGLang does not write them. */
const emptyFields = {
  service_tier: null,
  system_fingerprint: FINGERPRINT,
  kv_transfer_params: null,
  ec_transfer_params: null,
  metrics: null,
};
const emptyChunkFields = { prompt_token_ids: null, token_ids: null };
const emptyChoiceFields = { token_ids: null, prompt_logprobs: null, prompt_token_ids: null, routed_experts: null };

/** Why vLLM refuses the fields of a completion before it looks at the model; undefined if it does not. */
export function refuseCompletionFields(body: Body): ServerReply | undefined {
  const { prompt } = body;
  if (prompt === undefined || prompt === null || prompt === "") {
    return badParameter("Either prompt or prompt_embeds must be provided and non-empty.", "prompt");
  }
  return replyTo([
    ...promptErrors(prompt),
    ...fieldErrors(body, { echo: "bool", suffix: "string", logprobs: "int" }),
  ]) ??
    sharedContradiction(body);
}

/** A prompt is a text, tokens, or a list of those. vLLM says of each of the four why it is not that. */
function promptErrors(prompt: unknown): ValidationError[] {
  const isPrompt = (item: unknown) => ["string", "number"].includes(typeof item) || Array.isArray(item);
  if (typeof prompt === "string" || (Array.isArray(prompt) && prompt.every(isPrompt))) return [];
  const error = (type: string, message: string) => ({ type, field: "prompt", message, value: prompt });
  const noList = error("list_type", "Input should be a valid list");
  return [noList, noList, error("string_type", "Input should be a valid string"), noList];
}

/** The prompts as texts. */
function promptsOf(prompt: unknown): string[] {
  if (!Array.isArray(prompt)) return [String(prompt)];
  if (prompt.every((item) => typeof item === "number")) return [textOfTokens(prompt)];
  return prompt.map((item) => Array.isArray(item) ? textOfTokens(item) : String(item));
}

/** vLLM's `/v1/completions`, for a request with right fields. */
export function createCompletion(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
  if (body.suffix) return badRequest("suffix is only supported for models with FIM completion rendering", "suffix");
  const refused = samplingRefusal(config, body, body.logprobs);
  if (refused !== undefined) return refused;
  const prompts = promptsOf(body.prompt);
  const limit = typeof body.max_tokens === "number" ? body.max_tokens : DEFAULT_MAX_TOKENS;
  const count = typeof body.n === "number" ? body.n : 1;
  const choices = prompts.flatMap((prompt) =>
    Array.from({ length: count }, (_, choice) => ({ prompt, ...continueText(prompt, limit, body.stop, choice) }))
  );
  const tooLong = choices.map(({ promptTokens }) => contextRefusal(config, promptTokens, body)).find((reply) => reply);
  if (tooLong !== undefined) return tooLong;

  const head = {
    id: `cmpl-${uuid(caller.seed).replaceAll("-", "")}`,
    object: "text_completion",
    created: Math.floor(caller.now / 1000),
    model,
  };
  const promptTokens = choices.reduce((total, answer) => total + answer.promptTokens, 0) / count;
  const { completion_tokens_details: _, ...usage } = usageOf(choices, promptTokens);
  if (body.stream !== true || config.stream === false) {
    const isSglang = config.server === "sglang";
    const whole = choices.map((answer, index) => ({
      ...choiceOf(body, index, piecesOf(body, answer), 0),
      finish_reason: answer.finishReason,
      stop_reason: answer.stopReason,
      ...(isSglang ? {} : emptyChoiceFields),
    }));
    const cost = costOf(config, usage.total_tokens);
    const counted = { ...usage, completion_tokens_details: null };
    return {
      status: 200,
      body: { ...head, choices: whole, usage: counted, ...(isSglang ? {} : emptyFields), ...cost },
    };
  }
  const events = interleaved(choices.map((answer, index) => choiceChunks(body, answer, index)))
    .map((choice) => ({ ...head, choices: [choice] }));
  return { status: 200, events: eventsOf(events, body, head, usage, config.server !== "sglang") };
}

type Choice = Answer & { prompt: string };

function piecesOf(body: Body, { prompt, text }: Choice): string[] {
  return body.echo === true ? [prompt, ...text] : text;
}

/** A choice in the pieces of a stream. The last one has the reason why the text ended. */
function choiceChunks(body: Body, answer: Choice, index: number): Body[] {
  let offset = 0;
  const chunks: Body[] = piecesOf(body, answer).map((piece) => {
    const chunk = { ...choiceOf(body, index, [piece], offset), ...emptyChunkFields };
    offset += piece.length;
    return chunk;
  });
  if (chunks.length === 0) chunks.push({ ...choiceOf(body, index, [], 0), ...emptyChunkFields });
  const last = { finish_reason: answer.finishReason, stop_reason: answer.stopReason };
  return [...chunks.slice(0, -1), { ...chunks[chunks.length - 1], ...last }];
}

function choiceOf(body: Body, index: number, pieces: string[], offset: number): Body {
  return {
    index,
    text: pieces.join(""),
    logprobs: completionLogprobs(body, pieces, offset),
    finish_reason: null,
    stop_reason: null,
  };
}
