import { encodeBase64 } from "../../common/base64.ts";
import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { audioFormat, speak } from "../../files/spoken_audio.ts";
import type { EmulatedHandler } from "../handler.ts";
import { badRequest, frameworkError, maxModelLength, modelList, refusal, type ServerReply } from "../server_reply.ts";
import { srt, transcribe, vtt } from "./transcript.ts";

/** A file of a multipart request. */
export interface FormFile {
  filename: string;
  media_type: string;
  bytes: Uint8Array;
}

type Body = Record<string, unknown>;

/** The served models of an endpoint that names none. */
const DEFAULT_MODELS = ["emulated/audio-model"];

/** An OpenAI-compatible server for speech and transcription, behind the queue. */
export function audioWorker(config: EmulatedEndpoint, now: () => number): EmulatedHandler {
  return (input) => {
    const reply = serveAudio(config, input, now());
    return reply.status < 400
      ? reply.body
      : { error: `server returned HTTP ${reply.status}: ${JSON.stringify(reply.body)}` };
  };
}

/** Answers the input that an OpenAI route has become. */
export function serveAudio(config: EmulatedEndpoint, input: Body, now: number): ServerReply {
  const served = config.models === undefined || config.models === "any" ? DEFAULT_MODELS : config.models;
  const { openai_input: body } = input;
  // A job that was submitted as one does not carry the method.
  const method = input.method ?? (body === undefined ? "GET" : "POST");
  const route = String(input.openai_route).replace(/^\/?v1\//, "");
  if (route === "models") return { status: 200, body: modelList(served, now, maxModelLength(config)) };
  const answer = routes.get(route);
  if (config.worker !== "audio" || answer === undefined) return frameworkError(404);
  if (method !== "POST") return frameworkError(405);
  if (!isRecord(body)) return badRequest("The request body must be a JSON object or a form");
  const { model } = body;
  if (typeof model !== "string") return badRequest("model: a name is required");
  if (config.models !== "any" && !served.includes(model)) {
    const message = `The model \`${model}\` does not exist. Valid aliases: ${served.join(", ")}.`;
    return refusal(404, "NotFoundError", message, "model");
  }
  return answer(body);
}

/** Names of models that transcribe without times. */
const TEXT_ONLY = /voxtral|qwen3-asr|granite-speech|gemma-3n|canary/i;

const routes = new Map<string, (body: Body) => ServerReply>([
  ["audio/speech", createSpeech],
  ["audio/transcriptions", (body) => createTranscript(body, "transcribe")],
  ["audio/translations", (body) => createTranscript(body, "translate")],
]);

function createSpeech({ input, voice, response_format = "mp3", speed = 1 }: Body): ServerReply {
  if (typeof input !== "string" || input === "") return badRequest("input: a text is required");
  if (voice !== undefined && typeof voice !== "string") return badRequest("voice: must be a string");
  if (typeof speed !== "number" || speed < 0.25 || speed > 4) return badRequest("speed: must be from 0.25 to 4");
  // Opus comes in Ogg.
  const format = audioFormat(response_format === "opus" ? "ogg" : String(response_format));
  if (format === undefined) return badRequest(`response_format: ${response_format} is not supported`);
  return {
    status: 200,
    body: { audio: encodeBase64(speak(format.name, input, speed)), media_type: format.mediaType },
  };
}

function createTranscript(body: Body, task: string): ServerReply {
  const { file, language, response_format: format = "json", model } = body;
  if (!isRecord(file) || !(file.bytes instanceof Uint8Array)) return badRequest("file: an audio file is required");
  // In vLLM, few models write times.
  if (format === "verbose_json" && TEXT_ONLY.test(String(model))) {
    return badRequest(`Currently do not support verbose_json for ${model}`);
  }
  const transcript = transcribe(file.bytes);
  const { text, seconds, segments, words } = transcript;
  const usage = { type: "duration", seconds: Math.ceil(seconds) };
  switch (format) {
    case "json":
      return { status: 200, body: { text, usage } };
    case "text":
      return { status: 200, body: `${text}\n` };
    case "srt":
      return { status: 200, body: srt(transcript) };
    case "vtt":
      return { status: 200, body: `WEBVTT\n\n${vtt(transcript)}` };
    case "verbose_json": {
      const granularities = [body["timestamp_granularities[]"] ?? "segment"].flat();
      return {
        status: 200,
        body: {
          task,
          language: language ?? "en",
          duration: seconds,
          text,
          ...(granularities.includes("segment") ? { segments } : {}),
          ...(granularities.includes("word")
            ? { words: words.map((word) => ({ ...word, word: word.word.trim() })) }
            : {}),
          usage,
        },
      };
    }
    default:
      return badRequest(`response_format: ${format} is not supported`);
  }
}
