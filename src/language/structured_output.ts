/**
 * Writes how an object is asked for, in a way that the server supports.
 *
 * @module
 */
import type { JSONObject, LanguageModelV4CallOptions, LanguageModelV4Prompt, SharedV4Warning } from "@ai-sdk/provider";
import { injectJsonInstructionIntoMessages } from "@ai-sdk/provider-utils";
import { grammarSchema } from "./grammar_schema.ts";
import type { RunpodStructuredOutputMode } from "./options.ts";

/** What a response format adds to a request. */
export interface WrittenFormat {
  prompt: LanguageModelV4Prompt;
  response_format?: JSONObject;
  /** The function whose arguments are the object. */
  jsonTool?: { name: string; description?: string; parameters: JSONObject; strict: boolean };
}

/** Writes the response format of a call. A warning tells where the server does not enforce the schema. */
export function writeFormat(
  { prompt, responseFormat: format, tools = [] }: LanguageModelV4CallOptions,
  mode: RunpodStructuredOutputMode,
  strict: boolean,
  warnings: SharedV4Warning[],
): WrittenFormat {
  if (format?.type !== "json") return { prompt };
  const { schema, name, description } = format;
  if (schema !== undefined && mode === "json_schema") {
    const written = grammarSchema(schema, "the object", warnings) as JSONObject;
    const json_schema = { name: name ?? "response", description, schema: written, strict };
    return { prompt, response_format: { type: "json_schema", json_schema } };
  }
  if (schema !== undefined && mode === "tool") {
    warn(warnings, mode, "a tool that the model has to call");
    let tool = name ?? "json";
    while (tools.some((other) => other.name === tool)) tool += "_";
    const parameters = grammarSchema(schema, "the object", warnings) as JSONObject;
    return { prompt, jsonTool: { name: tool, description, parameters, strict } };
  }
  // Servers that cannot enforce a schema can still enforce JSON.
  const response_format: JSONObject | undefined = mode === "none" ? undefined : { type: "json_object" };
  if (schema === undefined && response_format) return { prompt, response_format };
  // llama.cpp keeps to a schema here, and others leave it unread.
  if (response_format) response_format.schema = grammarSchema(schema, "the object", warnings) as JSONObject;
  warn(warnings, mode, "the prompt, which the model may not keep to");
  return { prompt: injectJsonInstructionIntoMessages({ messages: prompt, schema }), response_format };
}

function warn(warnings: SharedV4Warning[], mode: RunpodStructuredOutputMode, where: string): void {
  const details = `structuredOutputMode is "${mode}", so the JSON schema went into ${where}`;
  warnings.push({ type: "compatibility", feature: "responseFormat", details });
}
