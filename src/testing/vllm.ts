import type { EmulatedBehavior } from "./behavior.ts";
import { batches, callDeltas, cutEvents } from "./chunks.ts";
import { uuid } from "./digest.ts";
import type { EmulatedEndpoint } from "./endpoint.ts";
import type { EmulatedHandler } from "./handler.ts";
import { type Answer, answerChat, type ChatRequest, continueText, type Message } from "./model.ts";
import { embeddings, rerank, score } from "./pooling.ts";

/** What the model server answers: one JSON body, or the events of a stream. */
export interface ServerReply {
  status: number;
  body?: unknown;
  events?: string[];
}

/** Whom a server reply is for. */
export interface Caller {
  /** Names the reply: what is asked twice under one seed has one id. */
  seed: string;
  now: number;
}

type Body = Record<string, unknown>;

/** What a worker serves whose model nobody has named. */
const usualModels = ["emulated/chat-model"];

const methods = new Map([
  ["models", "GET"],
  ["chat/completions", "POST"],
  ["completions", "POST"],
  ["embeddings", "POST"],
  ["rerank", "POST"],
  ["score", "POST"],
]);

/** Answers what an OpenAI job asks of the model server. */
export function serve(config: EmulatedEndpoint, input: Body, caller: Caller): ServerReply {
  const reply = answer(config, input, caller);
  return config.server === "sglang" && reply.status >= 400 ? { ...reply, body: flattened(reply.body) } : reply;
}

function answer(config: EmulatedEndpoint, input: Body, caller: Caller): ServerReply {
  const route = String(input.openai_route ?? "/v1/chat/completions").replace(/^\/?v1\//, "");
  const body = input.openai_input;
  // A job tells no method: without a body it is a GET.
  const method = input.method ?? (body === undefined ? "GET" : "POST");
  if (!methods.has(route)) return refusal(404, "Not Found", "Not Found");
  if (methods.get(route) !== method) return refusal(405, "Method Not Allowed", "Method Not Allowed");
  const served = config.models === undefined || config.models === "any" ? usualModels : config.models;
  if (route === "models") return { status: 200, body: modelList(served, caller.now) };
  if (!isRecord(body)) return badRequest("The request body must be a JSON object");
  const model = body.model ?? served[0];
  if (typeof model !== "string") return badRequest("Input should be a valid string: model");
  if (config.models !== "any" && config.server !== "sglang" && !served.includes(model)) {
    return refusal(404, "NotFoundError", `The model \`${model}\` does not exist.`, "model");
  }
  switch (route) {
    case "chat/completions":
      return chat(config, model, body, caller);
    case "completions":
      return completion(config, model, body, caller);
    case "rerank":
      return rerank(model, body, caller);
    case "score":
      return score(model, body, caller);
    default:
      return embeddings(config, model, body, caller);
  }
}

/** A vLLM worker on a queue endpoint. It yields what its server says, and answers Runpod's native inputs. */
export function chatWorker(
  config: EmulatedEndpoint,
  { openaiChunks, openaiError }: EmulatedBehavior,
  now: () => number,
): EmulatedHandler {
  return function* (input, job): Generator<unknown> {
    if (typeof input.openai_route === "string" || isRecord(input.openai_input)) {
      const reply = serve(config, input, { seed: job.id, now: now() });
      if (reply.events !== undefined) yield* cutEvents(reply.events, openaiChunks);
      else if (reply.status < 400) yield reply.body;
      // The worker on the queue, which is told no method, passes on what its server says as text, whatever the status.
      else if (config.server === "sglang" && input.method === undefined) yield JSON.stringify(reply.body);
      else if (openaiError === "flat") yield flattened(reply.body);
      else {
        const message = `vLLM returned HTTP ${reply.status}: ${JSON.stringify(reply.body)}`;
        yield { error: { message, type: "worker_error", code: null } };
      }
      return;
    }
    yield* answerNatively(config, input);
  };
}

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

function chat(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
  if (!isMessages(body.messages)) return badRequest("messages: a non-empty list of messages with a role is required");
  const refused = refuseChat(config, body);
  if (refused !== undefined) return refused;
  const template = isRecord(body.chat_template_kwargs) ? body.chat_template_kwargs : {};
  const isOff = template.enable_thinking === false || template.thinking === false || body.reasoning_effort === "none";
  const thinks = Boolean(config.reasoning) && !isOff;
  const answer = answerChat({ ...body, messages: body.messages }, thinks);
  const head = {
    id: `chatcmpl-${uuid(caller.seed).replaceAll("-", "")}`,
    object: "chat.completion",
    created: Math.floor(caller.now / 1000),
    model,
  };
  const callId = `chatcmpl-tool-${uuid(`call ${caller.seed}`).replaceAll("-", "")}`;
  const usage = usageOf(answer);
  if (body.stream !== true || config.stream === false) {
    const message = {
      role: "assistant",
      ...spoken(config, answer.reasoning.join(""), answer.text.join("")),
      tool_calls: answer.call === undefined ? [] : [{
        id: callId,
        type: "function",
        function: { name: answer.call.name, arguments: answer.call.pieces.join("") },
      }],
    };
    if (answer.text.length === 0 && answer.call !== undefined) message.content = null;
    const logprobs = logprobsOf(body, [...answer.reasoning, ...answer.text]);
    const choices = [{ index: 0, message, logprobs, finish_reason: answer.finishReason, stop_reason: null }];
    return { status: 200, body: { ...head, choices, usage, ...costOf(config, usage.total_tokens) } };
  }

  const chunkHead = { ...head, object: "chat.completion.chunk" };
  const [opening, closing] = tagsOf(config, answer.reasoning.length > 0);
  const deltas: Array<[delta: Body, token?: string]> = [[{ role: "assistant", content: "" }]];
  if (opening) deltas.push([{ content: opening }]);
  for (const piece of answer.reasoning) deltas.push([thought(config, piece), piece]);
  if (closing) deltas.push([{ content: closing }]);
  for (const content of answer.text) deltas.push([{ content }, content]);
  if (answer.call !== undefined) {
    const { name, pieces } = answer.call;
    for (const delta of callDeltas(config.toolDeltas, callId, name, pieces)) deltas.push([{ tool_calls: [delta] }]);
  }
  const chunks: Body[] = deltas.map(([delta, token]) => ({
    ...chunkHead,
    choices: [{
      index: 0,
      delta,
      logprobs: token === undefined ? null : logprobsOf(body, [token]),
      finish_reason: null,
    }],
  }));
  chunks.push({
    ...chunkHead,
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: answer.finishReason, stop_reason: null }],
  });
  return { status: 200, events: eventsOf(chunks, body, { ...chunkHead, choices: [], usage }) };
}

/** What vLLM refuses of a chat, in its own words. */
function refuseChat({ toolParser = true }: EmulatedEndpoint, body: Body): ServerReply | undefined {
  const { tools, tool_choice: choice = tools === undefined ? undefined : "auto" } = body;
  if (Array.isArray(tools) && tools.length === 0) return badRequest("`tools` must not be an empty array.", "tools");
  if (choice !== undefined && choice !== "none" && tools === undefined) {
    return badRequest("When using `tool_choice`, `tools` must be set.", "tool_choice");
  }
  if (choice === "auto" && !toolParser) {
    return badRequest('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set');
  }
  if (typeof body.top_logprobs === "number" && body.top_logprobs > 0 && body.logprobs !== true) {
    return badRequest("when using `top_logprobs`, `logprobs` must be set to true.", "top_logprobs");
  }
  if (body.stream_options !== undefined && body.stream !== true) {
    return badRequest("Stream options can only be defined when `stream=True`.", "stream_options");
  }
  if (typeof body.max_tokens === "number" && body.max_tokens > maxModelLength) {
    return badRequest(
      `max_tokens=${body.max_tokens} cannot be greater than max_model_len=${maxModelLength}. Please request fewer output tokens.`,
      "max_tokens",
    );
  }
}

const maxModelLength = 32768;

/** Log probabilities in the right form; the numbers mean nothing. */
function logprobsOf({ logprobs, top_logprobs: top }: Body, tokens: string[]): Body | null {
  if (logprobs !== true) return null;
  const one = (token: string, logprob: number) => ({ token, logprob, bytes: [...new TextEncoder().encode(token)] });
  const others = typeof top === "number" ? top : 0;
  return {
    content: tokens.map((token) => ({
      ...one(token, -0.1),
      top_logprobs: Array.from(
        { length: others },
        (_, rank) => one(rank === 0 ? token : `${token}${rank}`, -0.1 - rank),
      ),
    })),
  };
}

function completion(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
  const prompt = Array.isArray(body.prompt) ? body.prompt[0] : body.prompt;
  if (typeof prompt !== "string") return badRequest("prompt: a string is required");
  if (body.suffix) return badRequest("suffix is not currently supported");
  // vLLM's own default; only chats run to the end of the context.
  const limit = typeof body.max_tokens === "number" ? body.max_tokens : 16;
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
  const chunks: Body[] = text.map((piece) => ({ ...head, choices: [choice(piece, null)] }));
  chunks.push({ ...head, choices: [choice("", answer.finishReason)] });
  return { status: 200, events: eventsOf(chunks, body, { ...head, choices: [], usage }) };
}

/** What a server says of the models it serves. */
export function modelList(models: string[], now: number): Body {
  return {
    object: "list",
    data: models.map((id) => ({
      id,
      object: "model",
      created: Math.floor(now / 1000),
      owned_by: "vllm",
      root: id,
      parent: null,
      max_model_len: maxModelLength,
    })),
  };
}

function spoken(config: EmulatedEndpoint, reasoning: string, content: string): { content: string | null } & Body {
  if (reasoning === "") return { content };
  const [opening, closing] = tagsOf(config, true);
  if (closing) return { content: opening + reasoning + closing + content };
  return { ...thought(config, reasoning), content };
}

function tagsOf({ reasoning }: EmulatedEndpoint, thinks: boolean): [opening: string, closing: string] {
  if (!thinks || (reasoning !== "inline" && reasoning !== "unopened")) return ["", ""];
  return [reasoning === "inline" ? "<think>\n" : "", "\n</think>\n\n"];
}

/** A piece of thought in the field that this endpoint's server uses. */
function thought({ reasoning }: EmulatedEndpoint, text: string): Body {
  switch (reasoning) {
    case "inline":
    case "unopened":
      return { content: text };
    case "reasoning":
      return { reasoning: text };
    case "both":
      return { reasoning: text, reasoning_content: text };
    default:
      return { reasoning_content: text };
  }
}

function usageOf({ reasoning, text, call, promptTokens }: Answer) {
  const completionTokens = reasoning.length + text.length + (call?.pieces.length ?? 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    ...(reasoning.length > 0 ? { completion_tokens_details: { reasoning_tokens: reasoning.length } } : {}),
  };
}

function costOf({ pricePerMillionTokens }: EmulatedEndpoint, tokens: number): { cost?: number } {
  return pricePerMillionTokens === undefined ? {} : { cost: tokens * pricePerMillionTokens / 1e6 };
}

function eventsOf(chunks: Body[], body: Body, usageChunk: Body): string[] {
  const { include_usage, continuous_usage_stats } = isRecord(body.stream_options) ? body.stream_options : {};
  const told = include_usage === true && continuous_usage_stats === true
    ? chunks.map((chunk) => ({ ...chunk, usage: usageChunk.usage }))
    : chunks;
  const all = include_usage === true ? [...told, usageChunk] : told;
  return [...all.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"];
}

/** An error in the one shape that the model server has for all. */
export function refusal(status: number, type: string, message: string, param: string | null = null): ServerReply {
  return { status, body: { error: { message, type, param, code: status } } };
}

/** The same error as SGLang, and vLLM before 0.10, print it: not inside an object, and naming no parameter. */
function flattened(body: unknown): unknown {
  return isRecord(body) && isRecord(body.error) ? { object: "error", ...body.error, param: null } : body;
}

function badRequest(message: string, param: string | null = null): ServerReply {
  return refusal(400, "BadRequestError", message, param);
}

function isMessages(value: unknown): value is Message[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((message) => isRecord(message) && typeof message.role === "string");
}

function isRecord(value: unknown): value is Body {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
