/**
 * `/audio/speech` of an OpenAI-compatible server, which answers with the audio itself.
 *
 * @module
 */
import { detectMediaType, isRecord } from "@ai-sdk/provider-utils";
import { type ApiRequest, requestBytes } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { type Answer, answerError, unexpectedAnswer } from "../http/error.ts";
import { findFiles } from "../output/find_files.ts";
import { unwrap } from "../job/envelope.ts";
import { followAnswer } from "../route/follow.ts";
import { isErrorObject } from "../route/post.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** A request to the route. */
interface SpeechRequest extends Pick<ApiRequest, "attempt" | "body" | "headers" | "abortSignal"> {
  /** Advice for a 404. */
  notFound: string;
}

/** What a server has said, and the headers it came with. */
export interface ServerSpeech {
  audio: Uint8Array | string;
  headers: Record<string, string>;
}

/**
 * Has a server speak.
 *
 * @throws {APICallError} for an error, also one with HTTP 200, and for an answer that is no audio.
 */
export async function askForSpeech(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  call: SpeechRequest,
): Promise<ServerSpeech> {
  const { attempt, notFound } = call;
  const url = `${endpoint.openaiRoot}/audio/speech`;
  const { bytes, headers, asText } = await requestBytes(settings, {
    ...call,
    method: "POST",
    url,
    retryCost: "completion",
  });
  if (bytes.length > 0 && !isText(bytes, headers["content-type"])) return { audio: bytes, headers };

  // Behind a job gateway audio can only be base64 in JSON.
  const answer = await followAnswer(asText(), settings, endpoint, call);
  const json = unwrap(answer.json);
  if (isRecord(json) && isErrorObject(json)) throw answerError({ attempt, answer, retryCost: "completion", notFound });
  const [file] = findFiles(json, "audio");
  if (file && "base64" in file) return { audio: file.base64, headers: answer.headers };
  throw notAudio(attempt, answer);
}

/** Whether an answer is no audio by its type, nor by its first bytes. */
function isText(bytes: Uint8Array, contentType = "text/plain"): boolean {
  return /^text\/|json/i.test(contentType) && detectMediaType({ data: bytes }) === undefined;
}

function notAudio(attempt: string, answer: Answer): Error {
  return unexpectedAnswer({ attempt, answer, expected: "audio" });
}
