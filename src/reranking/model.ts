/**
 * Reranking models: a job of Runpod's worker for Infinity, or vLLM's `/rerank` and `/score`.
 *
 * @module
 */
import type {
  JSONObject,
  JSONValue,
  RerankingModelV4,
  RerankingModelV4CallOptions,
  RerankingModelV4Result,
  SharedV4Warning,
} from "@ai-sdk/provider";
import { isRecord, WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { unexpectedAnswer } from "../http/error.ts";
import { RunpodJobError } from "../job/error.ts";
import { unwrap } from "../job/envelope.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import type { Queue } from "../job/queue.ts";
import { runJob } from "../job/wait.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { isErrorObject, leaveOutWaits, postOpenai, type Served, withServedModel } from "../route/post.ts";
import { once, splitOptions } from "../call/options.ts";
import { describeJob, withoutOutput } from "../output/job_output.ts";
import { type CallContext, refuse } from "../input/context.ts";

/** Settings of one reranking model. */
export interface RunpodRerankingModelSettings {
  /** The name that the endpoint serves the model under. Default: the first that its `/models` route lists. */
  model?: string;
  /**
   * How to reach the model: by a job on the endpoint's queue, as Runpod's worker for Infinity takes it, or by vLLM's
   * `/rerank` or `/score`. Default `queue`; `rerank` where there is no queue.
   */
  transport?: "queue" | "rerank" | "score";
}

/** Options of reranking models, under `providerOptions.runpod`. Every other key goes to the server as it is. */
export interface RunpodRerankingModelOptions extends RunpodWaitOptions {
  /** The id of a job to continue, instead of submitting a new one; with `transport: "queue"`. */
  jobId?: string;
  /** Any other field of the request. */
  [serverOption: string]: JSONValue | undefined;
}

type Ranking = RerankingModelV4Result["ranking"];

/** A reranking model on one endpoint. */
export class RerankingModel implements RerankingModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = "runpod.reranking";
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodRerankingModelSettings>;

  constructor(config: ModelConfig<RunpodRerankingModelSettings>) {
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: RerankingModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): RerankingModel {
    return new RerankingModel(model);
  }

  async doRerank(call: RerankingModelV4CallOptions): Promise<RerankingModelV4Result> {
    const warnings: SharedV4Warning[] = [];
    const context: CallContext = { modelId: this.modelId, attempt: `rerank with "${this.modelId}"`, warnings };
    const { ours: wait, worker } = splitOptions(call.providerOptions, ownOptions());
    const { query, topN } = call;
    if (query === "") throw refuse(context, "query", "the query is empty");
    const documents = readDocuments(context, call.documents);
    if (documents.length === 0) return { ranking: [], warnings };

    const { settings, endpoint, own } = this.#config;
    const transport = own.transport ?? (endpoint.root === undefined ? "rerank" : "queue");
    if (transport !== "queue") leaveOutWaits(context, wait);
    // What continues a job has named its model before.
    const isContinued = transport === "queue" && wait.jobId !== undefined;
    const result = isContinued
      ? await this.#run(context, call, {}, wait)
      : await withServedModel(settings, endpoint, call, async (served) =>
        transport === "queue"
          ? await this.#run(context, call, { model: served.model, query, docs: documents, ...worker }, wait)
          : await this.#post(context, call, transport, served, { documents, ...worker }));
    // Infinity leaves them in the order of the documents, and not every server heeds the number.
    const sorted = result.ranking.sort((a, b) => b.relevanceScore - a.relevanceScore);
    return { ...result, ranking: sorted.slice(0, topN), warnings };
  }

  async #run(
    { attempt }: CallContext,
    { headers, abortSignal, documents }: RerankingModelV4CallOptions,
    input: JSONObject,
    { jobId, ...wait }: RunpodWaitOptions & { jobId?: string },
  ): Promise<RerankingModelV4Result> {
    const queue: Queue = { settings: this.#config.settings, endpoint: this.#config.endpoint, attempt, headers };
    const work = jobId === undefined ? { submission: { input } } : { jobId };
    try {
      return await runJob(queue, work, { ...wait, abortSignal }, (result) => {
        const json = unwrap(result.job.output);
        const count = documents.values.length;
        const ranking = isRecord(json) && !isErrorObject(json) ? readRanking(json.results, count) : undefined;
        if (!ranking) throw withoutOutput(queue, result);
        return {
          ranking,
          providerMetadata: { runpod: describeJob(queue, result.job) },
          response: { headers: result.answer.headers, body: result.answer.json },
        };
      });
    } catch (error) {
      throw explain(error);
    }
  }

  async #post(
    { attempt }: CallContext,
    { query, topN, headers, abortSignal }: RerankingModelV4CallOptions,
    transport: "rerank" | "score",
    { model, notFound }: Served,
    { documents, ...options }: JSONObject & { documents: string[] },
  ): Promise<RerankingModelV4Result> {
    const isScore = transport === "score";
    const body = isScore
      ? { model, text_1: query, text_2: documents, ...options }
      : { model, query, documents, top_n: topN, ...options };
    const request = { path: `/${transport}`, notFound, body, attempt, headers, abortSignal };
    const { json, answer } = await postOpenai(this.#config.settings, this.#config.endpoint, request);
    const ranking = readRanking(isScore ? json.data : json.results, documents.length);
    if (!ranking) throw unexpectedAnswer({ attempt, answer, expected: "a ranking of the documents" });
    return {
      ranking,
      response: {
        id: typeof json.id === "string" ? json.id : undefined,
        modelId: typeof json.model === "string" ? json.model : undefined,
        headers: answer.headers,
        body: answer.json,
      },
    };
  }
}

const ownOptions = once(() => z.object(waitOptions()));

/** Documents as texts: objects are not known to any of the servers. */
function readDocuments(context: CallContext, documents: RerankingModelV4CallOptions["documents"]): string[] {
  if (documents.type === "text") return documents.values;
  context.warnings.push({
    type: "compatibility",
    feature: "object documents",
    details: "each is sent as its JSON",
  });
  return documents.values.map((value) => JSON.stringify(value));
}

/** Reads `{index, relevance_score}` or `{index, score}`, or nothing where one is neither, or there twice. */
function readRanking(results: unknown, count: number): Ranking | undefined {
  if (!Array.isArray(results) || results.length === 0) return undefined;
  const ranking = results.map((result, position) => {
    if (!isRecord(result)) return undefined;
    const { index = position, relevance_score, score = relevance_score } = result;
    const isKnown = typeof index === "number" && Number.isInteger(index) && index >= 0 && index < count;
    return isKnown && typeof score === "number" ? { index, relevanceScore: score } : undefined;
  });
  const areDistinct = new Set(ranking.map((ranked) => ranked?.index)).size === ranking.length;
  return areDistinct && !ranking.includes(undefined) ? ranking as Ranking : undefined;
}

/** Some versions of the worker make a result that they cannot send: the job then runs until its time is up. */
function explain(error: unknown): unknown {
  if (!RunpodJobError.isInstance(error)) return error;
  const isStuck = error.status === "IN_PROGRESS" || error.kind === "timed-out";
  if (!isStuck && !/not JSON serializable/i.test(error.message)) return error;
  const { kind, endpoint, job, url, statusCode = 0, responseHeaders = {}, responseBody = "", data } = error;
  return new RunpodJobError({
    message:
      `${error.message}; some versions of the worker for Infinity cannot send the result of a reranking ("not JSON serializable" in its log), so try a newer one, or vLLM with transport: "rerank"`,
    kind,
    endpoint,
    job,
    url,
    answer: {
      status: statusCode,
      headers: responseHeaders,
      text: responseBody,
      json: data,
      requestBody: error.requestBodyValues,
    },
    cause: error,
  });
}
