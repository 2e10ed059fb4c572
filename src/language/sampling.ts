/**
 * What the requests of chats and completions have in common.
 *
 * @module
 */
import type { JSONObject, JSONValue, LanguageModelV4CallOptions } from "@ai-sdk/provider";

/** The settings that chats and completions have, by the servers' names for them. */
export const SAMPLING = {
  max_tokens: "maxOutputTokens",
  temperature: "temperature",
  top_p: "topP",
  top_k: "topK",
  presence_penalty: "presencePenalty",
  frequency_penalty: "frequencyPenalty",
  stop: "stopSequences",
  seed: "seed",
} as const;

/** Writes the settings of {@link SAMPLING}. */
export function writeSampling(call: LanguageModelV4CallOptions): Record<string, JSONValue | undefined> {
  const written = Object.fromEntries(Object.entries(SAMPLING).map(([name, setting]) => [name, call[setting]]));
  return { ...written, stop: call.stopSequences?.length ? call.stopSequences : undefined };
}

/** The same request, streamed, with the usage at its end unless the caller says what the stream holds. */
export function streamed(body: JSONObject): JSONObject {
  const { stream_options, ...rest } = body;
  // Some servers refuse these options, so `null` leaves them out.
  if (stream_options === null) return { ...rest, stream: true };
  return { ...rest, stream: true, stream_options: { include_usage: true, ...(stream_options as JSONObject) } };
}
