/**
 * Speech: a worker's input or the body of `/audio/speech` from a call, and the audio from what comes back.
 *
 * @module
 */
import type { JSONObject, SharedV4Warning, SpeechModelV4CallOptions, SpeechModelV4Result } from "@ai-sdk/provider";
import type { Modality, ModalityTypes, ModelCall, ReadContext } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { choiceSetting, jobSettings, settingsSchema } from "../call/settings.ts";
import { nonEmptyText } from "../checks.ts";
import { toBytes, wholeBase64 } from "../files/base64.ts";
import { resolveRow } from "../input/catalogue.ts";
import { contextFor, refuse } from "../input/context.ts";
import type { Row } from "../input/row.ts";
import { writeInput } from "../input/writer.ts";
import { once } from "../once.ts";
import { typeOfBase64 } from "../output/evidence.ts";
import { findFiles, type OutputFile } from "../output/find_files.ts";
import type { JobOutput } from "../output/job_output.ts";
import type { RouteAnswer } from "../route/post.ts";
import { ANY_SPEECH_WORKER, OPENAI_SPEECH, SPEECH_MODELS, SPEECH_WORKERS } from "./catalogue.ts";
import { isJoinable, joinSounds } from "./join_sounds.ts";
import type { RunpodSpeechModelSettings } from "./options.ts";

/** The types of speech. */
export interface SpeechKind extends ModalityTypes {
  call: SpeechModelV4CallOptions;
  settings: RunpodSpeechModelSettings;
  row: Row;
  options: Record<never, never>;
  reading: undefined;
  result: Pick<SpeechModelV4Result, "audio" | "providerMetadata">;
}

/** Speech. */
export const speechModality: Modality<SpeechKind> = {
  provider: "runpod.speech",
  verb: "generate speech",
  settings: settingsSchema(() => ({
    transport: choiceSetting(["openai", "queue"]),
    model: nonEmptyText(),
    ...jobSettings(),
  })),
  options: once(callOptions),
  resolve: (config) => resolveRow<Row>(SPEECH_MODELS, SPEECH_WORKERS, ANY_SPEECH_WORKER, { kind: "speech", ...config }),
  async write(modelCall) {
    return { input: await writeSpeechInput(modelCall), reading: undefined };
  },
  read: readSpeech,
  routes: {
    openai: {
      path: "/audio/speech",
      answersBytes: true,
      write: (modelCall) => ({ body: writeBody(modelCall), reading: undefined }),
      read: readAnswer,
    },
  },
  includesRequest: true,
};

async function writeSpeechInput(modelCall: ModelCall<SpeechKind>): Promise<JSONObject> {
  const { call, row, settings: { input: makeInput, model }, workerOptions: options } = modelCall;
  checkCall(modelCall);
  const context = contextFor(makeInput, modelCall);
  const input = writeInput(context, row, { settings: { ...settingsOf(call), model }, options });
  return makeInput ? await makeInput({ ...settingsOf(call), options, input }) : input;
}

function writeBody(modelCall: ModelCall<SpeechKind>): JSONObject {
  const { call, workerOptions: options } = modelCall;
  checkCall(modelCall);
  return writeInput(modelCall, OPENAI_SPEECH, { settings: settingsOf(call), options });
}

function settingsOf({ text, voice, outputFormat, speed, language, instructions }: SpeechModelV4CallOptions) {
  return { text, voice, outputFormat, speed, language, instructions };
}

function checkCall(modelCall: ModelCall<SpeechKind>): void {
  const { text, speed } = modelCall.call;
  if (text.trim() === "") throw refuse(modelCall, "text", "the text is empty");
  if (speed === undefined || (speed > 0 && speed < Infinity)) return;
  throw refuse(modelCall, "speed", `speed ${speed} is not a number above 0`);
}

async function readSpeech(output: JobOutput, { warnings }: ReadContext<SpeechKind>): Promise<SpeechKind["result"]> {
  const files = output.files("audio", warnings);
  const [{ url, base64, mediaType }] = files;
  const isUnseen = base64 !== undefined && typeOfBase64(base64) === undefined;
  return {
    audio: await readSound(output, files, warnings),
    providerMetadata: {
      runpod: { url, ...(url && { audioUrl: url }), ...(isUnseen && mediaType && { mediaType }), ...output.about },
    },
  };
}

/** Reads the one file, or joins the pieces that a sound came in. */
async function readSound(
  output: JobOutput,
  files: OutputFile[],
  warnings: SharedV4Warning[],
): Promise<string | Uint8Array> {
  const [first, ...others] = files;
  if (others.length === 0) return await output.content(first, "audio");
  const isAlike = files.every(({ base64, mediaType }) => base64 !== undefined && mediaType === first.mediaType);
  if (!isAlike || !isJoinable(first.mediaType)) {
    warnings.push({ type: "other", message: `The job made ${files.length} files, and the first one is returned` });
    return await output.content(first, "audio");
  }
  const pieces = await Promise.all(files.map((file) => output.content(file, "audio")));
  const joined = joinSounds(pieces.map(toBytes), first.mediaType);
  if (joined === undefined) {
    const reason = `completed with ${files.length} WAV files that are not alike, so they cannot be joined`;
    throw output.error({ kind: "no-output", reason });
  }
  warnings.push({ type: "other", message: `The job made ${files.length} pieces of sound, which are joined` });
  return joined;
}

/** The audio itself, or base64 in JSON, which is all that a job gateway can pass on. */
function readAnswer({ bytes, json, about, unexpected }: RouteAnswer): SpeechKind["result"] {
  const [file] = bytes ? [] : findFiles(json, "audio");
  const audio = bytes ?? (file?.base64 && wholeBase64(file.base64));
  if (audio === undefined) throw unexpected("audio");
  return { audio, providerMetadata: { runpod: about } };
}
