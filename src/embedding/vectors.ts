/**
 * Reads vectors from the answer of an OpenAI-compatible server.
 *
 * @module
 */
import type { EmbeddingModelV4Result } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { toBytes } from "../files/base64.ts";

/** Reads the vectors in the order of their values; `undefined` where one is missing. */
export function readEmbeddings(
  { data, usage }: Record<string, unknown>,
  count: number,
): Pick<EmbeddingModelV4Result, "embeddings" | "usage"> | undefined {
  if (!Array.isArray(data) || data.length !== count) return undefined;
  const embeddings = new Array<number[]>(count);
  for (const [position, item] of data.entries()) {
    const vector = isRecord(item) ? readVector(item.embedding) : undefined;
    if (!vector) return undefined;
    embeddings[typeof item.index === "number" ? item.index : position] = vector;
  }
  // The same index twice leaves a hole elsewhere.
  if (embeddings.length !== count || embeddings.includes(undefined as never)) return undefined;
  const tokens = isRecord(usage) ? usage.prompt_tokens ?? usage.total_tokens : undefined;
  return { embeddings, ...(typeof tokens === "number" ? { usage: { tokens } } : {}) };
}

/** Reads a list of numbers, or base64 of 32-bit floats with the low byte first. */
function readVector(value: unknown): number[] | undefined {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((number) => typeof number === "number") ? value : undefined;
  }
  if (typeof value !== "string") return undefined;
  try {
    const bytes = toBytes(value);
    if (bytes.byteLength === 0 || bytes.byteLength % 4 !== 0) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
  } catch {
    return undefined;
  }
}
