/**
 * Reads the errors of ComfyUI's nodes as Runpod's worker for it writes them: lines with Python lists of dicts.
 *
 * @module
 */

const NODE = /^• Node (\S{1,50}) \((\w+)\): (.*)$/gm;
const PROBLEM = /'message': (["'])(.{0,300}?)\1, 'details': (["'])(.{0,300}?)\3,/g;

/** Writes each node with its class and what is wrong with it; `undefined` for a text without such lines. */
export function readNodeErrors(text: string): string | undefined {
  const nodes = new Map<string, Record<string, string>>();
  for (const [, id, field, value] of text.matchAll(NODE)) nodes.set(id, { ...nodes.get(id), [field]: value });
  if (nodes.size === 0) return undefined;
  const problems = [...nodes].map(([id, { errors = "", class_type }]) => {
    const said = [...errors.matchAll(PROBLEM)].map(([, , message, , details]) =>
      details ? `${message} (${details})` : message
    );
    return `node ${id}${class_type ? ` (${class_type})` : ""}: ${said.join(", ") || errors}`;
  });
  return text.replace(NODE, "").replace(/\s+/g, " ").replace(/:? ?$|: /, `: ${problems.join("; ")}. `).trim();
}
