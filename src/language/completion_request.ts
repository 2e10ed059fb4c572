/**
 * Writes the body of a text completion request from the SDK's call.
 *
 * @module
 */
import {
  type JSONObject,
  type JSONValue,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Prompt,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { removeUndefinedEntries } from "@ai-sdk/provider-utils";
import { badOption, type CallContext, isNot, warnUnsupported } from "../input/context.ts";
import { override } from "../input/writer.ts";
import type { ChatCall } from "./chat_request.ts";
import { optionTable, type RunpodLanguageOptions, sentOptions } from "./options.ts";
import { SAMPLING, writeSampling } from "./sampling.ts";

/**
 * Writes the request for a call. What a completion cannot do becomes a warning.
 *
 * @throws {InvalidArgumentError} for an option with a bad value.
 * @throws {UnsupportedFunctionalityError} for a prompt that holds more than text.
 */
export function writeCompletionRequest(completion: ChatCall): JSONObject {
  const { call, servedName: model, options: given, workerOptions: server } = completion;
  const { logprobs } = given;
  if (typeof logprobs === "boolean") {
    throw badOption("logprobs", isNot(logprobs, "a whole number, 0 or more, which is what completions take"));
  }
  const { prompt, stop } = writePrompt(call.prompt);
  const options = dropChatOptions(completion, given);
  if (call.tools?.length) warnUnsupported(completion, "tools", "a completion model calls none");
  if (call.reasoning !== undefined && call.reasoning !== "provider-default") {
    warnUnsupported(completion, "reasoning", "a completion model continues the prompt and cannot be told to think");
  }
  const settings = removeUndefinedEntries<JSONValue>({ ...writeSampling(call), ...writeSchema(completion, call) });
  const set: JSONObject = { ...sentOptions(options), ...(logprobs !== undefined && { logprobs }), ...server };
  const stops = [...call.stopSequences ?? [], ...stop];
  return {
    model,
    prompt,
    ...override(completion, settings, set, SAMPLING),
    ...set,
    ...(set.stop === undefined && stops.length > 0 && { stop: stops }),
  };
}

/** Leaves out the options that only chats have. */
function dropChatOptions(context: CallContext, options: RunpodLanguageOptions): RunpodLanguageOptions {
  const table = optionTable();
  const isChatOnly = (name: string) => table[name as keyof RunpodLanguageOptions].chatOnly;
  for (const name of Object.keys(options).filter(isChatOnly)) {
    warnUnsupported(context, `providerOptions.runpod.${name}`, "a completion model takes a text, not a chat");
  }
  return Object.fromEntries(Object.entries(options).filter(([name]) => !isChatOnly(name)));
}

/** vLLM keeps a completion to a schema too. */
function writeSchema(context: CallContext, { responseFormat }: LanguageModelV4CallOptions): JSONObject {
  if (responseFormat?.type !== "json") return {};
  if (responseFormat.schema) return { structured_outputs: { json: responseFormat.schema as JSONObject } };
  warnUnsupported(context, "responseFormat", "a completion can only be kept to JSON by a schema");
  return {};
}

/** A single message is the text to continue. A conversation becomes a transcript that the assistant continues. */
function writePrompt(messages: LanguageModelV4Prompt): { prompt: string; stop: string[] } {
  const system = messages.flatMap((message) => message.role === "system" ? [`${message.content}\n\n`] : []).join("");
  const turns = messages.filter(({ role }) => role !== "system");
  if (turns.length === 1 && turns[0].role === "user") return { prompt: system + textOf(turns[0]), stop: [] };
  const transcript = turns.map((turn) => `${turn.role}:\n${textOf(turn)}\n\n`).join("");
  return { prompt: `${system}${transcript}assistant:\n`, stop: ["\nuser:"] };
}

function textOf({ role, content }: LanguageModelV4Prompt[number]): string {
  if (typeof content === "string") return content;
  return content.map((part) => {
    if (part.type === "text") return part.text;
    if (role === "assistant" && part.type === "reasoning") return "";
    throw new UnsupportedFunctionalityError({
      functionality: `${part.type} in ${role} messages`,
      message:
        `Cannot write a prompt for a completion model: it takes only text, and a ${role} message has a "${part.type}"`,
    });
  }).join("");
}
