/**
 * Requests that are sent as they stand, most of them wrong: what servers answer is what the emulator has to answer.
 *
 * Any answer is right here, so they are not in the table.
 */
import type { Ability, Case } from "../case.ts";

type Row = [name: string, method: string, path: string, body?: unknown];

const hello = { model: "tiny", messages: [{ role: "user", content: "Hello" }], temperature: 0, max_tokens: 12 };
const story = { model: "tiny", prompt: "Once upon a time", temperature: 0, max_tokens: 8 };
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather of a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string", enum: ["Oslo", "Rome"] } },
      required: ["city"],
      additionalProperties: false,
    },
  },
};
const question = { ...hello, messages: [{ role: "user", content: "Weather in Oslo?" }], max_tokens: 60 };
const content = (part: unknown) => ({ ...hello, messages: [{ role: "user", content: [part] }] });
const format = (schema: unknown) => ({ type: "json_schema", json_schema: { name: "answer", schema } });

/** Requests that every language server should answer somehow. */
const CHATS: Row[] = [
  ["the list of models", "GET", "/v1/models"],
  ["health", "GET", "/health"],
  ["version", "GET", "/version"],
  ["a path that nobody knows", "GET", "/v1/nothing"],
  ["GET of a route that takes POST", "GET", "/v1/chat/completions"],
  ["tokens of a prompt", "POST", "/tokenize", { model: "tiny", prompt: "Hello" }],
  ["tokens of a chat", "POST", "/tokenize", { model: "tiny", messages: hello.messages }],
  ["tokens of nothing", "POST", "/tokenize", { model: "tiny" }],
  ["text of tokens", "POST", "/detokenize", { model: "tiny", tokens: [40, 41] }],
  ["embeddings of a chat model", "POST", "/v1/embeddings", { model: "tiny", input: "Hello" }],
  ["reranking of a chat model", "POST", "/v1/rerank", { model: "tiny", query: "Hello", documents: ["Hello"] }],

  ["no thinking", "POST", "/v1/chat/completions", { ...hello, chat_template_kwargs: { enable_thinking: false } }],
  ["no model", "POST", "/v1/chat/completions", { messages: hello.messages, max_tokens: 4 }],
  ["a stream without usage", "POST", "/v1/chat/completions", { ...hello, stream: true }],
  ["a stream with usage in every chunk", "POST", "/v1/chat/completions", {
    ...hello,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
  }],
  ["two answers", "POST", "/v1/chat/completions", { ...hello, temperature: 1, n: 2 }],
  ["two answers, streamed", "POST", "/v1/chat/completions", { ...hello, temperature: 1, n: 2, stream: true }],
  ["two answers without sampling", "POST", "/v1/chat/completions", { ...hello, n: 2 }],
  ["log probabilities", "POST", "/v1/chat/completions", { ...hello, logprobs: true, top_logprobs: 1 }],
  ["log probabilities, streamed", "POST", "/v1/chat/completions", { ...hello, logprobs: true, stream: true }],
  ["a stop sequence", "POST", "/v1/chat/completions", { ...hello, stop: "greet" }],

  ["an empty body", "POST", "/v1/chat/completions", ""],
  ["a body that is not JSON", "POST", "/v1/chat/completions", '{"model": "tiny", '],
  ["a body that is a list", "POST", "/v1/chat/completions", []],
  ["an empty object", "POST", "/v1/chat/completions", {}],
  ["no messages", "POST", "/v1/chat/completions", { model: "tiny", messages: [] }],
  ["messages that are a text", "POST", "/v1/chat/completions", { ...hello, messages: "Hello" }],
  ["a message that is a text", "POST", "/v1/chat/completions", { ...hello, messages: ["Hello"] }],
  ["a message without a role", "POST", "/v1/chat/completions", { ...hello, messages: [{ content: "Hello" }] }],
  ["a role that nobody knows", "POST", "/v1/chat/completions", {
    ...hello,
    messages: [{ role: "king", content: "Hello" }],
  }],
  ["a model that is a number", "POST", "/v1/chat/completions", { ...hello, model: 1 }],
  ["a model that nobody knows", "POST", "/v1/chat/completions", { ...hello, model: "nope" }],
  ["a negative temperature", "POST", "/v1/chat/completions", { ...hello, temperature: -1 }],
  ["a temperature that is a text", "POST", "/v1/chat/completions", { ...hello, temperature: "warm" }],
  ["a top_p of 7", "POST", "/v1/chat/completions", { ...hello, top_p: 7 }],
  ["a limit of no tokens", "POST", "/v1/chat/completions", { ...hello, max_tokens: 0 }],
  ["a negative limit", "POST", "/v1/chat/completions", { ...hello, max_tokens: -5 }],
  ["thirty log probabilities", "POST", "/v1/chat/completions", { ...hello, logprobs: true, top_logprobs: 30 }],
  ["log probabilities that are off and counted", "POST", "/v1/chat/completions", { ...hello, top_logprobs: 3 }],
  ["five stop sequences", "POST", "/v1/chat/completions", { ...hello, stop: ["a", "b", "c", "d", "e"] }],
  ["a stop sequence that is a number", "POST", "/v1/chat/completions", { ...hello, stop: 5 }],
  ["no answers", "POST", "/v1/chat/completions", { ...hello, n: 0 }],
  ["a seed that is a text", "POST", "/v1/chat/completions", { ...hello, seed: "seven" }],
  ["usage of an answer that is not streamed", "POST", "/v1/chat/completions", {
    ...hello,
    stream_options: { include_usage: true },
  }],
  ["two wrong fields", "POST", "/v1/chat/completions", { ...hello, temperature: "warm", top_p: "wide" }],
  ["a field that nobody knows", "POST", "/v1/chat/completions", { ...hello, colour: "red" }],
  ["an effort that nobody knows", "POST", "/v1/chat/completions", { ...hello, reasoning_effort: "huge" }],
  ["a part that nobody knows", "POST", "/v1/chat/completions", content({ type: "smell", smell: "roses" })],
  ["a part without a text", "POST", "/v1/chat/completions", content({ type: "text" })],
  [
    "an image for a text model",
    "POST",
    "/v1/chat/completions",
    content({
      type: "image_url",
      image_url: { url: "data:image/png;base64,iVBORw0KGgo=" },
    }),
  ],

  ["a tool call", "POST", "/v1/chat/completions", { ...question, tools: [weather] }],
  ["a tool call, streamed", "POST", "/v1/chat/completions", { ...question, tools: [weather], stream: true }],
  ["a named tool", "POST", "/v1/chat/completions", {
    ...question,
    tools: [weather],
    tool_choice: { type: "function", function: { name: "weather" } },
  }],
  ["a required tool, streamed", "POST", "/v1/chat/completions", {
    ...question,
    tools: [weather],
    tool_choice: "required",
    stream: true,
  }],
  ["a named tool that is not there", "POST", "/v1/chat/completions", {
    ...question,
    tools: [weather],
    tool_choice: { type: "function", function: { name: "nope" } },
  }],
  ["a tool choice that nobody knows", "POST", "/v1/chat/completions", {
    ...question,
    tools: [weather],
    tool_choice: "all",
  }],
  ["a tool choice without tools", "POST", "/v1/chat/completions", { ...question, tool_choice: "auto" }],
  ["an empty list of tools", "POST", "/v1/chat/completions", { ...question, tools: [] }],
  ["a tool without a name", "POST", "/v1/chat/completions", {
    ...question,
    tools: [{ type: "function", function: { parameters: {} } }],
  }],

  ["a schema", "POST", "/v1/chat/completions", {
    ...hello,
    max_tokens: 60,
    response_format: format({
      type: "object",
      properties: { a: { enum: [1, 2] } },
      required: ["a"],
      additionalProperties: false,
    }),
  }],
  ["a schema without its format", "POST", "/v1/chat/completions", {
    ...hello,
    response_format: { type: "json_schema" },
  }],
  ["a format that nobody knows", "POST", "/v1/chat/completions", { ...hello, response_format: { type: "poem" } }],
  ["a schema of a type that nobody knows", "POST", "/v1/chat/completions", {
    ...hello,
    response_format: format({ type: "colour" }),
  }],
  ["a schema with a list of items", "POST", "/v1/chat/completions", {
    ...hello,
    response_format: format({ type: "array", items: [{ type: "string" }, { type: "integer" }] }),
  }],
  ["two constraints", "POST", "/v1/chat/completions", {
    ...hello,
    structured_outputs: { choice: ["yes", "no"], regex: "yes|no" },
  }],
  ["a choice without choices", "POST", "/v1/chat/completions", { ...hello, structured_outputs: { choice: [] } }],
  ["a bad regular expression", "POST", "/v1/chat/completions", { ...hello, structured_outputs: { regex: "(" } }],
  ["a bad grammar", "POST", "/v1/chat/completions", { ...hello, structured_outputs: { grammar: "root ::= (" } }],

  ["a completion", "POST", "/v1/completions", story],
  ["a completion, streamed", "POST", "/v1/completions", {
    ...story,
    stream: true,
    stream_options: { include_usage: true },
  }],
  ["completions of two prompts", "POST", "/v1/completions", { ...story, prompt: ["Once upon", "Once upon a time"] }],
  ["two completions", "POST", "/v1/completions", { ...story, temperature: 1, n: 2 }],
  ["a completion with its prompt", "POST", "/v1/completions", { ...story, echo: true }],
  ["a completion with log probabilities", "POST", "/v1/completions", { ...story, logprobs: 1 }],
  ["a completion of tokens", "POST", "/v1/completions", { ...story, prompt: [40, 41, 42] }],
  ["a completion of nothing", "POST", "/v1/completions", { model: "tiny" }],
  ["a completion of an empty text", "POST", "/v1/completions", { ...story, prompt: "" }],
  ["a completion of an object", "POST", "/v1/completions", { ...story, prompt: { text: "Once" } }],
  ["a completion with a suffix", "POST", "/v1/completions", { ...story, suffix: " and a dog." }],
];

const embed = { model: "tiny-embedding", input: "Hello" };
const EMBEDDINGS: Row[] = [
  ["the list of models", "GET", "/v1/models"],
  ["an embedding", "POST", "/v1/embeddings", embed],
  ["embeddings of a list", "POST", "/v1/embeddings", { ...embed, input: ["Hello", "Rome"] }],
  ["an embedding as base64", "POST", "/v1/embeddings", { ...embed, encoding_format: "base64" }],
  ["an embedding in a format that nobody knows", "POST", "/v1/embeddings", { ...embed, encoding_format: "runes" }],
  ["an embedding with dimensions", "POST", "/v1/embeddings", { ...embed, dimensions: 8 }],
  ["an embedding of nothing", "POST", "/v1/embeddings", { model: "tiny-embedding" }],
  ["an embedding of an empty list", "POST", "/v1/embeddings", { ...embed, input: [] }],
  ["an embedding of a number", "POST", "/v1/embeddings", { ...embed, input: 5 }],
  ["an embedding of an object", "POST", "/v1/embeddings", { ...embed, input: { text: "Hello" } }],
  ["an embedding by another model", "POST", "/v1/embeddings", { ...embed, model: "nope" }],
  ["reranking by embedding", "POST", "/v1/rerank", {
    model: "tiny-embedding",
    query: "Weather?",
    documents: ["Hello", "Rome is rainy."],
  }],
  ["a chat", "POST", "/v1/chat/completions", { ...hello, model: "tiny-embedding" }],
];

const rank = { model: "tiny-reranking", query: "Weather?", documents: ["Hello", "Rome is rainy."] };
const RERANKINGS: Row[] = [
  ["the list of models", "GET", "/v1/models"],
  ["a ranking", "POST", "/v1/rerank", rank],
  ["a ranking by Cohere's second route", "POST", "/v2/rerank", rank],
  ["a ranking of the best one", "POST", "/v1/rerank", { ...rank, top_n: 1 }],
  ["a ranking of no documents", "POST", "/v1/rerank", { ...rank, documents: [] }],
  ["a ranking without documents", "POST", "/v1/rerank", { model: "tiny-reranking", query: "Weather?" }],
  ["a ranking without a query", "POST", "/v1/rerank", { ...rank, query: undefined }],
  ["a ranking of objects", "POST", "/v1/rerank", { ...rank, documents: [{ text: "Hello" }] }],
  ["a ranking by another model", "POST", "/v1/rerank", { ...rank, model: "nope" }],
  ["a score", "POST", "/v1/score", { model: "tiny-reranking", text_1: "Weather?", text_2: "Hello" }],
  ["scores of pairs", "POST", "/v1/score", { model: "tiny-reranking", text_1: ["a", "b"], text_2: ["c", "d"] }],
  ["scores of lists of other lengths", "POST", "/v1/score", {
    model: "tiny-reranking",
    text_1: ["a", "b"],
    text_2: ["c", "d", "e"],
  }],
  ["a score of nothing", "POST", "/v1/score", { model: "tiny-reranking" }],
];

const casesOf = (what: string, needs: Ability[], rows: Row[]): Case[] =>
  rows.map(([name, method, path, body]) => ({
    name: `${what}: ${name}`,
    feature: "plain requests",
    needs,
    peer: false,
    run: async ({ send }) => ({ raw: await send(method, path, body) }),
    judge: () => undefined,
  }));

export const PLAIN_REQUESTS: Case[] = [
  ...casesOf("plain chat", ["chat", "plain"], CHATS),
  ...casesOf("plain embedding", ["embedding", "plain"], EMBEDDINGS),
  ...casesOf("plain reranking", ["reranking", "plain"], RERANKINGS),
];
