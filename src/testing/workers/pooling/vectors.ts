import { encodeBase64 } from "../../common/base64.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { keywords } from "../chat/prompt.ts";
import { tokensIn } from "../chat/tokens.ts";
import { embed } from "./embed.ts";

/** The length of vectors, unless the endpoint or the request sets it. */
const DEFAULT_DIMENSIONS = 384;

/** The vectors of texts, as the items of an answer. */
export function embeddingsOf(
  texts: string[],
  { dimensions, embeddingOrder }: EmulatedEndpoint,
  request: { dimensions?: unknown; encoding_format?: unknown } = {},
): { data: Array<Record<string, unknown>>; tokens: number } {
  const length = typeof request.dimensions === "number" && request.dimensions > 0
    ? Math.floor(request.dimensions)
    : dimensions ?? DEFAULT_DIMENSIONS;
  const data = texts.map((text, index) => {
    const vector = embed(text, length);
    // The wire format is little-endian, as is every runtime that this runs on.
    const isBase64 = request.encoding_format === "base64";
    const embedding = isBase64 ? encodeBase64(new Uint8Array(vector.buffer)) : [...vector];
    return { object: "embedding", index, embedding };
  });
  return { data: embeddingOrder === "reversed" ? data.reverse() : data, tokens: tokenCount(texts) };
}

/** How well each document answers a query, from 0 to 1: mostly how many of its keywords it has, then how close it is. */
export function scoresOf(query: string, documents: string[]): number[] {
  const wanted = keywords(query);
  const target = embed(query, DEFAULT_DIMENSIONS);
  return documents.map((document) => {
    const vector = embed(document, DEFAULT_DIMENSIONS);
    const closeness = vector.reduce((sum, value, index) => sum + value * target[index], 0);
    const found = new Set(keywords(document));
    const coverage = wanted.filter((word) => found.has(word)).length / Math.max(wanted.length, 1);
    return Math.round((0.6 * coverage + 0.4 * Math.min(Math.max(closeness, 0), 1)) * 1e6) / 1e6;
  });
}

/** How many tokens texts have together. */
export function tokenCount(texts: string[]): number {
  return texts.reduce((total, text) => total + tokensIn(text).length, 0);
}

/** Whether a list is not empty and holds only texts. */
export function isTexts(values: unknown[]): values is string[] {
  return values.length > 0 && values.every((value) => typeof value === "string");
}
