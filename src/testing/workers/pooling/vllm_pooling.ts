import { uuid } from "../../common/hash.ts";
import { isRecord } from "../../common/json.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { contextRefusal } from "../chat/generation_request.ts";
import { validationErrors } from "../chat/validation.ts";
import { badRequest, type Caller, type ServerReply } from "../server_reply.ts";
import { embeddingsOf, isTexts, scoresOf, tokenCount } from "./vectors.ts";

type Body = Record<string, unknown>;

const ENCODINGS = ["float", "base64", "bytes", "bytes_only"];

/** vLLM's `/v1/embeddings`. */
export function createEmbeddings(config: EmulatedEndpoint, model: string, body: Body, caller: Caller): ServerReply {
  const texts = Array.isArray(body.input) ? body.input : [body.input];
  if (texts.length === 0) return badRequest("You must pass at least one prompt");
  if (!isTexts(texts)) return wrongText("input", body.input, body);
  if (body.encoding_format !== undefined && !ENCODINGS.includes(body.encoding_format as string)) {
    const expected = "'float', 'base64', 'bytes' or 'bytes_only'";
    const message = `Input should be ${expected}`;
    const value = body.encoding_format;
    return validationErrors([{
      type: "literal_error",
      field: "encoding_format",
      message,
      value,
      context: { expected },
    }]);
  }
  const tooLong = texts.map((text) => contextRefusal(config, tokenCount([text]))).find((reply) => reply);
  if (tooLong !== undefined) return tooLong;
  const { data, tokens } = embeddingsOf(texts, config, body);
  const head = { id: `embd-${idOf(caller)}`, object: "list", created: Math.floor(caller.now / 1000), model };
  return { status: 200, body: { ...head, data, usage: usageOf(tokens) } };
}

/** vLLM's `/v1/rerank`: the best documents first. */
export function rerank(model: string, body: Body, caller: Caller): ServerReply {
  const { query, documents, top_n } = body;
  if (typeof query !== "string") return wrongText("query", query, body);
  const texts = Array.isArray(documents) ? documents.map(textOf) : [];
  if (Array.isArray(documents) && texts.length === 0) return badRequest("At least one text_pair element must be given");
  if (!isTexts(texts)) return wrongText("documents", documents, body);
  const results = scoresOf(query, texts).map((relevance_score, index) => ({
    index,
    document: { text: texts[index], multi_modal: null },
    relevance_score,
  })).sort((a, b) => b.relevance_score - a.relevance_score);
  const kept = typeof top_n === "number" && top_n > 0 ? results.slice(0, top_n) : results;
  const tokens = tokenCount([query, ...texts]);
  return {
    status: 200,
    body: {
      id: `score-${idOf(caller)}`,
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
      results: kept,
    },
  };
}

/** vLLM's `/v1/score`: compares one text with many, or pairs of texts. */
export function score(model: string, body: Body, caller: Caller): ServerReply {
  const first = [body.text_1 ?? body.queries].flat();
  const second = [body.text_2 ?? body.documents].flat();
  if (!isTexts(first)) return wrongText("queries", body.text_1 ?? body.queries, body);
  if (!isTexts(second)) return wrongText("documents", body.text_2 ?? body.documents, body);
  if (first.length !== 1 && first.length !== second.length) {
    return badRequest("Input lengths must be either 1:1, 1:N or N:N");
  }
  const data = second.map((text, index) => ({
    index,
    object: "score",
    score: scoresOf(first[first.length === 1 ? 0 : index], [text])[0],
  }));
  const head = { id: `score-${idOf(caller)}`, object: "list", created: Math.floor(caller.now / 1000), model };
  return { status: 200, body: { ...head, data, usage: usageOf(tokenCount([...first, ...second])) } };
}

/** What vLLM says to a field that is missing, or that has no text where it needs one. */
function wrongText(field: string, value: unknown, body: Body): ServerReply {
  return validationErrors([
    value === undefined
      ? { type: "missing", field, message: "Field required", value: body }
      : { type: "string_type", field, message: "Input should be a valid string", value },
  ]);
}

/** The text of a document, which may be a list of parts as in a message. */
function textOf(document: unknown): unknown {
  const content = isRecord(document) ? document.content : undefined;
  return Array.isArray(content) ? content.map((part) => isRecord(part) ? part.text : undefined).join("") : document;
}

function usageOf(tokens: number): Body {
  return {
    prompt_tokens: tokens,
    total_tokens: tokens,
    completion_tokens: 0,
    prompt_tokens_details: null,
    completion_tokens_details: null,
  };
}

function idOf({ seed }: Caller): string {
  return uuid(seed).replaceAll("-", "");
}
