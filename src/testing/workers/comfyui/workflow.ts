import { isRecord } from "../../common/json.ts";

/** A node of a workflow in the form of ComfyUI's API. */
export interface WorkflowNode {
  class_type: string;
  inputs: Record<string, unknown>;
}

/** The nodes of a workflow by id. */
export type Workflow = ReadonlyMap<string, WorkflowNode>;

/** Reads the nodes of a workflow. One that lacks its class or its inputs is left out. */
export function readWorkflow(workflow: unknown): Workflow {
  const entries = isRecord(workflow) ? Object.entries(workflow) : [];
  return new Map(
    entries.filter((entry): entry is [string, Record<string, unknown> & WorkflowNode] =>
      isRecord(entry[1]) && typeof entry[1].class_type === "string" && isRecord(entry[1].inputs)
    ),
  );
}

/** The id of the node that an input is linked to; undefined if it is a value. */
export function linkOf(value: unknown): string | undefined {
  return Array.isArray(value) && value.length === 2 && typeof value[1] === "number" ? String(value[0]) : undefined;
}

/** The ids of a node and of all nodes that it depends on, nearest first. */
export function upstream(workflow: Workflow, id: string): string[] {
  const found = new Set([id]);
  // A set that grows while it is walked visits what is added.
  for (const next of found) {
    for (const value of Object.values(workflow.get(next)?.inputs ?? {})) {
      const link = linkOf(value);
      if (link !== undefined && workflow.has(link)) found.add(link);
    }
  }
  return [...found];
}
