/**
 * Language: chats and text completions, whole and streamed, over an OpenAI route or as jobs.
 *
 * @module
 */
import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { removeUndefinedEntries } from "@ai-sdk/provider-utils";
import type { ModalityTypes, ModelCall, ReadContext, WrittenRequest } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { choiceSetting, settingsSchema } from "../call/settings.ts";
import { nonEmptyText } from "../checks.ts";
import type { StreamContext, StreamModality } from "../call/stream.ts";
import { once } from "../once.ts";
import { type ChatCall, type ChatRequest, writeChatRequest } from "./chat_request.ts";
import { writeCompletionRequest } from "./completion_request.ts";
import { type Completion, gather } from "./gather.ts";
import { jobContext, jobSource, outputParts } from "./job_answer.ts";
import {
  type ChatSetting,
  languageOptions,
  optionTable,
  type RunpodChatModelSettings,
  type RunpodLanguageOptions,
  warnOfNames,
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
  /** Whether the model was told not to think. */
  isThinkingOff?: boolean;
  /** What the text is constrained to. */
  constraint?: { choice?: string[]; regex?: string };
};

const CHAT_SETTINGS: readonly ChatSetting[] = [
  "structuredOutputMode",
  "reasoningTags",
  "reasoningEcho",
  "imagesInToolResults",
];

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
    warnOfNames(modelCall, modelCall.workerOptions);
    const { body, tags, jsonTool, isThinkingOff, dispensable } = write({ ...modelCall, options });
    const maxTokens = body.max_completion_tokens ?? body.max_tokens;
    const { choice, regex } = options.structuredOutputs ?? {};
    return {
      body: modelCall.isStreamed ? streamed(body) : body,
      dispensable,
      reading: {
        tags,
        jsonTool,
        maxTokens: typeof maxTokens === "number" ? maxTokens : undefined,
        isThinkingOff,
        constraint: choice || regex !== undefined ? { choice, regex } : undefined,
      },
    };
  };
  return {
    provider,
    verb,
    settings: settingsSchema(() => ({
      model: nonEmptyText(),
      transport: choiceSetting(["openai", "queue"]),
      ...Object.fromEntries(settings.map((name) => [name, optionTable()[name].check])),
    })),
    options: once(() => callOptions(languageOptions())),
    // As in version 1, and as gateways that wrap several providers have it.
    optionsAlsoUnder: "openaiCompatible",
    resolve: () => undefined,
    defaultTransport: "openai",
    jobModel: "listed by a job",
    writesForName: true,
    includesRequest: true,
    write(modelCall) {
      const { body, reading, dispensable } = writeRequest(modelCall);
      // A job is not submitted again without what its server refuses, and workers with vLLM need no more than the variables.
      if (body.reasoning_effort === "none" && dispensable?.length) delete body.reasoning_effort;
      return { input: { openai_route: `/v1${path}`, openai_input: body }, reading };
    },
    // The name of the model may not be known here, and reading does not need it.
    resume: (modelCall) =>
      writeRequest({ ...modelCall, servedName: modelCall.servedName || modelCall.modelId }).reading,
    read({ queue, job, answer }, context) {
      return toResult(gather(outputParts(queue, { job, answer }, answerContext(context))), answer.json, context);
    },
    routes: {
      openai: {
        path,
        write: writeRequest,
        read: ({ answer }, context) => toResult(readWholeAnswer(answer, answerContext(context)), answer.json, context),
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

/** Completes a result, with warnings of what the answer shows. A stream can only tell them in its metadata. */
function toResult({ response, ...completion }: Completion, body: unknown, { warnings }: ReadContext<LanguageKind>) {
  const { content, finishReason, providerMetadata } = completion;
  const ignored = providerMetadata?.runpod.ignoredConstraint;
  if (ignored) warnings.push({ type: "other", message: `the server did not apply structuredOutputs.${ignored}` });
  if (content.length === 0 && finishReason.raw === undefined) {
    const message = "the answer is empty and has no finish reason: the prompt may be longer than the model's context";
    warnings.push({ type: "other", message });
  }
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
