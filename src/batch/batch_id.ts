/**
 * A batch as the one string that stands for it: what was submitted, and how to read it. No key is in it.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { convertBase64ToUint8Array, convertUint8ArrayToBase64 } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { once } from "../once.ts";

/** What the requests of one kind have in common. */
export type BatchGroup = z.infer<ReturnType<typeof groups>>;

/** One request: its job, or why there is none. */
export type BatchItem = z.infer<ReturnType<typeof items>> & { group: BatchGroup };

/** A batch. */
export interface Batch {
  /** When it was started, in milliseconds since 1970. */
  createdAt: number;
  items: BatchItem[];
}

/** Writes a batch, each group once. */
export function writeBatchId({ createdAt, items }: Batch): string {
  const groups = new Map<string, { index: number; group: BatchGroup }>();
  const written = items.map(({ group, ...item }) => {
    const key = JSON.stringify(group);
    const known = groups.get(key) ?? { index: groups.size, group };
    groups.set(key, known);
    return { ...item, in: known.index };
  });
  const json = JSON.stringify({
    version: 1,
    createdAt,
    groups: [...groups.values()].map(({ group }) => group),
    items: written,
  });
  return convertUint8ArrayToBase64(new TextEncoder().encode(json))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Reads a batch.
 *
 * @throws {InvalidArgumentError} for any other string.
 */
export function readBatchId(batchId: string): Batch {
  try {
    const json = JSON.parse(new TextDecoder().decode(convertBase64ToUint8Array(batchId)));
    const { createdAt, groups, items } = z.parse(batches(), json);
    return {
      createdAt,
      items: items.map(({ in: index, ...item }) => {
        if (index >= groups.length) throw new Error("a request belongs to no group");
        return { ...item, group: groups[index] };
      }),
    };
  } catch (cause) {
    throw badBatch("it is not one that startBatch gave", cause);
  }
}

/** The error for an id that cannot be used. */
export function badBatch(reason: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError({ argument: "batch.id", message: `Cannot use the batch's id: ${reason}`, cause });
}

const groups = once(() =>
  z.object({
    type: z.enum(["text", "image"]),
    modelId: z.string(),
    /** The name of the model's endpoint, which has to be the same when the results are read. */
    endpoint: z.string(),
    /** What reading a result needs to know of the request. */
    reading: z.optional(z.record(z.string(), z.unknown())),
  })
);

const items = once(() =>
  z.object({
    id: z.string(),
    jobId: z.optional(z.string()),
    error: z.optional(z.object({
      message: z.string(),
      type: z.optional(z.string()),
      statusCode: z.optional(z.number()),
    })),
  })
);

const batches = once(() =>
  z.object({
    version: z.literal(1),
    createdAt: z.number(),
    groups: z.array(groups()),
    items: z.array(z.extend(items(), { in: z.int().check(z.minimum(0)) })),
  })
);
