import { hash } from "../../common/hash.ts";
import { isRecord, parseJson } from "../../common/json.ts";
import { words } from "../../common/words.ts";
import { keywords, topic } from "./prompt.ts";
import { valueOf } from "./schema_value.ts";
import { tokensIn } from "./tokens.ts";

/** An answer in the pieces in which it is streamed. One piece counts as one token. */
export interface Answer {
  reasoning: string[];
  text: string[];
  call?: { name: string; pieces: string[] };
  finishReason: "stop" | "length" | "tool_calls";
  /** The stop string that ended the text. */
  stopReason: string | null;
  promptTokens: number;
}

/** The part of a chat request that the pretend model reads. */
export interface ChatRequest {
  messages: Message[];
  tools?: unknown;
  tool_choice?: unknown;
  response_format?: unknown;
  structured_outputs?: unknown;
  max_tokens?: unknown;
  max_completion_tokens?: unknown;
  stop?: unknown;
}

/** A message of a chat. */
export interface Message {
  role: string;
  content?: unknown;
  tool_calls?: unknown;
}

interface Tool {
  name: string;
  description: string;
  parameters: unknown;
}

/** Answers a chat. The same request gives the same answer, and each further choice another one. */
export function answerChat(request: ChatRequest, thinks: boolean, choice = 0): Answer {
  const { messages } = request;
  const prompt = textOf(messages.findLast((message) => message.role === "user")?.content);
  const promptTokens = messages.reduce((total, message) => total + 4 + tokensIn(textOf(message.content)).length, 0);
  const reasoning = thinks
    ? tokensIn(`The user asks about ${topic(prompt)}. A few friendly sentences will do, with the subject named once.`)
    : [];
  const limit = numberOf(request.max_completion_tokens) ?? numberOf(request.max_tokens) ?? Infinity;

  const whole: Answer = { reasoning, text: [], finishReason: "stop", stopReason: null, promptTokens };
  const tool = toolToCall(request, prompt);
  if (tool !== undefined) {
    const call = { name: tool.name, pieces: slices(JSON.stringify(valueOf(tool.parameters, prompt))) };
    return cut({ ...whole, call, finishReason: "tool_calls" }, limit);
  }
  const format = record(request.response_format);
  const constraint = record(request.structured_outputs);
  if (Array.isArray(constraint?.choice)) {
    const text = String(valueOf({ enum: constraint.choice }, prompt));
    return cut({ ...whole, text: tokensIn(text) }, limit);
  }
  const schema = record(format?.json_schema)?.schema ?? parse(constraint?.json) ?? schemaIn(messages);
  if (schema !== undefined || format?.type === "json_object") {
    const value = schema === undefined
      ? { topic: topic(prompt), answer: sentences(prompt, choice)[1] }
      : valueOf(schema, prompt);
    return cut({ ...whole, text: slices(JSON.stringify(value)) }, limit);
  }
  const last = messages[messages.length - 1];
  const text = last.role === "tool" ? reportOf(messages) : sentences(prompt, choice).join(" ");
  return cut({ ...whole, ...stopped(text, request.stop) }, limit);
}

/** The schema in the system message. Clients write it there for servers that have no other way to take one. */
function schemaIn(messages: Message[]): unknown {
  const instructions = textOf(messages.find(({ role }) => role === "system")?.content);
  return parse(/^JSON schema:\n(\{.*\})$/m.exec(instructions)?.[1]);
}

/** Parses JSON text; returns anything else as it is. */
function parse(value: unknown): unknown {
  return typeof value === "string" ? parseJson(value) : value;
}

/** Continues a text. Each further choice is another one. */
export function continueText(prompt: string, maxTokens: number, stop: unknown, choice = 0): Answer {
  const text = ` ${sentences(prompt, choice).slice(1).join(" ")}`;
  return cut({
    reasoning: [],
    ...stopped(text, stop),
    finishReason: "stop",
    promptTokens: tokensIn(prompt).length,
  }, maxTokens);
}

/** The text of a message's content, which may be a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => record(part)?.text).filter((text) => typeof text === "string").join("\n");
}

/** Short slices, so that streamed JSON arrives in many parts. */
function slices(text: string): string[] {
  return text.match(/[\s\S]{1,8}/gu) ?? [];
}

function sentences(prompt: string, choice: number): string[] {
  const subject = topic(prompt);
  const variants = [
    [
      `Let us talk about ${subject}.`,
      `The short version: start small, keep what works, and ${subject} will soon feel familiar.`,
      "Ask me for more detail on any part of it.",
    ],
    [
      `You asked about ${subject}, and that is a good question.`,
      `What matters most about ${subject} is the idea behind it; the details follow from there.`,
      "I am happy to go through it step by step.",
    ],
    [
      `Happy to help with ${subject}!`,
      `People often find that ${subject} makes sense once they see one example from start to end.`,
      "Would you like such an example next?",
    ],
  ];
  return [
    ...variants[(hash(prompt) + choice) % variants.length],
    "(This answer comes from the Runpod emulator's pretend model; no GPU was used to write it.)",
  ];
}

/** Decides which tool to call: one for each question of the user, none once the results are there. */
function toolToCall(request: ChatRequest, prompt: string): Tool | undefined {
  const { tool_choice: choice, messages } = request;
  const tools = toolsOf(request.tools);
  if (tools.length === 0 || choice === "none") return undefined;
  const forced = record(record(choice)?.function)?.name;
  if (forced !== undefined) return tools.find((tool) => tool.name === forced);
  if (choice !== "required" && messages[messages.length - 1].role !== "user") return undefined;
  const asked = new Set(keywords(prompt));
  const fits = (tool: Tool) => keywords(`${tool.name} ${tool.description}`).some((word) => asked.has(word));
  // A tool that was already called for this prompt has its result, so a forced call goes to another tool.
  const called = JSON.stringify(messages.slice(messages.findLastIndex(({ role }) => role === "user")));
  const left = tools.filter((tool) => !called.includes(`"name":${JSON.stringify(tool.name)}`));
  return left.find(fits) ?? left[0] ?? tools.find(fits) ?? tools[0];
}

function toolsOf(tools: unknown): Tool[] {
  if (!Array.isArray(tools)) return [];
  return tools.map((tool) => record(record(tool)?.function)).filter((tool) => tool !== undefined).map((tool) => ({
    name: String(tool.name),
    description: String(tool.description ?? ""),
    parameters: tool.parameters ?? { type: "object" },
  }));
}

/** A text about the tool results at the end of a chat. */
function reportOf(messages: Message[]): string {
  const first = messages.findLastIndex((message) => message.role !== "tool") + 1;
  const results = messages.slice(first).map((message) => readable(textOf(message.content)));
  return `Here is what I found: ${results.join("; ")}. Let me know if you would like anything else.`;
}

function readable(text: string): string {
  try {
    return inWords(JSON.parse(text));
  } catch {
    return text;
  }
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(", ");
  const entries = record(value);
  if (entries === undefined) return String(value);
  return Object.entries(entries).map(([key, item]) => `${words(key).join(" ")} is ${inWords(item)}`).join(", ");
}

/** Cuts a text at the first stop string. */
function stopped(text: string, stop: unknown): Pick<Answer, "text" | "stopReason"> {
  let end = text.length;
  let stopReason: string | null = null;
  for (const item of Array.isArray(stop) ? stop : [stop]) {
    const index = typeof item === "string" && item !== "" ? text.indexOf(item) : -1;
    if (index >= 0 && index < end) [end, stopReason] = [index, item];
  }
  return { text: tokensIn(text.slice(0, end)), stopReason };
}

/** Cuts an answer to so many tokens. Reasoning counts too, as on a real server. */
function cut(answer: Answer, limit: number): Answer {
  let left = limit;
  const take = (parts: string[]) => {
    const kept = parts.slice(0, left);
    left -= kept.length;
    return kept;
  };
  const total = answer.reasoning.length + answer.text.length + (answer.call?.pieces.length ?? 0);
  if (total <= limit) return answer;
  const reasoning = take(answer.reasoning);
  const text = take(answer.text);
  // Without tokens left for its arguments, the call is left out.
  const call = answer.call && left > 0 ? { name: answer.call.name, pieces: take(answer.call.pieces) } : undefined;
  return { ...answer, reasoning, text, call, finishReason: "length", stopReason: null };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}
