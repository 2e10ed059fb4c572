/**
 * Writes JSON schemas so that the grammars of servers take them.
 *
 * @module
 */
import type { SharedV4Warning } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";

type Schema = Record<string, unknown>;

/** Keywords that hold schemas by name. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
/** Keywords that hold a schema or a list of schemas. */
const SCHEMAS = new Set([
  ...["items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"],
  ...["additionalProperties", "unevaluatedProperties", "propertyNames"],
  ...["anyOf", "oneOf", "allOf", "not", "if", "then", "else"],
]);
const LOOKAROUND = /\(\?<?[=!]/;

/**
 * Writes a schema so that the grammars of vLLM, SGLang and llama.cpp take it. It stays the same schema, except for patterns
 * that look ahead or behind: those are left out, and the SDK checks them in the answer.
 *
 * @param owner What the schema is of, for warnings.
 */
export function grammarSchema(schema: unknown, owner: string, warnings: SharedV4Warning[]): Schema {
  let hasTuple = false;
  const leftOut: string[] = [];
  const writeAny = (value: unknown) => isRecord(value) ? write(value) : value;
  const writeValue = (key: string, value: unknown) => {
    if (MAPS.has(key) && isRecord(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, writeAny(schema)]));
    }
    if (!SCHEMAS.has(key)) return value;
    return Array.isArray(value) ? value.map(writeAny) : writeAny(value);
  };
  const write = (part: Schema): Schema => {
    const isTuple = Array.isArray(part.items);
    hasTuple ||= isTuple;
    const entries = Object.entries(part).filter(([key, value]) => {
      const isLeftOut = key === "pattern" && typeof value === "string" && LOOKAROUND.test(value);
      if (isLeftOut) leftOut.push(`/${value}/`);
      return !isLeftOut;
    });
    return Object.fromEntries(entries.map(([key, value]) => [isTuple ? newerName(key) : key, writeValue(key, value)]));
  };

  const written = isRecord(schema) ? write(schema) : {};
  for (const pattern of new Set(leftOut)) {
    warnings.push({
      type: "compatibility",
      feature: `the pattern ${pattern} in the schema of ${owner}`,
      details: "grammars cannot look ahead or behind, so it is not sent; the answer is checked against it",
    });
  }
  // Servers that heed the draft know no `prefixItems` in the older ones.
  if (hasTuple) delete written.$schema;
  return written;
}

/** The name of a keyword of tuples since draft 2020-12. */
function newerName(key: string): string {
  return key === "items" ? "prefixItems" : key === "additionalItems" ? "items" : key;
}

/** Writes the schema of a tool's input, an object whose properties many servers and templates read unasked. */
export function toolSchema(schema: unknown, tool: string, warnings: SharedV4Warning[]): Schema {
  const written = grammarSchema(schema, `tool "${tool}"`, warnings);
  const isComposed = ["$ref", "anyOf", "oneOf", "allOf"].some((key) => key in written);
  return isComposed ? written : { type: "object", properties: {}, ...written };
}
