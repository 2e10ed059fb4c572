import { isRecord } from "../../common/json.ts";
import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { repr } from "../python.ts";
import { embeddingsOf, isTexts, scoresOf, tokenCount } from "./vectors.ts";

type Input = Record<string, unknown>;

/** The served models of an endpoint that names none. */
const DEFAULT_MODELS = ["emulated/embedding-model"];

/** Runpod's worker for Infinity, which embeds and reranks. Its jobs complete even if their output is an error. */
export function infinityWorker({ config, behavior }: ResolvedEndpoint, now: () => number): EmulatedHandler {
  const served = config.models === undefined || config.models === "any" ? DEFAULT_MODELS : config.models;

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
    const tokens = tokenCount([String(query), ...docs]);
    return { model, results, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  }

  return (input, job) => {
    const { openai_route: route, openai_input: body } = input;
    // The worker reads the body outside of its own error handling.
    if (route === "/v1/embeddings" && !isRecord(body)) {
      throw Object.assign(new Error("'NoneType' object has no attribute 'get'"), { name: "AttributeError" });
    }
    try {
      if (route === "/v1/models") return modelList(served, now());
      if (route === "/v1/embeddings") return [embed(body as Input)];
      if (route) return errorOutput(`Invalid OpenAI Route: ${route}`);
      if (input.query) {
        const output = rerank(input);
        // The worker cannot send the result, so the job never ends.
        return behavior.infinityRerank === "hangs" ? new Promise(() => {}) : output;
      }
      return input.input ? embed(input) : errorOutput(`Invalid input: ${repr({ id: job.id, input })}`);
    } catch (error) {
      return errorOutput((error as Error).message);
    }
  };
}

function modelList(models: string[], now: number): Input {
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

function errorOutput(message: string): Input {
  return { object: "error", message, type: "BadRequestError", param: null, code: 400 };
}
