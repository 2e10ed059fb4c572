/**
 * Writes the SDK's prompt as OpenAI chat messages, as vLLM and SGLang read them.
 *
 * @module
 */
import {
  type JSONObject,
  type LanguageModelV4FilePart,
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  type LanguageModelV4TextPart,
  type LanguageModelV4ToolResultPart,
  type SharedV4ProviderOptions,
  type SharedV4Warning,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import {
  getTopLevelMediaType,
  isRecord,
  resolveFullMediaType,
  stringifyWithBigIntAndCycles,
} from "@ai-sdk/provider-utils";
import { toBase64, toBytes } from "../files/base64.ts";
import { parseJson } from "../http/json.ts";
import type { RunpodReasoningEcho } from "./options.ts";
import { tagged, type Tags } from "./reasoning_tags.ts";

/** A chat message on the wire. */
export type ChatMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string | ContentPart[] }
  | {
    role: "assistant";
    content: string | null;
    reasoning?: string;
    reasoning_content?: string;
    tool_calls?: WireToolCall[];
  }
  | { role: "tool"; tool_call_id: string; content: string | ContentPart[] };

/** A part of a message on the wire. */
export type ContentPart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } }
  | { type: "video_url"; video_url: { url: string } }
  | { type: "audio_url"; audio_url: { url: string } }
  | { type: "input_audio"; input_audio: { data: string; format: "wav" | "mp3" } }
  | { type: "file"; file: { filename: string; file_data: string } | { file_id: string } };

interface WireToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

/** Where past reasoning goes in the messages. */
export interface Echo {
  /** The place that the caller chose. */
  reasoningEcho?: RunpodReasoningEcho;
  /** The tags for reasoning that goes into the text. */
  tags: Tags;
  /** Whether a tool call has to have reasoning, be it empty. */
  needsReasoning?: boolean;
  /** Whether files in the results of tools go into a message of the user. */
  movesFiles?: boolean;
}

/**
 * Writes a prompt as chat messages. Parts that have no place in them become warnings.
 *
 * @throws {UnsupportedFunctionalityError} for a file that no chat message can hold.
 */
export function writeMessages(prompt: LanguageModelV4Prompt, warnings: SharedV4Warning[], echo: Echo): ChatMessage[] {
  return mergeSystemMessages(prompt).flatMap((message) => writeMessage(message, warnings, echo));
}

/** Joins the system messages that a prompt begins with: many chat templates take one, and only at the start. */
function mergeSystemMessages(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const first = prompt.findIndex(({ role }) => role !== "system");
  const count = first === -1 ? prompt.length : first;
  if (count < 2) return prompt;
  const leading = prompt.slice(0, count);
  const content = leading.map((message) => message.content).join("\n\n");
  const providerOptions = Object.assign({}, ...leading.map((message) => message.providerOptions ?? {}));
  return [{ role: "system", content, providerOptions }, ...prompt.slice(count)];
}

function writeMessage(message: LanguageModelV4Message, warnings: SharedV4Warning[], echo: Echo): ChatMessage[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content, ...extraFields(message) }];
    case "user": {
      const parts = message.content.map(writePart);
      // Text alone goes as a plain string, because some chat templates take nothing else.
      return [{ role: "user", content: asPlainText(parts) ?? parts, ...extraFields(message) }];
    }
    case "assistant":
      return [{ ...writeAssistant(message.content, warnings, echo), ...extraFields(message) }];
    case "tool": {
      const files: ContentPart[] = [];
      const messages = message.content.flatMap((part): ChatMessage[] => {
        // An approval concerns tools that a provider runs, and no such tools are sent.
        if (part.type !== "tool-result") return [];
        let content = writeToolOutput(part.output, warnings);
        if (echo.movesFiles && typeof content !== "string") {
          files.push(
            { type: "text", text: `From ${part.toolName}:` },
            ...content.filter(({ type }) => type !== "text"),
          );
          const texts = content.flatMap((part) => part.type === "text" ? part.text : []);
          content = texts.join("\n") || "The result is in the next message.";
        }
        return [{ role: "tool", tool_call_id: part.toolCallId, content }];
      });
      return files.length > 0 ? [...messages, { role: "user", content: files }] : messages;
    }
  }
}

function writeAssistant(
  content: Extract<LanguageModelV4Message, { role: "assistant" }>["content"],
  warnings: SharedV4Warning[],
  { reasoningEcho, tags, needsReasoning }: Echo,
): ChatMessage {
  let text = "";
  const reasoning: { [place in RunpodReasoningEcho]?: string } = {};
  const toolCalls: WireToolCall[] = [];
  for (const part of content) {
    if (part.type === "text") text += part.text;
    else if (part.type === "reasoning") {
      // Servers read reasoning from where they write it. The metadata may have come by way of a browser, so it is checked.
      const cameFrom = part.providerOptions?.runpod?.reasoningEcho;
      const place = reasoningEcho ??
        (cameFrom === "reasoning" || cameFrom === "inline" ? cameFrom : "reasoning_content");
      reasoning[place] = (reasoning[place] ?? "") + part.text;
    } else if (part.type === "tool-call") {
      // The metadata of a call has what the server wants back with it.
      toolCalls.push({
        ...extraFields(part),
        id: part.toolCallId,
        type: "function",
        function: { name: part.toolName, arguments: writeArguments(part.input) },
      });
    } else {
      warnings.push({ type: "unsupported", feature: `${part.type} parts in assistant messages` });
    }
  }
  const { inline, none: _, ...fields } = reasoning;
  if (inline) text = tagged(inline, tags) + text;
  return {
    role: "assistant",
    content: text === "" && toolCalls.length > 0 ? null : text,
    ...(needsReasoning && toolCalls.length > 0 && { reasoning_content: "" }),
    ...fields,
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
}

/**
 * Writes arguments as the JSON text of an object, because chat templates read their entries. Input that the SDK could not
 * parse is text; it goes along as the entry `input`, so that the model sees what it wrote.
 */
function writeArguments(input: unknown): string {
  const value = typeof input === "string" ? parseJson(input) ?? input : input ?? {};
  return stringifyWithBigIntAndCycles(isRecord(value) ? value : { input: value });
}

/** Parts as one text, if they are text alone and carry nothing else. */
function asPlainText(parts: ContentPart[]): string | undefined {
  const texts = parts.map((part) => part.type === "text" && Object.keys(part).length === 2 ? part.text : undefined);
  return parts.length > 0 && texts.every((text) => text !== undefined) ? texts.join("\n") : undefined;
}

function writeToolOutput(
  output: LanguageModelV4ToolResultPart["output"],
  warnings: SharedV4Warning[],
): string | ContentPart[] {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return stringifyWithBigIntAndCycles(output.value);
    case "execution-denied":
      return output.reason ?? "The user denied the execution of this tool call.";
    case "content": {
      const parts = output.value.flatMap((part): ContentPart[] => {
        if (part.type !== "custom") return [writePart(part)];
        warnings.push({ type: "unsupported", feature: "custom parts in tool results" });
        return [];
      });
      return asPlainText(parts) ?? (parts.length === 0 ? "" : parts);
    }
  }
}

function writePart(part: LanguageModelV4TextPart | LanguageModelV4FilePart): ContentPart {
  const written: ContentPart = part.type === "text" ? { type: "text", text: part.text } : writeFile(part);
  return { ...written, ...extraFields(part) };
}

/** The caller's own fields of a message or a part. Those of openai-compatible providers go along too, as they did. */
function extraFields({ providerOptions = {} }: { providerOptions?: SharedV4ProviderOptions }): JSONObject {
  const { reasoningEcho: _, ...own } = providerOptions.runpod ?? {};
  return { ...providerOptions.openaiCompatible, ...own } as JSONObject;
}

function writeFile(part: LanguageModelV4FilePart): ContentPart {
  const { data } = part;
  if (data.type === "text") return { type: "text", text: data.text };
  if (data.type === "reference") {
    if (!data.reference.runpod) throw unsupported("a file that was uploaded to another provider");
    return { type: "file", file: { file_id: data.reference.runpod } };
  }

  const kind = getTopLevelMediaType(part.mediaType);
  const url = () => data.type === "url" ? data.url.href : dataUri(part, data.data);
  switch (kind) {
    case "image":
      return { type: "image_url", image_url: { url: url() } };
    case "video":
      return { type: "video_url", video_url: { url: url() } };
    case "audio": {
      const format = data.type === "data" && AUDIO_FORMATS[resolveFullMediaType({ part })];
      return format
        ? { type: "input_audio", input_audio: { data: toBase64(data.data), format } }
        : { type: "audio_url", audio_url: { url: url() } };
    }
  }
  if (kind === "text" || TEXT_TYPES.test(part.mediaType)) {
    if (data.type === "url") throw unsupported(`a text file by URL (${data.url.href}); send its text`);
    return { type: "text", text: new TextDecoder().decode(toBytes(data.data)) };
  }
  if (data.type === "data" && resolveFullMediaType({ part }) === "application/pdf") {
    return { type: "file", file: { filename: part.filename ?? "document.pdf", file_data: url() } };
  }
  throw unsupported(`a file of type "${part.mediaType}"`);
}

/** Media types beside `text/…` whose files are text. */
const TEXT_TYPES =
  /^application\/(?:[\w.+-]*\+)?(?:json|jsonl|x-ndjson|ndjson|xml|yaml|x-yaml|toml|javascript|typescript|x-sh|x-python|sql|graphql|csv|x-tex|rtf)\b/i;

const AUDIO_FORMATS: Record<string, "wav" | "mp3" | undefined> = {
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/mp3": "mp3",
  "audio/mpeg": "mp3",
};

function dataUri(part: LanguageModelV4FilePart, data: Uint8Array | string): string {
  return `data:${resolveFullMediaType({ part })};base64,${toBase64(data)}`;
}

function unsupported(what: string): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({
    functionality: what,
    message: `Cannot send ${what} in a chat message`,
  });
}
