/**
 * Reranking: a job of Runpod's worker for Infinity, or vLLM's routes `/rerank` and `/score`.
 *
 * @module
 */
import type { JSONObject, RerankingModelV4CallOptions, RerankingModelV4Result } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import type { Modality, ModalityTypes, ModelCall, ReadContext, Route } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { choiceSetting, settingsSchema } from "../call/settings.ts";
import { nonEmptyText } from "../checks.ts";
import { type CallContext, refuse } from "../input/context.ts";
import { unwrap } from "../job/envelope.ts";
import { once } from "../once.ts";
import { isErrorObject } from "../route/post.ts";
import type { RunpodRerankingModelSettings } from "./options.ts";

type Ranking = RerankingModelV4Result["ranking"];

/** The types of reranking. */
export interface RerankingKind extends ModalityTypes {
  call: RerankingModelV4CallOptions;
  settings: RunpodRerankingModelSettings;
  row: undefined;
  options: Record<never, never>;
  reading: {
    /** How many documents there are. */
    count: number;
    /** How many of them are wanted. */
    topN?: number;
  };
  result: Pick<RerankingModelV4Result, "ranking" | "providerMetadata">;
}

/** Reranking. */
export const rerankingModality: Modality<RerankingKind> = {
  provider: "runpod.reranking",
  verb: "rerank",
  settings: settingsSchema(() => ({
    model: nonEmptyText(),
    transport: choiceSetting(["queue", "rerank", "score"]),
    worker: choiceSetting(["infinity"]),
  })),
  options: once(callOptions),
  resolve: () => undefined,
  // Runpod's current worker for Infinity never ends a ranking.
  defaultTransport: "rerank",
  jobModel: "listed by a route",
  write(modelCall) {
    const { query, documents: docs, reading } = readCall(modelCall);
    return { input: { query, docs, ...modelCall.workerOptions }, reading };
  },
  resume: readingOf,
  read(output, { reading }) {
    const ranking = readRanking(output.value, reading);
    if (!ranking) throw output.unreadable();
    return { ranking, providerMetadata: { runpod: output.about }, response: { body: output.answer.json } };
  },
  routes: {
    rerank: vllmRoute("/rerank", (query, documents, topN) => ({ query, documents, top_n: topN })),
    score: vllmRoute("/score", (query, documents) => ({ text_1: query, text_2: documents })),
  },
};

/** A route of vLLM. */
function vllmRoute(
  path: string,
  write: (query: string, documents: string[], topN: number | undefined) => JSONObject,
): Route<RerankingKind> {
  return {
    path,
    write(modelCall) {
      const { query, documents, reading } = readCall(modelCall);
      return { body: { ...write(query, documents, reading.topN), ...modelCall.workerOptions }, reading };
    },
    read({ json, answer, unexpected }, { reading }: ReadContext<RerankingKind>) {
      const ranking = readRanking(answer.json, reading);
      if (!ranking) throw unexpected("a ranking of the documents");
      return { ranking, response: { ...readMetadata(json), body: answer.json } };
    },
  };
}

function readingOf({ call: { documents, topN } }: ModelCall<RerankingKind>): RerankingKind["reading"] {
  return { count: documents.values.length, topN };
}

function readCall(
  modelCall: ModelCall<RerankingKind>,
): { query: string; documents: string[]; reading: RerankingKind["reading"] } {
  const { query, documents } = modelCall.call;
  if (query === "") throw refuse(modelCall, "query", "the query is empty");
  return { query, documents: asTexts(modelCall, documents), reading: readingOf(modelCall) };
}

/** Documents as texts, because no server knows objects. */
function asTexts({ warnings }: CallContext, documents: RerankingModelV4CallOptions["documents"]): string[] {
  if (documents.type === "text") return documents.values;
  warnings.push({ type: "compatibility", feature: "object documents", details: "each is sent as its JSON" });
  return documents.values.map((value) => JSON.stringify(value));
}

/** The list of results: under `results` or, from `/score`, under `data`. SGLang and TEI answer with the list alone. */
function resultsOf(value: unknown): unknown {
  const isList = Array.isArray(value) && isRecord(value[0]) && ("score" in value[0] || "relevance_score" in value[0]);
  if (isList) return value;
  const json = unwrap(value);
  return isRecord(json) && !isErrorObject(json) ? json.results ?? json.data : undefined;
}

/** Reads `{index, relevance_score}` or `{index, score}`, best first; `undefined` where an item is neither, or is there twice. */
function readRanking(value: unknown, { count, topN }: RerankingKind["reading"]): Ranking | undefined {
  const results = resultsOf(value);
  if (!Array.isArray(results) || results.length === 0) return undefined;
  const ranking: Ranking = [];
  for (const [position, result] of results.entries()) {
    if (!isRecord(result)) return undefined;
    const { index = position, relevance_score, score = relevance_score } = result;
    const isKnown = typeof index === "number" && Number.isInteger(index) && index >= 0 && index < count;
    if (!isKnown || typeof score !== "number") return undefined;
    ranking.push({ index, relevanceScore: score });
  }
  if (new Set(ranking.map(({ index }) => index)).size < ranking.length) return undefined;
  // Infinity leaves them in the order of the documents, and not every server heeds the number.
  return ranking.sort((a, b) => b.relevanceScore - a.relevanceScore).slice(0, topN);
}

function readMetadata(json: unknown): { id?: string; modelId?: string } {
  const { id, model } = isRecord(json) ? json : {};
  return { ...(typeof id === "string" && { id }), ...(typeof model === "string" && { modelId: model }) };
}
