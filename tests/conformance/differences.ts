/**
 * Where the emulator's answers have another shape than those of real servers, and why that is left so.
 *
 * @module
 */

/** A difference that is known. */
export interface Difference {
  servers: string[];
  /** The names of the cases in which it is seen. */
  cases: RegExp;
  /** The start of the difference, as the test writes it. */
  place: RegExp;
  reason: string;
}

const VLLM = ["vllm", "vllm-embedding", "vllm-reranking"];

/** All known differences. */
export const DIFFERENCES: Difference[] = [
  {
    servers: VLLM,
    cases: /./,
    place: /^body\.error\.(message|param) says: (\d+ validation errors|body\.|missing, emulated: body\.)/,
    reason: "where vLLM tells why a value fits none of several types, the emulator tells it of one",
  },
  {
    servers: VLLM,
    cases: /a wrong key/,
    place: /^body\.error says: Unauthorized, emulated: unauthorized/,
    reason: "Runpod's load balancer checks keys before vLLM does, and writes the word small",
  },
  {
    servers: ["vllm"],
    cases: /a body that is not JSON/,
    place: /^body\.error\.message says: 1 validation error:/,
    reason: "where the JSON is wrong, and how Python says so, is not known to the emulator",
  },
  {
    servers: ["vllm"],
    cases: /a system message in the middle/,
    place: /./,
    reason: "the template of this model refuses it, and those of others do not",
  },
  {
    servers: ["vllm"],
    cases: /stop sequence/,
    place: /^body\.choices\[\]\.stop_reason: string, emulated: null/,
    reason: "the pretend model does not write what this model was asked to stop at",
  },
  {
    servers: ["vllm"],
    cases: /agent: three steps/,
    place: /(tool_calls|content)/,
    reason: "the pretend model calls a tool once for each question",
  },
  {
    servers: ["vllm"],
    cases: /a bad regular expression|a bad grammar/,
    place: /^body\.error\.message says: /,
    reason: "the words are those of the library that reads grammars",
  },
  {
    servers: ["vllm"],
    cases: /a schema of a type that nobody knows|a schema with a list of items/,
    place: /^(status|body\.error\.(message|type))/,
    reason:
      "the emulator refuses schemas as vLLM's usual library for grammars does, and the recorded one uses xgrammar",
  },
  {
    servers: ["vllm"],
    cases: /two answers$|log probabilities$|a field that nobody knows/,
    place: /^body\.choices\[\]\.message\.content: string, emulated: null/,
    reason: "the pretend model thinks longer, so that the limit of tokens leaves it no text",
  },
  {
    servers: ["vllm"],
    cases: /by way of "tool"/,
    place: /tool_calls/,
    reason: "held to the schema of a strict tool, this model wrote white space until it might write no more",
  },
  {
    servers: ["vllm-embedding"],
    cases: /an empty text/,
    place: /./,
    reason: "this tokenizer makes no token of an empty text, and those of usual models mark its start and end",
  },
  {
    servers: ["vllm-embedding"],
    cases: /dimensions/,
    place: /./,
    reason: "this model has one length of vectors; the emulator's has any",
  },
];
