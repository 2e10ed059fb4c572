/**
 * A batch as the one string that stands for it: what was submitted, and how to read it. No key is in it.
 *
 * @module
 */
import type { Experimental_BatchV4Error as BatchV4Error } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import { toBase64, toBytes } from "../files/base64.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** What the requests of one kind have in common. */
export type BatchGroup = {
  type: "text" | "image";
  modelId: string;
  /** The name of the model's endpoint, which has to be the same when the results are read. */
  endpoint: string;
  /** What reading a result needs to know of the request. */
  reading?: Record<string, unknown>;
};

/** One request: its job, or why there is none. */
export interface BatchItem {
  id: string;
  group: BatchGroup;
  jobId?: string;
  error?: BatchV4Error;
}

/** A batch that was started. Times are in milliseconds since 1970. */
export interface Batch {
  /** When its start began. */
  createdAt: number;
  /** When its last job was submitted. */
  submittedAt: number;
  items: BatchItem[];
}

/** Writes a batch, each group once. */
export function writeBatchId({ items, ...times }: Batch): string {
  const groups = new Map<string, { index: number; group: BatchGroup }>();
  const written = items.map(({ group, ...item }) => {
    const key = JSON.stringify(group);
    const known = groups.get(key) ?? { index: groups.size, group };
    groups.set(key, known);
    return { ...item, in: known.index };
  });
  const json = JSON.stringify({
    version: 1,
    ...times,
    groups: [...groups.values()].map(({ group }) => group),
    items: written,
  });
  return toBase64(new TextEncoder().encode(json))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Reads a batch.
 *
 * @throws {InvalidArgumentError} for any other string.
 */
export function readBatchId(batchId: string): Batch {
  try {
    const { version, createdAt, submittedAt = createdAt, groups, items } = JSON.parse(
      new TextDecoder().decode(toBytes(batchId)),
    );
    const hasTimes = [createdAt, submittedAt].every((time) => typeof time === "number" && Math.abs(time) < MAX_TIME);
    if (version !== 1 || !hasTimes || !groups.every(isGroup)) throw new Error("not a batch");
    return { createdAt, submittedAt, items: items.map((item: unknown) => readItem(item, groups)) };
  } catch (cause) {
    throw badBatch("it is not one that startBatch gave", cause);
  }
}

/** No date is as late, in milliseconds since 1970, even with the longest time of a job added. */
const MAX_TIME = 8e15;

/** Makes the error for an id that cannot be used. */
export function badBatch(reason: string, cause?: unknown): Error {
  return invalidArgument("use the batch's id", "batch.id", reason, cause);
}

function isGroup(group: unknown): group is BatchGroup {
  if (!isRecord(group) || !["text", "image"].includes(String(group.type))) return false;
  const { modelId, endpoint, reading = {} } = group;
  return typeof modelId === "string" && typeof endpoint === "string" && isRecord(reading);
}

function readItem(item: unknown, groups: BatchGroup[]): BatchItem {
  const { in: index, id, jobId, error } = isRecord(item) ? item : {};
  const group = groups[Number(index)];
  const isItem = group && typeof id === "string" && ["string", "undefined"].includes(typeof jobId) &&
    (error === undefined || (isRecord(error) && typeof error.message === "string"));
  if (!isItem) throw new Error("not a request of the batch");
  return { id, group, jobId, error } as BatchItem;
}
