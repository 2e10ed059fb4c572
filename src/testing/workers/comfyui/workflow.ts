import { isRecord } from "../../common/json.ts";

/** A node of a workflow in the form of ComfyUI's API. */
export interface WorkflowNode {
  class_type: string;
  inputs: Record<string, unknown>;
}

/** The nodes of a workflow by id. */
export type Workflow = ReadonlyMap<string, WorkflowNode>;

/**
 * Reads the nodes of a workflow. What ComfyUI cannot even look at is `undefined`, and a node without a class is told by its
 * id.
 */
export function readWorkflow(given: unknown): Workflow | { withoutClass: string } | undefined {
  const entries = isRecord(given) ? Object.entries(given) : isEmptyList(given) ? [] : undefined;
  if (entries === undefined || entries.some(([, node]) => node === null || !/object|string/.test(typeof node))) return;
  const nameless = entries.find(([, node]) => !isRecord(node) || node.class_type === undefined);
  if (nameless !== undefined) return { withoutClass: nameless[0] };
  return new Map(entries.map(([id, node]) => {
    const { class_type, inputs } = node as Record<string, unknown>;
    return [id, { class_type: String(class_type), inputs: isRecord(inputs) ? inputs : {} }];
  }));
}

function isEmptyList(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

/** The id of the node that an input is linked to; undefined if it is a value. */
export function linkOf(value: unknown): string | undefined {
  return Array.isArray(value) && value.length === 2 && typeof value[1] === "number" ? String(value[0]) : undefined;
}

/** Which output of its node a link is linked to. */
export function slotOf(link: unknown): number {
  return Number((link as unknown[])[1]);
}

/** Whether a node depends on itself, or on one that does. */
export function hasLoop(workflow: Workflow, id: string): boolean {
  return upstream(workflow, id).some((node) =>
    Object.values(workflow.get(node)?.inputs ?? {}).map(linkOf).some((link) =>
      link !== undefined && upstream(workflow, link).includes(node)
    )
  );
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
