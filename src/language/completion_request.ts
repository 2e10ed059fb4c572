/**
 * The SDK's call as the body of a text completion request.
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
import { badOption } from "../call/options.ts";
import { type CallContext, warnUnsupported, withOptions } from "../input/context.ts";
import { readChatOptions, type RunpodChatModelOptions } from "./chat_options.ts";
import { inServersSpelling, SAMPLING, writeSampling } from "./request.ts";

/** Options of completion models, under `providerOptions.runpod`. Every other key goes into the request as it is. */
export interface RunpodCompletionModelOptions extends
  Pick<
    RunpodChatModelOptions,
    | "structuredOutputs"
    | "minP"
    | "repetitionPenalty"
    | "lengthPenalty"
    | "ignoreEos"
    | "skipSpecialTokens"
    | "logitBias"
    | "user"
    | "priority"
  > {
  /** Of how many of the likeliest tokens to tell the log probability; the server's answer is in `response.body`. */
  logprobs?: number;
  /** Any other option of the server, such as `echo`, `suffix` or `best_of`. */
  [serverOption: string]: JSONValue | undefined;
}

/** The options of chat models that a completion has no use for. */
const CHAT_ONLY = [
  "structuredOutputMode",
  "strictJsonSchema",
  "reasoningTags",
  "reasoningEcho",
  "chatTemplateKwargs",
  "textVerbosity",
  "reasoningEffort",
  "parallelToolCalls",
] as const;

/** The body of a text completion request. */
export interface CompletionRequest extends Record<string, unknown> {
  model: string;
  prompt: string;
}

/**
 * Writes the request for a call; what a completion cannot do is a warning.
 *
 * @throws {InvalidArgumentError} for an option that has a bad value.
 * @throws {UnsupportedFunctionalityError} for a prompt that holds more than text.
 */
export function writeCompletionRequest(
  context: CallContext,
  model: string,
  call: LanguageModelV4CallOptions,
): CompletionRequest {
  const { ours, server } = readChatOptions({}, call.providerOptions);
  if (typeof ours.logprobs === "boolean") {
    throw badOption("runpod.logprobs", ours.logprobs, "a whole number, 0 or more, which is how completions ask");
  }
  const { prompt, stop } = writePrompt(call.prompt);
  for (const option of CHAT_ONLY) {
    if (ours[option] === undefined) continue;
    delete ours[option];
    warnUnsupported(context, `providerOptions.runpod.${option}`, "a completion model takes a text, not a chat");
  }
  if (call.tools?.length) warnUnsupported(context, "tools", "a completion model calls none");
  if (call.reasoning !== undefined && call.reasoning !== "provider-default") {
    warnUnsupported(context, "reasoning", "a completion model writes on from the prompt");
  }
  const settings = removeUndefinedEntries<unknown>({ ...writeSampling(call), ...writeSchema(context, call) });
  const options = { ...inServersSpelling(ours), ...server };
  const stops = [...call.stopSequences ?? [], ...stop];
  return {
    model,
    prompt,
    ...withOptions(context, settings, options, SAMPLING),
    ...(options.stop === undefined && stops.length > 0 && { stop: stops }),
  };
}

/** vLLM keeps a completion to a schema too. */
function writeSchema(context: CallContext, { responseFormat }: LanguageModelV4CallOptions): JSONObject {
  if (responseFormat?.type !== "json") return {};
  if (responseFormat.schema) return { structured_outputs: { json: responseFormat.schema as JSONObject } };
  warnUnsupported(context, "responseFormat", "a completion is kept to JSON by a schema alone");
  return {};
}

/** One message is the text to go on from; of a conversation it is a transcript that the assistant goes on with. */
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
        `Cannot write a prompt for a completion model: it takes text alone, and a ${role} message has a "${part.type}"`,
    });
  }).join("");
}
