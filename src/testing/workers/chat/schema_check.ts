import { isRecord, parseJson } from "../../common/json.ts";
import { badRequest, refusal, type ServerReply } from "../server_reply.ts";

const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"];

/** Why vLLM cannot make a grammar of a JSON schema, which may be a text; undefined if it can, or if there is none. */
export function schemaProblem(given: unknown): ServerReply | undefined {
  const schema = typeof given === "string" ? parseJson(given) : given;
  if (given === undefined || given === null) return undefined;
  if (!isRecord(schema)) return badRequest("Invalid JSON grammar specification.");
  const bad = subschemas(schema).find(({ type }) =>
    type !== undefined && ![type].flat().every((name) => TYPES.includes(name as string))
  );
  if (bad !== undefined) {
    return badRequest(`Grammar error: Invalid type: ${bad.type}`);
  }
  // A list of items, which older drafts of JSON schema have for tuples, ends in an exception.
  const isTuple = ({ items }: Record<string, unknown>) => Array.isArray(items);
  return subschemas(schema).some(isTuple) ? refusal(500, "InternalServerError", "Internal server error") : undefined;
}

/** A schema and all schemas inside of it. */
function subschemas(schema: Record<string, unknown>): Array<Record<string, unknown>> {
  const maps = [schema.properties, schema.$defs, schema.definitions].filter(isRecord).flatMap(Object.values);
  const lists = [schema.items, schema.prefixItems, schema.anyOf, schema.oneOf, schema.allOf].flat();
  return [schema, ...[...maps, ...lists, schema.additionalProperties].filter(isRecord).flatMap(subschemas)];
}
