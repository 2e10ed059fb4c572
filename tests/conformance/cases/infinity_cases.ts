/** Cases of Infinity behind Runpod's worker. */
import { embedMany, rerank } from "ai";
import type { Case, Reading, World } from "../case.ts";
import { failsWith, queueOf, runJob } from "../jobs.ts";

type Input = Record<string, unknown>;
type Body = Pick<Case, "run" | "judge">;

const infinity = (name: string, feature: string, body: Body): Case => ({
  name: `infinity worker: ${name}`,
  feature,
  needs: ["infinity"],
  peer: false,
  ...body,
});

const EMBEDDING = "embedding";
const RERANKING = "reranking";

const embedding = ({ runpod }: World, model?: string) =>
  runpod!.embeddingModel("infinity", { transport: "queue", ...(model ? { model } : {}) });

async function embedTexts(world: World, values: string[], model = EMBEDDING): Promise<Reading> {
  const { embeddings, usage } = await embedMany({ model: embedding(world, model), values, maxRetries: 0 });
  return { embeddings, tokens: usage.tokens };
}

const vectors = (count: number): Case["judge"] => ({ embeddings = [], tokens }) => {
  if (embeddings.length !== count) return `there are ${embeddings.length} vectors`;
  if (embeddings.some((vector) => vector.length !== 32)) return "a vector has another length";
  if (!tokens) return "there is no usage";
};

/** What the worker refuses: the job completes, and its output is an error. */
const refused = (name: string, input: Input, message: string): Case => ({
  ...infinity(name, "job errors", {
    run: (world) => runJob(world, "infinity", input),
    judge: ({ value, error }) => {
      if (error !== undefined) return error.message.includes(message) ? undefined : `the error is ${error.message}`;
      const { object, message: told } = value as { object?: string; message?: string };
      return object === "error" && told?.includes(message) ? undefined : `the output is ${JSON.stringify(value)}`;
    },
  }),
  wantsError: true,
});

const openai = (openai_input: unknown, openai_route = "/v1/embeddings") => ({ openai_route, openai_input });

export const INFINITY_CASES: Case[] = [
  infinity("one text", "embeddings", { run: (world) => embedTexts(world, ["hello"]), judge: vectors(1) }),
  infinity("three texts", "embeddings", {
    run: (world) => embedTexts(world, ["hello", "日本語 👩‍🚀", "x ".repeat(600)]),
    judge: vectors(3),
  }),
  infinity("the job of a text", "embeddings", {
    run: (world) => runJob(world, "infinity", { model: EMBEDDING, input: "hello" }),
    judge: ({ value }) => (value as { object: string }).object === "list" ? undefined : "it is no list",
  }),
  infinity("the job of texts", "embeddings", {
    run: (world) => runJob(world, "infinity", { model: EMBEDDING, input: ["hello", "there"] }),
    judge: ({ value }) => (value as { data: unknown[] }).data.length === 2 ? undefined : "there are not two vectors",
  }),
  infinity("the job of an OpenAI request", "embeddings", {
    run: (world) => runJob(world, "infinity", openai({ model: EMBEDDING, input: ["hello"] })),
    judge: ({ value }) => Array.isArray(value) ? undefined : "it is no list",
  }),
  infinity("a number of dimensions and base64", "embeddings", {
    run: (world) =>
      runJob(
        world,
        "infinity",
        openai({ model: EMBEDDING, input: ["hello"], dimensions: 8, encoding_format: "base64" }),
      ),
    judge: ({ value }) => Array.isArray(value) ? undefined : "it is no list",
  }),
  infinity("its models", "models", {
    run: (world) => runJob(world, "infinity", openai(undefined, "/v1/models")),
    judge: ({ value }) => (value as { data: unknown[] }).data.length === 2 ? undefined : "there are not two models",
  }),
  {
    ...infinity("an empty text", "embeddings", {
      run: (world) => runJob(world, "infinity", openai({ model: EMBEDDING, input: "" })),
      judge: ({ value }) => Array.isArray(value) ? undefined : "it is no list",
    }),
  },
  {
    ...infinity("an unknown model", "job errors", {
      run: (world) => embedTexts(world, ["hello"], "nobody"),
      judge: failsWith("nobody"),
    }),
    wantsError: true,
  },
  {
    ...infinity("a model that reranks", "job errors", {
      run: (world) => embedTexts(world, ["hello"], RERANKING),
      judge: failsWith("embed"),
    }),
    wantsError: true,
  },
  refused("no model", openai({ input: "hello" }), "Did not specify model in openai_input"),
  refused("an empty request", openai({}), "Missing input"),
  refused("no request", { openai_route: "/v1/embeddings" }, "'NoneType' object has no attribute 'get'"),
  refused("no texts", openai({ model: EMBEDDING }), ""),
  refused("an empty list of texts", openai({ model: EMBEDDING, input: [] }), ""),
  refused("a number for a text", openai({ model: EMBEDDING, input: [1] }), ""),
  refused("tokens for a text", openai({ model: EMBEDDING, input: [[1, 2]] }), ""),
  refused(
    "another route",
    openai({ model: EMBEDDING }, "/v1/chat/completions"),
    "Invalid OpenAI Route: /v1/chat/completions",
  ),
  refused("neither a query nor texts", { prompt: "hello" }, "Invalid input"),
  refused("no model for texts", { input: "hello" }, "Engine for model name `None` not found"),
  refused("a query for a model that embeds", { model: EMBEDDING, query: "q", docs: ["a"] }, "rerank"),
  refused("a query without documents", { model: RERANKING, query: "q" }, ""),
  refused("a query with no documents", { model: RERANKING, query: "q", docs: [] }, ""),
  refused("a query for an unknown model", { model: "nobody", query: "q", docs: ["a"] }, "nobody"),
  {
    ...infinity("reranking, which never ends", "reranking", {
      run: async (world) => {
        const queue = queueOf(world, "infinity");
        const { id } = await queue.run({ model: RERANKING, query: "cat", docs: ["a cat", "a dog"], return_docs: true });
        await new Promise((go) => setTimeout(go, 3000));
        const { status } = await queue.status(id);
        await queue.cancel(id);
        return { value: status };
      },
      judge: ({ value }) => value === "IN_PROGRESS" ? undefined : `the status is ${value}`,
    }),
    unrecorded: true,
  },
  {
    ...infinity("reranking through ai", "reranking", {
      run: async ({ runpod }) => {
        const { ranking } = await rerank({
          model: runpod!.rerankingModel("infinity", { model: RERANKING }),
          query: "cat",
          documents: ["a cat", "a dog"],
          maxRetries: 0,
          providerOptions: { runpod: { timeoutMillis: 5000 } },
        });
        return { ranking: ranking.map(({ originalIndex, score }) => ({ index: originalIndex, score })) };
      },
      judge: failsWith("infinity"),
    }),
    wantsError: true,
    unrecorded: true,
  },
];
