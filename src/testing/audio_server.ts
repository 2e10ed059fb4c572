import { base64, bytesOf } from "./digest.ts";
import type { EmulatedEndpoint, Endpoint } from "./endpoint.ts";
import type { EmulatedHandler } from "./handler.ts";
import { endOf, envelope, isPickedUp, waitFor } from "./job.ts";
import { balancerWaitMillis, gatewayTimeout } from "./openai.ts";
import { type Call, failure, type Submit } from "./queue.ts";
import { plainJson, respond } from "./response.ts";
import { soundFormat, speak } from "./sound.ts";
import { srt, transcribe, vtt } from "./transcript.ts";
import { modelList, refusal, type ServerReply } from "./vllm.ts";

type Body = Record<string, unknown>;

/** A file of a multipart request. */
interface FormFile {
  filename: string;
  media_type: string;
  bytes: Uint8Array;
}

/** What such a server serves whose model nobody has named. */
const usualModels = ["emulated/audio-model"];

/** Routes of an OpenAI-compatible server that take or give something else than JSON. */
export function isAudioRoute(route: string | undefined): boolean {
  return route !== undefined && route.startsWith("audio/");
}

/** An OpenAI-compatible server for speech in both directions, behind the queue. */
export function audioWorker(config: EmulatedEndpoint, now: () => number): EmulatedHandler {
  return (input) => {
    const reply = serveAudio(config, input, now());
    return reply.status < 400
      ? reply.body
      : { error: `server returned HTTP ${reply.status}: ${JSON.stringify(reply.body)}` };
  };
}

/** Answers an audio route: makes a job of it, waits for the job, and takes the job's wrapping off the answer. */
export async function answerAudio(call: Call, endpoint: Endpoint, submit: Submit): Promise<Response> {
  const { route, method, url, signal } = call;
  const isQueued = route.host === "gateway";
  const body = call.form === undefined ? bodyOf(call.text) : await fieldsOf(call.form);
  const input: Body = { openai_route: `/v1/${route.route}`, method, openai_input: body };
  const job = submit("openai", input, { input });
  const headers: Record<string, string> = route.host === "balancer" ? { "x-runpod-worker-id": endpoint.workerId } : {};
  if (route.host === "balancer") {
    await waitFor(job, (now) => isPickedUp(job, now), balancerWaitMillis, signal);
    if (!isPickedUp(job, Date.now())) return failure(400, "timed out waiting for worker");
  }
  const timeout = isQueued ? endpoint.behavior.gatewayTimeoutMillis ?? Infinity : Infinity;
  await waitFor(job, (now) => endOf(job, now) !== undefined, timeout, signal);

  const now = Date.now();
  const end = endOf(job, now);
  if (end === undefined) return gatewayTimeout(url.host);
  if (end.status === "COMPLETED") return fileOrJson(Array.isArray(end.output) ? end.output[0] : end.output, headers);
  if (end.status === "FAILED" && (!isQueued || endpoint.behavior.openaiError === "own")) {
    const reply = serveAudio(endpoint.config, input, now);
    if (reply.status >= 400) return plainJson(reply.status, reply.body, headers);
  }
  const { error, status } = end;
  if (isQueued) return respond(500, endpoint.behavior.openaiError === "error" ? { error } : envelope(job, now));
  return plainJson(500, refusal(500, "InternalServerError", String(error ?? status)).body, headers);
}

function serveAudio(config: EmulatedEndpoint, input: Body, now: number): ServerReply {
  const served = config.models === undefined || config.models === "any" ? usualModels : config.models;
  const { openai_input: body, method } = input;
  const route = String(input.openai_route).replace(/^\/?v1\//, "");
  if (route === "models") return { status: 200, body: modelList(served, now) };
  const answer = answers.get(route);
  if (config.worker !== "audio" || answer === undefined) return refusal(404, "Not Found", "Not Found");
  if (method !== "POST") return refusal(405, "Method Not Allowed", "Method Not Allowed");
  if (!isRecord(body)) return badRequest("The request body is not what this route takes");
  const { model } = body;
  if (typeof model !== "string") return badRequest("model: a name is required");
  if (config.models !== "any" && !served.includes(model)) {
    return refusal(404, "NotFoundError", `The model \`${model}\` does not exist.`, "model");
  }
  return answer(body);
}

const answers = new Map<string, (body: Body) => ServerReply>([
  ["audio/speech", say],
  ["audio/transcriptions", (body) => hear(body, "transcribe")],
  ["audio/translations", (body) => hear(body, "translate")],
]);

function say({ input, voice, response_format = "mp3", speed = 1 }: Body): ServerReply {
  if (typeof input !== "string" || input === "") return badRequest("input: a text is required");
  if (voice !== undefined && typeof voice !== "string") return badRequest("voice: must be a string");
  if (typeof speed !== "number" || speed < 0.25 || speed > 4) return badRequest("speed: must be from 0.25 to 4");
  // Opus comes in Ogg.
  const sound = soundFormat(response_format === "opus" ? "ogg" : String(response_format));
  if (sound === undefined) return badRequest(`response_format: ${response_format} is not supported`);
  return {
    status: 200,
    body: { audio: base64(speak(sound.format, input, speed)), media_type: sound.mediaType },
  };
}

function hear(body: Body, task: string): ServerReply {
  const { file, language, response_format: format = "json" } = body;
  if (!isRecord(file) || !(file.bytes instanceof Uint8Array)) return badRequest("file: an audio file is required");
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

/** The fields of a form; a name that comes twice has a list. */
async function fieldsOf(form: FormData): Promise<Body> {
  const fields: Body = {};
  for (const name of new Set(form.keys())) {
    const values = await Promise.all(form.getAll(name).map(valueOf));
    fields[name] = values.length > 1 ? values : values[0];
  }
  return fields;
}

async function valueOf(value: File | string): Promise<FormFile | string> {
  if (typeof value === "string") return value;
  return { filename: value.name, media_type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) };
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fileOrJson(output: unknown, headers: Record<string, string>): Response {
  if (isRecord(output) && typeof output.audio === "string") {
    return new Response(bytesOf(output.audio), { headers: { "content-type": String(output.media_type), ...headers } });
  }
  if (typeof output === "string") {
    return new Response(output, { headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
  }
  return plainJson(200, output, headers);
}

function badRequest(message: string): ServerReply {
  return refusal(400, "BadRequestError", message);
}

function isRecord(value: unknown): value is Body {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
