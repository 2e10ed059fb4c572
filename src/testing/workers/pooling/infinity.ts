import { isRecord } from "../../common/json.ts";
import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { isTruthy, pythonError, repr } from "../python.ts";
import { embeddingsOf, scoresOf, tokenCount } from "./vectors.ts";

type Input = Record<string, unknown>;

/** The served models of an endpoint that names none. */
const DEFAULT_MODELS = ["emulated/embedding-model", "emulated/reranker-model"];

/** Longer texts are cut to this number of tokens, as by the usual small models. */
const MAX_TOKENS = 256;

/** Runpod's worker for Infinity, which embeds and reranks. Its jobs complete even if their output is an error. */
export function infinityWorker({ config, behavior }: ResolvedEndpoint, now: () => number): EmulatedHandler {
  const served = config.models === undefined || config.models === "any" ? DEFAULT_MODELS : config.models;
  const isReranker = (model: string) => config.rerankers?.includes(model) ?? /rerank|cross-encoder/i.test(model);

  /** The model that a request names, which must have the ability that the request needs. */
  function modelFor(ability: "embed" | "rerank", { model = null }: Input): string {
    if (typeof model !== "string" || (config.models !== "any" && !served.includes(model))) {
      throw new Error(
        `Engine for model name \`${model ?? "None"}\` not found. Available model names are ${repr(served)}`,
      );
    }
    const own = isReranker(model) ? "rerank" : "embed";
    // The spelling is that of Infinity.
    if (own !== ability) {
      throw new Error(`the loaded moded cannot fullyfill \`${ability}\`. Options are {'${own}'}.`);
    }
    return model;
  }

  function embed(input: Input): Input {
    const model = modelFor("embed", input);
    const texts = Array.isArray(input.input) ? input.input : [input.input ?? null];
    const { data } = embeddingsOf(textsOf(texts), config);
    return { object: "list", model, data, usage: usageOf(texts) };
  }

  function rerank(input: Input): Input {
    const model = modelFor("rerank", input);
    const { query, docs, return_docs } = input;
    if (!Array.isArray(docs)) throw new Error(`'${docs == null ? "NoneType" : typeof docs}' object is not iterable`);
    const results = scoresOf(String(query), textsOf(docs)).map((relevance_score, index) => ({
      relevance_score,
      index,
      ...(return_docs ? { document: docs[index] } : {}),
    }));
    return { model, results, usage: usageOf([String(query), ...docs]) };
  }

  return (input, job) => {
    const { openai_route: route, openai_input: body } = input;
    // The worker reads the body outside of its own error handling.
    if (route === "/v1/embeddings" && !isRecord(body)) {
      throw pythonError("AttributeError", "'NoneType' object has no attribute 'get'");
    }
    try {
      if (route === "/v1/models") return modelList(served, now());
      if (route === "/v1/embeddings") {
        if (!isTruthy(body)) return errorOutput("Missing input");
        if (!(body as Input).model) return errorOutput("Did not specify model in openai_input");
        return [embed(body as Input)];
      }
      if (route) return errorOutput(`Invalid OpenAI Route: ${route}`);
      if (input.query) {
        const output = rerank(input);
        // The worker cannot send the result, so the job never ends.
        return behavior.infinityRerank === "hangs" ? new Promise(() => {}) : output;
      }
      return isTruthy(input.input) ? embed(input) : errorOutput(`Invalid input: ${repr({ id: job.id, input })}`);
    } catch (error) {
      return errorOutput((error as Error).message);
    }
  };
}

/** Checks texts as the tokenizer does. */
function textsOf(values: unknown[]): string[] {
  if (values.length === 0) throw new Error("list index out of range");
  if (values.every((value) => typeof value === "string")) return values;
  if (Array.isArray(values.find((value) => typeof value !== "string"))) {
    throw new Error("TextInputSequence must be str");
  }
  throw new Error("TextEncodeInput must be Union[TextInputSequence, Tuple[InputSequence, InputSequence]]");
}

function usageOf(texts: string[]): Input {
  const tokens = texts.reduce((total, text) => total + Math.min(tokenCount([text]), MAX_TOKENS), 0);
  return { prompt_tokens: tokens, total_tokens: tokens };
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
