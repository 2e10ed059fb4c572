import { uuid } from "../../common/hash.ts";
import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { badRequest, type Caller, MAX_MODEL_LENGTH, type ServerReply } from "../server_reply.ts";
import { type Answer, answerChat, type Message } from "./pretend_model.ts";
import { callDeltas } from "./tool_deltas.ts";
import { costOf, eventsOf, usageOf } from "./usage.ts";

type Body = Record<string, unknown>;

/** vLLM's `/v1/chat/completions`. */
export function createChatCompletion(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
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
    const choices = [wholeChoice(config, body, answer, callId)];
    return { status: 200, body: { ...head, choices, usage, ...costOf(config, usage.total_tokens) } };
  }
  const chunkHead = { ...head, object: "chat.completion.chunk" };
  const chunks = choiceDeltas(config, body, answer, callId).map((choice) => ({ ...chunkHead, choices: [choice] }));
  return { status: 200, events: eventsOf(chunks, body, { ...chunkHead, choices: [], usage }) };
}

/** The only choice of an answer that is not streamed. */
function wholeChoice(config: EmulatedEndpoint, body: Body, answer: Answer, callId: string): Body {
  const message = {
    role: "assistant",
    ...messageText(config, answer.reasoning.join(""), answer.text.join("")),
    tool_calls: answer.call === undefined ? [] : [{
      id: callId,
      type: "function",
      function: { name: answer.call.name, arguments: answer.call.pieces.join("") },
    }],
  };
  if (answer.text.length === 0 && answer.call !== undefined) message.content = null;
  const logprobs = logprobsOf(body, [...answer.reasoning, ...answer.text]);
  return { index: 0, message, logprobs, finish_reason: answer.finishReason, stop_reason: null };
}

/** The same choice in the pieces of a stream. */
function choiceDeltas(config: EmulatedEndpoint, body: Body, answer: Answer, callId: string): Body[] {
  const [opening, closing] = tagsOf(config, answer.reasoning.length > 0);
  const deltas: Array<[delta: Body, token?: string]> = [[{ role: "assistant", content: "" }]];
  if (opening) deltas.push([{ content: opening }]);
  for (const piece of answer.reasoning) deltas.push([reasoningField(config, piece), piece]);
  if (closing) deltas.push([{ content: closing }]);
  for (const content of answer.text) deltas.push([{ content }, content]);
  if (answer.call !== undefined) {
    const { name, pieces } = answer.call;
    for (const delta of callDeltas(config.toolDeltas, callId, name, pieces)) deltas.push([{ tool_calls: [delta] }]);
  }
  const choices: Body[] = deltas.map(([delta, token]) => ({
    index: 0,
    delta,
    logprobs: token === undefined ? null : logprobsOf(body, [token]),
    finish_reason: null,
  }));
  choices.push({ index: 0, delta: {}, logprobs: null, finish_reason: answer.finishReason, stop_reason: null });
  return choices;
}

/** What vLLM refuses, in its own words. */
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
  if (typeof body.max_tokens === "number" && body.max_tokens > MAX_MODEL_LENGTH) {
    return badRequest(
      `max_tokens=${body.max_tokens} cannot be greater than max_model_len=${MAX_MODEL_LENGTH}. Please request fewer output tokens.`,
      "max_tokens",
    );
  }
}

/** Log probabilities in the right form. The numbers mean nothing. */
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

/** The content and the reasoning of a message. */
function messageText(config: EmulatedEndpoint, reasoning: string, content: string): { content: string | null } & Body {
  if (reasoning === "") return { content };
  const [opening, closing] = tagsOf(config, true);
  if (closing) return { content: opening + reasoning + closing + content };
  return { ...reasoningField(config, reasoning), content };
}

/** The tags around reasoning that is part of the content. */
function tagsOf({ reasoning }: EmulatedEndpoint, thinks: boolean): [opening: string, closing: string] {
  if (!thinks || (reasoning !== "inline" && reasoning !== "unopened")) return ["", ""];
  return [reasoning === "inline" ? "<think>\n" : "", "\n</think>\n\n"];
}

/** A piece of reasoning, in the field that this endpoint's server uses. */
function reasoningField({ reasoning }: EmulatedEndpoint, text: string): Body {
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

/** Whether a value is a non-empty list of messages. */
export function isMessages(value: unknown): value is Message[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((message) => isRecord(message) && typeof message.role === "string");
}
