import { base64, uuid } from "./digest.ts";
import type { EmulatedEndpoint } from "./endpoint.ts";
import { embed, pieces } from "./model.ts";
import { keywords } from "./prompt.ts";
import type { Caller, ServerReply } from "./vllm.ts";

type Body = Record<string, unknown>;

/** What an embedding model has unless its endpoint or the request says something else. */
const usualDimensions = 384;

/** The vectors of texts, as the items of a list. */
export function embeddingsOf(
  texts: string[],
  { dimensions, embeddingOrder }: EmulatedEndpoint,
  asked: { dimensions?: unknown; encoding_format?: unknown } = {},
): { data: Body[]; tokens: number } {
  const length = typeof asked.dimensions === "number" && asked.dimensions > 0
    ? Math.floor(asked.dimensions)
    : dimensions ?? usualDimensions;
  const data = texts.map((text, index) => {
    const vector = embed(text, length);
    // Every runtime this runs on is little-endian, as the wire format is.
    const embedding = asked.encoding_format === "base64" ? base64(new Uint8Array(vector.buffer)) : [...vector];
    return { object: "embedding", index, embedding };
  });
  return { data: embeddingOrder === "reversed" ? data.reverse() : data, tokens: tokensOf(texts) };
}

/** vLLM's `/v1/embeddings`. */
export function embeddings(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
  const texts = Array.isArray(body.input) ? body.input : [body.input];
  if (!isTexts(texts)) return badRequest("input: a string or a list of strings is required");
  const { data, tokens } = embeddingsOf(texts, config, body);
  const head = { id: `embd-${idOf(caller)}`, object: "list", created: Math.floor(caller.now / 1000), model };
  return { status: 200, body: { ...head, data, usage: usageOf(tokens) } };
}

/** vLLM's `/v1/rerank`: the best documents first. */
export function rerank(model: string, body: Body, caller: Caller): ServerReply {
  const { query, documents, top_n } = body;
  if (typeof query !== "string") return badRequest("query: a string is required");
  const texts = Array.isArray(documents) ? documents.map(textOf) : [];
  if (!isTexts(texts)) return badRequest("documents: a list of strings is required");
  const results = scoresOf(query, texts).map((relevance_score, index) => ({
    index,
    document: { text: texts[index], multi_modal: null },
    relevance_score,
  })).sort((a, b) => b.relevance_score - a.relevance_score);
  const kept = typeof top_n === "number" && top_n > 0 ? results.slice(0, top_n) : results;
  const tokens = tokensOf([query, ...texts]);
  return {
    status: 200,
    body: {
      id: `rerank-${idOf(caller)}`,
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
      results: kept,
    },
  };
}

/** vLLM's `/v1/score`: one text with many, or pairs. */
export function score(model: string, body: Body, caller: Caller): ServerReply {
  const first = [body.text_1 ?? body.queries].flat();
  const second = [body.text_2 ?? body.documents].flat();
  if (!isTexts(first) || !isTexts(second)) {
    return badRequest("text_1, text_2: strings or lists of strings are required");
  }
  if (first.length !== 1 && first.length !== second.length) {
    return badRequest("Input lengths must be either 1:1, 1:N or N:N");
  }
  const data = second.map((text, index) => ({
    index,
    object: "score",
    score: scoresOf(first[first.length === 1 ? 0 : index], [text])[0],
  }));
  const head = { id: `score-${idOf(caller)}`, object: "list", created: Math.floor(caller.now / 1000), model };
  return { status: 200, body: { ...head, data, usage: usageOf(tokensOf([...first, ...second])) } };
}

/** How well each document answers a query, from 0 to 1: how many of its words it has, and how near it is otherwise. */
export function scoresOf(query: string, documents: string[]): number[] {
  const asked = keywords(query);
  const target = embed(query, usualDimensions);
  return documents.map((document) => {
    const vector = embed(document, usualDimensions);
    const nearness = vector.reduce((sum, value, index) => sum + value * target[index], 0);
    const found = new Set(keywords(document));
    const coverage = asked.filter((word) => found.has(word)).length / Math.max(asked.length, 1);
    return Math.round((0.6 * coverage + 0.4 * Math.min(Math.max(nearness, 0), 1)) * 1e6) / 1e6;
  });
}

/** How many tokens texts have. */
export function tokensOf(texts: string[]): number {
  return texts.reduce((total, text) => total + pieces(text).length, 0);
}

/** Whether a list holds texts, and at least one. */
export function isTexts(values: unknown[]): values is string[] {
  return values.length > 0 && values.every((value) => typeof value === "string");
}

/** The text of a document, which may be an object. */
function textOf(document: unknown): unknown {
  return document !== null && typeof document === "object" ? (document as Body).text : document;
}

function usageOf(tokens: number): Body {
  return { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0, prompt_tokens_details: null };
}

function idOf({ seed }: Caller): string {
  return uuid(seed).replaceAll("-", "");
}

function badRequest(message: string): ServerReply {
  return { status: 400, body: { error: { message, type: "BadRequestError", param: null, code: 400 } } };
}
