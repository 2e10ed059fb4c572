import { pythonJson, repr } from "../python.ts";
import { isOutputNode, isOwnNode, type NodeInput, nodeTypes, outputType } from "./node_types.ts";
import { hasLoop, linkOf, slotOf, upstream, type Workflow, type WorkflowNode } from "./workflow.ts";

/** What a workflow may use. */
export interface Installed {
  /** The names of images that can be loaded. */
  images: string[];
  /** The names of checkpoints; undefined if every name is one. */
  checkpoints?: string[];
  /** The classes of nodes besides ComfyUI's own. */
  nodes: string[];
}

interface NodeError {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

/** The outputs that can be run, or why ComfyUI refuses the workflow, in the worker's words. */
export function checkWorkflow(workflow: Workflow, installed: Installed): { outputs: string[] } | { error: string } {
  for (const [id, { class_type }] of workflow) {
    if (isOwnNode(class_type) || installed.nodes.includes(class_type)) continue;
    return refused("invalid_prompt", `Cannot execute because node ${class_type} does not exist.`, `Node ID '#${id}'`);
  }
  const outputs = [...workflow.keys()].filter((id) => isOutputNode(workflow.get(id)!.class_type));
  if (outputs.length === 0) return refused("prompt_no_outputs", "Prompt has no outputs", "");

  const errors = new Map<string, NodeError[]>();
  const dependents = new Map<string, string[]>();
  const valid = outputs.filter((output) => {
    let isValid = !hasLoop(workflow, output);
    for (const [id, found] of errorsOf(workflow, output, installed)) {
      isValid = false;
      errors.set(id, found);
      dependents.set(id, [...dependents.get(id) ?? [], output]);
    }
    return isValid;
  });
  // ComfyUI runs the outputs that are valid, and says nothing about the others.
  if (valid.length > 0) return { outputs: valid };
  if (errors.size === 0) {
    return refused(
      "prompt_outputs_failed_validation",
      "Prompt outputs failed validation",
      "",
      "Workflow validation failed",
    );
  }
  const lines = [...errors].flatMap(([id, found]) => [
    `• Node ${id} (errors): ${repr(found)}`,
    `• Node ${id} (dependent_outputs): ${repr(dependents.get(id))}`,
    `• Node ${id} (class_type): ${workflow.get(id)!.class_type}`,
  ]);
  return { error: `Workflow validation failed:\n${lines.join("\n")}${checkpointHint(lines, installed)}` };
}

/** The error of a workflow without a class for each node. */
export function withoutClass(id: string): { error: string } {
  const message = "Cannot execute because a node is missing the class_type property.";
  return refused("invalid_prompt", message, `Node ID '#${id}'`);
}

function refused(type: string, message: string, details: string, told = message): { error: string } {
  const response = { error: { type, message, details, extra_info: {} }, node_errors: {} };
  return { error: `${told}. Raw response: ${pythonJson(response)}` };
}

function checkpointHint(lines: string[], { checkpoints = [] }: Installed): string {
  if (!lines.some((line) => line.includes("not in list") && line.includes("ckpt_name"))) return "";
  return checkpoints.length > 0
    ? `\n\nAvailable checkpoint models: ${checkpoints.join(", ")}`
    : "\n\nNo checkpoint models appear to be available. Please check your model installation.";
}

/** The errors of an output and of the nodes that it depends on. */
function errorsOf(workflow: Workflow, output: string, installed: Installed): Array<[id: string, errors: NodeError[]]> {
  const ids = upstream(workflow, output);
  for (const value of ids.flatMap((id) => Object.values(workflow.get(id)!.inputs))) {
    const link = linkOf(value);
    if (link === undefined) continue;
    // These are exceptions, which ComfyUI tells of the output.
    const source = workflow.get(link);
    if (source === undefined) return [[output, [exception("KeyError", repr(link))]]];
    if (outputType(source.class_type, slotOf(value)) === undefined) {
      return [[output, [exception("IndexError", "tuple index out of range")]]];
    }
  }
  return ids.map((id): [string, NodeError[]] => [id, nodeErrors(workflow, workflow.get(id)!, installed)])
    .filter(([, errors]) => errors.length > 0);
}

function exception(type: string, details: string): NodeError {
  return {
    type: "exception_during_validation",
    message: "Exception when validating node",
    details,
    extra_info: {
      exception_type: type,
      traceback: [
        '  File "/comfyui/execution.py", line 965, in validate_prompt\n    m = await validate_inputs(prompt_id, prompt, o, validated)\n',
      ],
    },
  };
}

function nodeErrors(
  workflow: Workflow,
  { class_type, inputs }: WorkflowNode,
  installed: Installed,
): NodeError[] {
  const rules = Object.hasOwn(nodeTypes, class_type) ? nodeTypes[class_type] : {};
  const errors = Object.entries(rules).flatMap(([name, rule]) =>
    inputError(name, inputs[name], rule, installed) ?? linkError(workflow, name, inputs[name], rule) ?? []
  );
  if (class_type === "LoadImage" && errors.length === 0 && !installed.images.includes(String(inputs.image))) {
    return [{
      type: "custom_validation_failed",
      message: "Custom validation failed for node",
      details: `image - Invalid image file: ${inputs.image}`,
      extra_info: { input_name: "image" },
    }];
  }
  return errors;
}

function inputError(name: string, value: unknown, rule: NodeInput, { checkpoints }: Installed): NodeError | undefined {
  if (value === undefined) {
    const message = "Required input is missing";
    return { type: "required_input_missing", message, details: name, extra_info: { input_name: name } };
  }
  const error = (type: string, message: string, details = name): NodeError => ({
    ...problem(name, value, rule),
    type,
    message,
    details,
  });
  if (Array.isArray(value)) {
    return linkOf(value) === undefined
      ? error("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]")
      : undefined;
  }
  const options = name === "ckpt_name" ? checkpoints : rule.oneOf;
  if (options !== undefined && !options.includes(value as string)) {
    const list = options.length > 20 ? `(list of length ${options.length})` : repr(options);
    return error("value_not_in_list", "Value not in list", `${name}: ${repr(value)} not in ${list}`);
  }
  if (rule.type !== "INT" && rule.type !== "FLOAT") return undefined;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (
    typeof number !== "number" || Number.isNaN(number) ||
    (rule.type === "INT" && typeof value === "string" && !Number.isInteger(number))
  ) {
    const function_ = rule.type === "INT"
      ? `invalid literal for int() with base 10: ${repr(value)}`
      : `could not convert string to float: ${repr(value)}`;
    const found = error("invalid_input_type", `Failed to convert an input value to a ${rule.type} value`);
    found.details = `${name}, ${value}, ${function_}`;
    found.extra_info.exception_message = function_;
    return found;
  }
  if (number < (rule.min ?? -Infinity)) {
    return error("value_smaller_than_min", `Value ${number} smaller than min of ${rule.min}`);
  }
  if (number > (rule.max ?? Infinity)) {
    return error("value_bigger_than_max", `Value ${number} bigger than max of ${rule.max}`);
  }
}

/** Whether a link brings what the input takes. */
function linkError(workflow: Workflow, name: string, value: unknown, { type }: NodeInput): NodeError | undefined {
  const link = linkOf(value);
  const given = link === undefined ? "*" : outputType(workflow.get(link)!.class_type, slotOf(value));
  if (given === "*" || given === undefined || given === type || type === "COMBO") return undefined;
  return {
    type: "return_type_mismatch",
    message: "Return type mismatch between linked nodes",
    details: `${name}, received_type(${given}) mismatch input_type(${type})`,
    extra_info: { input_name: name, input_config: [type, {}], received_type: given, linked_node: value },
  };
}

function problem(name: string, value: unknown, { type, oneOf, ...limits }: NodeInput): NodeError {
  const input_config = [oneOf ?? type, limits];
  return {
    type: "",
    message: "",
    details: name,
    extra_info: { input_name: name, input_config, received_value: value },
  };
}
