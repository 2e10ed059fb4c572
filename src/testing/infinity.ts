import type { Endpoint } from "./endpoint.ts";
import { type EmulatedHandler, repr } from "./handler.ts";
import { embeddingsOf, isTexts, scoresOf, tokensOf } from "./pooling.ts";

type Input = Record<string, unknown>;

/** What the worker serves if nobody has named its model. */
const usualModels = ["emulated/embedding-model"];

/** Runpod's worker for Infinity: embeddings and reranking. Its errors are outputs of jobs that count as completed. */
export function infinityWorker({ config, behavior }: Endpoint, now: () => number): EmulatedHandler {
  const served = config.models === undefined || config.models === "any" ? usualModels : config.models;

  function modelOf({ model }: Input): string {
    if (typeof model === "string" && (config.models === "any" || served.includes(model))) return model;
    throw new Error(`Engine for model name ${model ?? "None"} not found. Available model names are ${repr(served)}`);
  }

  function embed(input: Input): Input {
    const model = modelOf(input);
    const texts = Array.isArray(input.input) ? input.input : [input.input];
    if (!isTexts(texts)) throw new Error("'NoneType' object is not iterable");
    const { data, tokens } = embeddingsOf(texts, config);
    return { object: "list", model, data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  }

  function rerank(input: Input): Input {
    const model = modelOf(input);
    const { query, docs, return_docs } = input;
    if (!Array.isArray(docs) || !isTexts(docs)) throw new Error("object of type 'NoneType' has no len()");
    const results = scoresOf(String(query), docs).map((relevance_score, index) => ({
      relevance_score,
      index,
      ...(return_docs ? { document: docs[index] } : {}),
    }));
    const tokens = tokensOf([String(query), ...docs]);
    return { model, results, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  }

  return (input, job) => {
    const { openai_route: route, openai_input: body } = input;
    // The worker looks into the body before its own guard begins.
    if (route === "/v1/embeddings" && !isRecord(body)) {
      throw Object.assign(new Error("'NoneType' object has no attribute 'get'"), { name: "AttributeError" });
    }
    try {
      if (route === "/v1/models") return listed(served, now());
      if (route === "/v1/embeddings") return [embed(body as Input)];
      if (route) return refused(`Invalid OpenAI Route: ${route}`);
      if (input.query) {
        const output = rerank(input);
        // The job's result cannot be sent, so nobody ever hears of it again.
        return behavior.infinityRerank === "hangs" ? new Promise(() => {}) : output;
      }
      return input.input ? embed(input) : refused(`Invalid input: ${repr({ id: job.id, input })}`);
    } catch (error) {
      return refused((error as Error).message);
    }
  };
}

function listed(models: string[], now: number): Input {
  return {
    object: "list",
    data: models.map((id) => ({
      id,
      stats: {},
      object: "model",
      owned_by: "infinity",
      created: Math.floor(now / 1000),
      backend: "",
    })),
  };
}

function refused(message: string): Input {
  return { object: "error", message, type: "BadRequestError", param: null, code: 400 };
}

function isRecord(value: unknown): value is Input {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
