/** Cases of embedding, reranking and scoring. */
import { embed, embedMany, rerank } from "ai";
import type { Case, Reading } from "../case.ts";

const values = ["Hello", "The sky over Oslo is clear.", "日本語"];
const documents = ["The sky over Oslo is clear.", "Hello", "Count to ten", "Rome is rainy."];

/** A judge of vectors: how many, of one length, of numbers, and tokens. */
const vectors = (count: number) => ({ embeddings = [], tokens }: Reading) => {
  if (embeddings.length !== count) return `there are ${embeddings.length} vectors`;
  const [{ length }] = embeddings;
  const isRight = (vector: number[]) => vector.length === length && vector.every(Number.isFinite);
  if (length === 0 || !embeddings.every(isRight)) {
    return "the vectors are of several lengths, or hold other things than numbers";
  }
  if (!tokens) return "there is no usage";
};

const ranks = (count: number) => ({ ranking = [] }: Reading) => {
  if (ranking.length !== count) return `there are ${ranking.length} documents`;
  const scores = ranking.map(({ score }) => score);
  if (`${scores}` !== `${scores.toSorted((a, b) => b - a)}`) return `the scores are ${scores}`;
};

export const POOLING_CASES: Case[] = [
  {
    name: "embedding: one text",
    feature: "embeddings",
    needs: ["embedding"],
    run: async ({ embedding }) => {
      const result = await embed({ maxRetries: 0, model: embedding(), value: "Hello" });
      return { embeddings: [result.embedding], tokens: result.usage.tokens };
    },
    judge: vectors(1),
  },
  {
    name: "embedding: several texts",
    feature: "embeddings",
    needs: ["embedding"],
    run: async ({ embedding }) => {
      const { embeddings, usage } = await embedMany({ maxRetries: 0, model: embedding(), values });
      return { embeddings, tokens: usage.tokens };
    },
    judge: vectors(3),
  },
  {
    name: "embedding: base64",
    feature: "embeddings as base64",
    needs: ["embedding"],
    peer: false,
    run: async ({ embedding }) => {
      const providerOptions = { runpod: { encodingFormat: "base64" } };
      const { embeddings, usage } = await embedMany({ maxRetries: 0, model: embedding(), values, providerOptions });
      return { embeddings, tokens: usage.tokens };
    },
    judge: vectors(3),
  },
  {
    name: "embedding: dimensions",
    feature: "embeddings with dimensions",
    needs: ["embedding"],
    peer: false,
    run: async ({ embedding }) => {
      const providerOptions = { runpod: { dimensions: 8 } };
      const result = await embed({ maxRetries: 0, model: embedding(), value: "Hello", providerOptions });
      return { embeddings: [result.embedding], tokens: result.usage.tokens };
    },
    judge: (reading) =>
      vectors(1)(reading) ?? (reading.embeddings![0].length === 8 ? undefined : "the length is another"),
  },
  {
    name: "embedding: an empty text",
    feature: "embeddings",
    needs: ["embedding"],
    run: async ({ embedding }) => {
      const { embeddings, usage } = await embedMany({ maxRetries: 0, model: embedding(), values: ["", "Hello"] });
      return { embeddings, tokens: usage.tokens };
    },
    judge: vectors(2),
  },
  {
    name: "embedding: an unknown model",
    feature: "errors",
    needs: ["embedding"],
    wantsError: true,
    run: async ({ other }) => {
      const result = await embed({ maxRetries: 0, model: other({ model: "nope" }).embedding, value: "Hello" });
      return { embeddings: [result.embedding] };
    },
    judge: ({ error }) =>
      error === undefined ? "there is no error" : /nope/.test(error.message) ? undefined : error.message,
  },
  {
    name: "embedding: a text that is too long",
    feature: "errors",
    needs: ["embedding"],
    wantsError: true,
    run: async ({ embedding }) => {
      const result = await embed({ maxRetries: 0, model: embedding(), value: "a ".repeat(600) });
      return { embeddings: [result.embedding] };
    },
    judge: ({ error }) => {
      if (error === undefined) return "there is no error";
      if (error.isRetryable) return "the error is marked as retryable";
    },
  },
  {
    name: "reranking: by relevance",
    feature: "reranking",
    needs: ["reranking"],
    peer: false,
    run: async ({ reranking }) => {
      const { ranking } = await rerank({ maxRetries: 0, model: reranking(), query: "Weather in Oslo?", documents });
      return { ranking: ranking.map(({ originalIndex: index, score }) => ({ index, score })) };
    },
    judge: ranks(4),
  },
  {
    name: "reranking: the best two",
    feature: "reranking",
    needs: ["reranking"],
    peer: false,
    run: async ({ reranking }) => {
      const { ranking } = await rerank({ maxRetries: 0, model: reranking(), query: "Weather?", documents, topN: 2 });
      return { ranking: ranking.map(({ originalIndex: index, score }) => ({ index, score })) };
    },
    judge: ranks(2),
  },
  {
    name: "scoring: by the route /score",
    feature: "scoring",
    needs: ["scoring"],
    peer: false,
    run: async ({ runpod, models }) => {
      const model = runpod!.rerankingModel((models.reranking ?? models.embedding)!, { transport: "score" });
      const { ranking } = await rerank({ maxRetries: 0, model, query: "Weather?", documents });
      return { ranking: ranking.map(({ originalIndex: index, score }) => ({ index, score })) };
    },
    judge: ranks(4),
  },
];
