/**
 * `/audio/transcriptions` of an OpenAI-compatible server, which takes a form with the recording as a file.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { isRecord, mediaTypeToExtension } from "@ai-sdk/provider-utils";
import { type ApiRequest, request } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { type Answer, answerError, unexpectedAnswer } from "../http/error.ts";
import { toBytes } from "../files/base64.ts";
import { unwrap } from "../job/envelope.ts";
import { followAnswer } from "../route/follow.ts";
import { isErrorObject } from "../route/post.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import type { TranscriptionFields } from "./input.ts";
import { readTranscript, type Transcript } from "./transcript.ts";

/** A request to the route. */
export interface ServerRequest extends TranscriptionFields, Pick<ApiRequest, "attempt" | "headers" | "abortSignal"> {
  /** Advice for a 404. */
  notFound: string;
}

/**
 * Has a server write down a recording.
 *
 * @throws {APICallError} for an error, also one with HTTP 200, and for an answer that is no transcript.
 */
export async function askForTranscript(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  { fields, audio, notFound, ...call }: ServerRequest,
): Promise<{ transcript: Transcript; answer: Answer }> {
  const { attempt } = call;
  const url = `${endpoint.openaiRoot}/audio/transcriptions`;
  const form = writeForm(fields, audio);
  const first = await request(settings, { ...call, ...form, method: "POST", url, retryCost: "completion" });
  if (!first.ok) throw answerError({ attempt, answer: first, retryCost: "completion", notFound });

  const answer = await followAnswer(first, settings, endpoint, call);
  // A transcript by itself may look like JSON: "42".
  const isText = fields.response_format !== "json" && fields.response_format !== "verbose_json" &&
    !/json|html/i.test(answer.headers["content-type"] ?? "");
  const json = unwrap(answer.json);
  if (!isText && isRecord(json) && isErrorObject(json)) {
    throw answerError({ attempt, answer, retryCost: "completion", notFound });
  }
  const transcript = readTranscript(isText ? answer.text : json);
  if (transcript) return { transcript, answer };
  throw unexpectedAnswer({ attempt, answer, expected: "a transcript" });
}

/** The form, and what is shown of it: all but the bytes. */
function writeForm(
  fields: JSONObject,
  { data, mediaType }: TranscriptionFields["audio"],
): Required<Pick<ApiRequest, "body" | "content">> {
  const bytes = toBytes(data) as Uint8Array<ArrayBuffer>;
  const content = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    const isList = Array.isArray(value);
    for (const item of isList ? value : [value]) {
      content.append(isList && !name.endsWith("[]") ? `${name}[]` : name, asField(item));
    }
  }
  // Servers tell formats by the name, and refuse one that tells nothing.
  const extension = mediaType === "application/octet-stream" ? "wav" : mediaTypeToExtension(mediaType);
  content.append("file", new Blob([bytes], { type: mediaType }), `audio.${extension}`);
  return { content, body: { ...fields, file: `${bytes.length} bytes of ${mediaType}` } };
}

function asField(value: JSONObject[string]): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
