import { uuid } from "../../common/hash.ts";
import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { badRequest, type Caller, FINGERPRINT, type ServerReply } from "../server_reply.ts";
import { isMessages, refuseChat } from "./chat_request.ts";
import { contextRefusal } from "./generation_request.ts";
import { chatLogprobs } from "./logprobs.ts";
import { type Answer, answerChat } from "./pretend_model.ts";
import { reasoningField, tagsOf } from "./reasoning.ts";
import { callDeltas } from "./tool_deltas.ts";
import { costOf, eventsOf, interleaved, usageOf } from "./usage.ts";

type Body = Record<string, unknown>;

/** Fields of vLLM's answer that have no value here. SGLang does not write them. */
const emptyFields = {
  service_tier: null,
  system_fingerprint: FINGERPRINT,
  prompt_logprobs: null,
  prompt_token_ids: null,
  prompt_text: null,
  kv_transfer_params: null,
  ec_transfer_params: null,
  metrics: null,
};

const NO_MESSAGES = "Cannot apply chat template to an empty conversation. Provide at least one message.";

/** vLLM's `/v1/chat/completions`, for a request with right fields. */
export function createChatCompletion(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
  const { messages } = body;
  if (!isMessages(messages)) return badRequest(NO_MESSAGES);
  const refused = refuseChat(config, model, body);
  if (refused !== undefined) return refused;
  const template = isRecord(body.chat_template_kwargs) ? body.chat_template_kwargs : {};
  const isOff = template.enable_thinking === false || template.thinking === false || body.reasoning_effort === "none";
  const thinks = Boolean(config.reasoning) && !isOff;
  const count = typeof body.n === "number" ? body.n : 1;
  const answers = Array.from({ length: count }, (_, choice) => answerChat({ ...body, messages }, thinks, choice));
  const { promptTokens } = answers[0];
  const tooLong = contextRefusal(config, promptTokens, body);
  if (tooLong !== undefined) return tooLong;

  const head = {
    id: `chatcmpl-${uuid(caller.seed).replaceAll("-", "")}`,
    object: "chat.completion",
    created: Math.floor(caller.now / 1000),
    model,
  };
  const callId = (index: number) => `chatcmpl-tool-${uuid(`call ${index || ""}${caller.seed}`).replaceAll("-", "")}`;
  const usage = usageOf(answers, promptTokens);
  if (body.stream !== true || config.stream === false) {
    const choices = answers.map((answer, index) => wholeChoice(config, body, answer, index, callId(index)));
    const empty = config.server === "sglang" ? {} : emptyFields;
    return { status: 200, body: { ...head, choices, usage, ...empty, ...costOf(config, usage.total_tokens) } };
  }
  const chunkHead = { ...head, object: "chat.completion.chunk" };
  const choices = answers.map((answer, index) => choiceDeltas(config, body, answer, index, callId(index)));
  const isVllm = config.server !== "sglang";
  const chunks = interleaved(choices).map((choice) =>
    isVllm && isFirst(choice)
      ? { ...chunkHead, choices: [choice], prompt_token_ids: null, prompt_text: null }
      : { ...chunkHead, choices: [choice] }
  );
  return { status: 200, events: eventsOf(chunks, body, chunkHead, usage, isVllm) };
}

/** A choice of an answer that is not streamed. */
function wholeChoice(config: EmulatedEndpoint, body: Body, answer: Answer, index: number, callId: string): Body {
  const isSglang = config.server === "sglang";
  const message: Body = {
    role: "assistant",
    ...(isSglang
      ? { content: null }
      : { content: null, refusal: null, annotations: null, audio: null, function_call: null, reasoning: null }),
    ...messageText(config, answer, body.tool_choice !== undefined && body.tool_choice !== "auto"),
  };
  if (answer.call !== undefined) {
    const { name, pieces } = answer.call;
    message.tool_calls = [{ id: callId, type: "function", function: { name, arguments: pieces.join("") } }];
  }
  return {
    index,
    message,
    logprobs: chatLogprobs(body, [...answer.reasoning, ...answer.text]),
    finish_reason: finishReason(body, answer),
    stop_reason: answer.stopReason,
    ...(isSglang ? {} : { token_ids: null, routed_experts: null }),
  };
}

/** Whether a piece of a choice is its first one. */
function isFirst({ delta }: Body): boolean {
  return isRecord(delta) && "role" in delta;
}

/** The same choice in the pieces of a stream. */
function choiceDeltas(config: EmulatedEndpoint, body: Body, answer: Answer, index: number, callId: string): Body[] {
  const [opening, closing] = tagsOf(config, answer.reasoning.length > 0);
  const deltas: Array<[delta: Body, token?: string]> = [[{ role: "assistant", content: "" }]];
  if (opening) deltas.push([{ content: opening }]);
  for (const piece of answer.reasoning) deltas.push([reasoningField(config, piece), piece]);
  if (closing) deltas.push([{ content: closing }]);
  for (const content of answer.text) deltas.push([{ content }, content]);
  if (answer.call !== undefined) {
    const { name, pieces } = answer.call;
    for (const delta of callDeltas(config.toolDeltas, callId, name, pieces)) {
      deltas.push([{ content: null, tool_calls: [delta] }]);
    }
  }
  // vLLM sends the last token of a text together with the reason why it ended.
  if (config.server === "sglang" || answer.text.length === 0) deltas.push([{}]);
  return deltas.map(([delta, token], place) => {
    const choice = {
      index,
      delta,
      logprobs: token === undefined ? null : chatLogprobs(body, [token]),
      finish_reason: null,
      ...(place === 0 ? {} : { token_ids: null }),
    };
    return place < deltas.length - 1
      ? choice
      : { ...choice, finish_reason: finishReason(body, answer), stop_reason: answer.stopReason };
  });
}

/** vLLM says "stop" after the call of a tool that the request named. */
function finishReason({ tool_choice: choice }: Body, answer: Answer): string {
  return answer.finishReason === "tool_calls" && isRecord(choice) ? "stop" : answer.finishReason;
}

/** The content and the reasoning of a message. */
function messageText(config: EmulatedEndpoint, answer: Answer, isForced: boolean): Body {
  const reasoning = answer.reasoning.join("");
  const text = answer.text.join("");
  const [opening, closing] = tagsOf(config, reasoning !== "");
  if (closing) return { content: opening + reasoning + closing + text };
  if (reasoning === "") return { content: text };
  // Where the limit cut the reasoning there is no content at all, and none beside a call that was the model's idea.
  const hasContent = text !== "" || (answer.call !== undefined && isForced);
  return { content: hasContent ? text : null, ...reasoningField(config, reasoning) };
}
