/**
 * Reads a whole chat or text completion, as the only chunk of a stream.
 *
 * @module
 */
import type { APICallError, JSONObject, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { generateId, isRecord } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { readError } from "../http/error_details.ts";
import { isFinal, readJob, unwrap } from "../job/envelope.ts";
import { readArguments, readText } from "./fields.ts";
import { type PartContext, PartWriter } from "./parts.ts";

/**
 * Writes the parts of an answer that came as a whole.
 *
 * @throws {APICallError} for an answer that is not a completion, also with HTTP 200, as `toError` of the context turns it.
 */
export function writeWhole(
  answer: Answer,
  context: PartContext,
  about: JSONObject,
  emit: (part: LanguageModelV4StreamPart) => void,
): void {
  const json = unwrap(answer.json);
  const choice = isRecord(json) && Array.isArray(json.choices) ? json.choices[0] : undefined;
  // A text completion has its text in the choice itself.
  const message = isRecord(choice) && typeof choice.text === "string" ? {} : choice?.message;
  if (!isRecord(json) || json.error || !isRecord(choice) || !isRecord(message)) {
    throw context.toError(notACompletion(answer, json, context));
  }
  const { tags } = context;
  const [before, after] = readText(message.content).split(tags?.closing ?? "", 2);
  // A closing tag without an opening one ends reasoning that began in the prompt.
  const startWithReasoning = tags && (tags.startWithReasoning ||
    (!tags.isGuess && after !== undefined && !before.includes(tags.opening)));

  const parts: LanguageModelV4StreamPart[] = [];
  const wholeContext = {
    ...context,
    includeRawChunks: false,
    tags: tags && { ...tags, startWithReasoning } as typeof tags,
  };
  const writer = new PartWriter(wholeContext, (part) => void parts.push(part));
  const delta = { ...message, tool_calls: wholeCalls(message, answer, context) };
  writer.add({ ...json, choices: [{ ...choice, delta }] });
  writer.finish(about, { isWhole: true });
  if (writer.failure) throw context.toError(writer.failure.error);
  if (context.includeRawChunks) emit({ type: "raw", rawValue: answer.json });
  parts.forEach(emit);
}

/** The tool calls of a whole answer as the deltas of a stream. */
function wholeCalls(
  { tool_calls: calls }: Record<string, unknown>,
  answer: Answer,
  { attempt, toError }: PartContext,
): JSONObject[] {
  return (Array.isArray(calls) ? calls : []).map((call, index) => {
    const { name, arguments: args } = isRecord(call) && isRecord(call.function) ? call.function : {};
    if (typeof name !== "string") {
      throw toError(unexpectedAnswer({ attempt, answer, expected: "a name in every tool call" }));
    }
    const id = typeof call.id === "string" && call.id.trim() !== "" ? call.id : generateId();
    return { ...call, index, id, function: { name, arguments: readArguments(args) } };
  });
}

function notACompletion(answer: Answer, json: unknown, { attempt, notFound }: PartContext): APICallError {
  const job = readJob(json);
  if (job && !isFinal(job)) {
    return unexpectedAnswer({ attempt, answer, expected: `a completion, and job "${job.id}" is still ${job.status}` });
  }
  const isError = isRecord(json) && (json.error || json.object === "error" || !("choices" in json));
  if (isError && readError(json)) return answerError({ attempt, answer, retryCost: "completion", notFound });
  return unexpectedAnswer({ attempt, answer, expected: "a chat completion as JSON" });
}
