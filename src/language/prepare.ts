/**
 * What a chat request is made of before it travels, whichever way it does.
 *
 * @module
 */
import type { LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { readModels } from "../client.ts";
import { jobError } from "../job/failure.ts";
import type { Queue } from "../job/queue.ts";
import { runJob } from "../job/wait.ts";
import type { ModelConfig } from "../call/model_config.ts";
import { type JobOptions, readChatOptions, type RunpodChatModelSettings } from "./chat_options.ts";
import { type ChatRequest, writeRequest } from "./request.ts";
import type { AnswerContext } from "./response.ts";
import { adviceForName, findServedModel } from "../route/served_model.ts";

/** A call that is ready to be sent. */
export interface PreparedChat {
  body: ChatRequest;
  warnings: SharedV4Warning[];
  context: AnswerContext;
  queue: Queue;
  job: JobOptions;
  /** Whether it is to travel as a job, or to continue one. */
  isJob: boolean;
}

/** What a call of a chat model attempts, to follow "Cannot". */
export function chatAttempt(modelId: string): string {
  return `generate text with "${modelId}"`;
}

/**
 * Writes a call's request.
 *
 * @throws {InvalidArgumentError} for an option that has a bad value.
 */
export async function prepareChat(
  { settings, endpoint, own, modelId }: ModelConfig<RunpodChatModelSettings>,
  call: LanguageModelV4CallOptions,
): Promise<PreparedChat> {
  const attempt = chatAttempt(modelId);
  const queue: Queue = { settings, endpoint, attempt, headers: call.headers };
  const { job, ...options } = readChatOptions(own, call.providerOptions);
  const isJob = own.transport === "queue" || job.jobId !== undefined;
  const startedAt = Date.now();
  const findModel = async () => {
    // What continues a job has been written before.
    if (job.jobId !== undefined) return modelId;
    const list = isJob ? () => listModels(queue, job, call.abortSignal) : undefined;
    return await findServedModel(settings, endpoint, call, list);
  };
  const { model = await findModel() } = endpoint;
  const { body, warnings, ...reading } = writeRequest(model, options, call);
  return {
    body,
    warnings,
    context: {
      attempt,
      notFound: adviceForName(endpoint, model),
      ...reading,
    },
    queue,
    job: { ...job, wait: afterwards(job.wait, startedAt) },
    isJob,
  };
}

/** The list of models as a job: an HTTP request for it would not outlive the cold start either. */
async function listModels(
  queue: Queue,
  { wait }: JobOptions,
  abortSignal: AbortSignal | undefined,
): Promise<Array<{ id: string }>> {
  const submission = { input: { openai_route: "/v1/models" } };
  return await runJob(queue, { submission }, { ...wait, abortSignal }, (result) => {
    const models = readModels(result.job.output);
    if (models.length > 0) return models;
    const reason = 'listed no models that it serves; name one yourself: { model: "…" }';
    throw jobError(queue, result, { kind: "no-output", reason });
  });
}

/** The same wait when a part of its time has passed. */
function afterwards({ timeoutMillis, ...wait }: JobOptions["wait"], startedAt: number): JobOptions["wait"] {
  if (timeoutMillis === undefined) return wait;
  return { ...wait, timeoutMillis: Math.max(1, timeoutMillis - (Date.now() - startedAt)) };
}
