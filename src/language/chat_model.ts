/**
 * Chat models: chat completions of an endpoint, whole and streamed, over its OpenAI route or as jobs.
 *
 * @module
 */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { type ApiRequest, open, request } from "../http/request.ts";
import { type Answer, answerError } from "../http/error.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import { followAnswer } from "../route/follow.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { dropWaitOptions, type JobOptions, type RunpodChatModelSettings, warnOption } from "./chat_options.ts";
import { prepareChat } from "./prepare.ts";
import { generateByJob, streamByJob } from "./queue_transport.ts";
import { type ChatRequest, streamed } from "./request.ts";
import { type AnswerContext, readCompletion } from "./response.ts";
import { withModelHint } from "../route/served_model.ts";
import { streamParts } from "./stream.ts";

/** What endpoints fetch themselves. */
export const SUPPORTED_URLS: Record<string, RegExp[]> = {
  "image/*": [/^https?:\/\/.+$/],
  "video/*": [/^https?:\/\/.+$/],
  "audio/*": [/^https?:\/\/.+$/],
};

/** A chat model on one endpoint. */
export class ChatModel implements LanguageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.chat";
  readonly modelId: string;
  /** The endpoint fetches these itself, so nobody has to download and inline them. */
  readonly supportedUrls: Record<string, RegExp[]> = SUPPORTED_URLS;
  readonly #config: ModelConfig<RunpodChatModelSettings>;

  constructor(config: ModelConfig<RunpodChatModelSettings>) {
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: ChatModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): ChatModel {
    return new ChatModel(model);
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const chat = await prepareChat(this.#config, call);
    const { body, warnings, context, job } = chat;
    const { settings, endpoint } = this.#config;
    if (chat.isJob) return await this.#explaining(call, context, () => generateByJob(chat, call));
    const wait = routeWait(job, warnings);
    const post = this.#post(call, context, body);
    return await this.#explaining(call, context, async () => {
      const answer = await followAnswer(await request(settings, post), settings, endpoint, post, wait);
      if (!answer.ok) throw answerError({ ...context, answer, retryCost: "completion" });
      const { response, ...completion } = readCompletion(answer, context);
      return {
        ...completion,
        warnings,
        request: { url: post.url, body },
        response: { ...response, headers: answer.headers, body: answer.json },
      };
    });
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const chat = await prepareChat(this.#config, call);
    const { warnings, context, job } = chat;
    const { settings, endpoint } = this.#config;
    if (chat.isJob) return await this.#explaining(call, context, () => streamByJob(chat, call));
    const wait = routeWait(job, warnings);
    const body = streamed(chat.body);
    const post = this.#post(call, context, body);
    const { includeRawChunks, abortSignal } = call;
    return await this.#explaining(call, context, async () => {
      const answer = await open(settings, { ...post, notFound: context.notFound });
      const outcome = (answer: Answer) => followAnswer(answer, settings, endpoint, post, wait);
      return {
        stream: await streamParts({ ...answer, outcome, context, warnings, includeRawChunks, abortSignal }),
        request: { url: post.url, body },
        response: { headers: answer.headers },
      };
    });
  }

  async #explaining<T>(
    call: LanguageModelV4CallOptions,
    { notFound }: AnswerContext,
    run: () => Promise<T>,
  ): Promise<T> {
    const { settings, endpoint } = this.#config;
    return await withModelHint(settings, endpoint, call, notFound, run);
  }

  #post(call: LanguageModelV4CallOptions, { attempt }: AnswerContext, body: ChatRequest): ApiRequest {
    return {
      attempt,
      method: "POST",
      url: `${this.#config.endpoint.openaiRoot}/chat/completions`,
      body,
      headers: call.headers,
      abortSignal: call.abortSignal,
      retryCost: "completion",
    };
  }
}

/** What a route takes of the options of jobs: those of the wait, for a job that a cold endpoint answers with. */
function routeWait(job: JobOptions, warnings: SharedV4Warning[]): RunpodWaitOptions {
  const reason = 'the OpenAI route submits no job (transport: "queue" does)';
  for (const name of Object.keys(job.submission)) warnOption(name, reason, warnings);
  return dropWaitOptions(job, ["waitMillis"], reason, warnings);
}
