/**
 * Language: chats and text completions, whole and streamed, over an OpenAI route or as jobs.
 *
 * @module
 */
import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { removeUndefinedEntries } from "@ai-sdk/provider-utils";
import type { ModalityTypes, ModelCall, ReadContext, WrittenRequest } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { choiceSetting, settingsSchema, textSetting } from "../call/settings.ts";
import type { StreamContext, StreamModality } from "../call/stream.ts";
import { once } from "../once.ts";
import { type ChatCall, type ChatRequest, writeChatRequest } from "./chat_request.ts";
import type { Completion } from "./completion.ts";
import { writeCompletionRequest } from "./completion_request.ts";
import { gather } from "./gather.ts";
import { jobContext, jobSource, outputParts } from "./job_answer.ts";
import {
  type ChatSetting,
  languageOptions,
  optionTable,
  type RunpodChatModelSettings,
  type RunpodLanguageOptions,
} from "./options.ts";
import type { Tags } from "./reasoning_tags.ts";
import { routeContext, routeSource } from "./route_answer.ts";
import { streamed } from "./sampling.ts";
import { partStream, streamOf } from "./stream.ts";
import { readWholeAnswer } from "./whole_answer.ts";

/** The types of language models. */
export interface LanguageKind extends ModalityTypes {
  call: LanguageModelV4CallOptions;
  settings: RunpodChatModelSettings;
  row: undefined;
  options: RunpodLanguageOptions;
  reading: LanguageReading;
  result: Omit<LanguageModelV4GenerateResult, "warnings" | "response">;
}

/** What reading an answer needs to know of the request. */
export type LanguageReading = {
  /** The tags that reasoning stands between in the text. */
  tags?: Tags;
  /** The function whose arguments are the text of the answer. */
  jsonTool?: string;
  /** The most tokens that were asked for. */
  maxTokens?: number;
};

const CHAT_SETTINGS: readonly ChatSetting[] = ["structuredOutputMode", "reasoningTags", "reasoningEcho"];

/** Chat completions. */
export const chatModality: StreamModality<LanguageKind> = languageModality({
  provider: "runpod.chat",
  verb: "generate text",
  path: "/chat/completions",
  settings: CHAT_SETTINGS,
  write: writeChatRequest,
});

/** Text completions: a prompt, and its continuation. */
export const completionModality: StreamModality<LanguageKind> = languageModality({
  provider: "runpod.completion",
  verb: "complete a text",
  path: "/completions",
  settings: [],
  write: (completion) => ({ body: writeCompletionRequest(completion) }),
});

function languageModality(
  { provider, verb, path, settings, write }: {
    provider: "runpod.chat" | "runpod.completion";
    verb: string;
    path: string;
    /** The options that can be set for a model, too. */
    settings: readonly ChatSetting[];
    write: (call: ChatCall) => ChatRequest;
  },
): StreamModality<LanguageKind> {
  const writeRequest = (modelCall: ModelCall<LanguageKind>): WrittenRequest<LanguageKind> => {
    const defaults = Object.fromEntries(settings.map((name) => [name, modelCall.settings[name]]));
    const options = { ...removeUndefinedEntries(defaults), ...modelCall.options };
    const { body, tags, jsonTool } = write({ ...modelCall, options });
    const maxTokens = body.max_completion_tokens ?? body.max_tokens;
    return {
      body: modelCall.isStreamed ? streamed(body) : body,
      reading: { tags, jsonTool, maxTokens: typeof maxTokens === "number" ? maxTokens : undefined },
    };
  };
  return {
    provider,
    verb,
    settings: settingsSchema(() => ({
      model: textSetting(),
      transport: choiceSetting(["openai", "queue"]),
      ...Object.fromEntries(settings.map((name) => [name, optionTable()[name].check])),
    })),
    options: once(() => callOptions(languageOptions())),
    resolve: () => undefined,
    defaultTransport: "openai",
    jobModel: "listed by a job",
    writesForName: true,
    includesRequest: true,
    write(modelCall) {
      const { body, reading } = writeRequest(modelCall);
      return { input: { openai_route: `/v1${path}`, openai_input: body }, reading };
    },
    // The name of the model may not be known here, and reading does not need it.
    resume: (modelCall) =>
      writeRequest({ ...modelCall, servedName: modelCall.servedName || modelCall.modelId }).reading,
    read({ queue, job, answer }, context) {
      return toResult(gather(outputParts(queue, { job, answer }, answerContext(context))), answer.json);
    },
    routes: {
      openai: {
        path,
        write: writeRequest,
        read: ({ answer }, context) => toResult(readWholeAnswer(answer, answerContext(context)), answer.json),
      },
    },
    async streamAnswer(answer, context) {
      return await partStream(routeSource(answer, answer.follow), {
        ...streamOptions(context),
        context: routeContext(answer.read, partContext(context)),
      });
    },
    async streamJob(job, context) {
      return await partStream(jobSource(context.queue, job), {
        ...streamOptions(context),
        context: jobContext(context.queue, job.latest, partContext(context)),
      });
    },
    streamEndedJob(result, context) {
      const { queue, warnings } = context;
      return streamOf([{ type: "stream-start", warnings }, ...outputParts(queue, result, partContext(context))]);
    },
  };
}

function toResult({ response, ...completion }: Completion, body: unknown) {
  return { ...completion, response: { ...response, body } };
}

function answerContext({ attempt, notFound, reading }: ReadContext<LanguageKind>) {
  return { attempt, notFound, ...reading };
}

function partContext(context: StreamContext<LanguageKind>) {
  return { ...answerContext(context), includeRawChunks: context.includeRawChunks };
}

function streamOptions({ reading, warnings, abortSignal }: StreamContext<LanguageKind>) {
  return { maxTokens: reading.maxTokens, warnings, abortSignal };
}
