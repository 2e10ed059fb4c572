/**
 * Finds the jobs of a batch again, from the batch's id.
 *
 * @module
 */
import type { Queue } from "../job/queue.ts";
import { badBatch, type Batch, type BatchItem, readBatchId } from "./batch_id.ts";
import { type BatchCall, type ConfigOf, queueOfRequest } from "./request.ts";

/** A batch whose requests have found their queues again. */
export interface OpenBatch extends Batch {
  items: Array<BatchItem & { queue: Queue }>;
}

/**
 * Reads a batch's id. The id holds no URL: the queues follow from the models, and only at the provider's own address. So an
 * id that comes from somebody else cannot send the key to another host.
 *
 * @throws {InvalidArgumentError} for any other string, and for the id of another provider's batch.
 */
export function openBatch(configOf: ConfigOf, batchId: string, { headers }: BatchCall): OpenBatch {
  const { items, ...times } = readBatchId(batchId);
  return {
    ...times,
    items: items.map((item) => {
      const config = configOf(item.group.modelId);
      if (!isOwnOrigin(configOf, config.endpoint.root) || config.endpoint.name !== item.group.endpoint) {
        throw badBatch(`the provider has model "${item.group.modelId}" at another endpoint than the batch`);
      }
      return { ...item, queue: queueOfRequest(config, item.group, headers) };
    }),
  };
}

/** Whether an endpoint is at the provider's own address: Runpod's, or that of `baseURL`. */
export function isOwnOrigin(configOf: ConfigOf, root: string | undefined): boolean {
  const home = configOf("any").endpoint.root;
  return root === undefined || home === undefined ? root === home : new URL(root).origin === new URL(home).origin;
}
