/**
 * What callers may set for a language model and for one call of it.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import {
  type Check,
  check,
  flag,
  isNumber,
  isObject,
  isText,
  nonEmptyText,
  number,
  objectOf,
  oneOf,
  positive,
  text,
  whole,
} from "../checks.ts";
import { type CallContext, quoteAll, warnUnsupported } from "../input/context.ts";
import type { RunpodJobOptions } from "../job/options.ts";
import { once } from "../once.ts";

/** Settings of one language model: how to reach it, and what holds for every call. */
export type RunpodChatModelSettings =
  & RunpodCompletionModelSettings
  & Pick<
    RunpodLanguageOptions,
    "structuredOutputMode" | "reasoningTags" | "reasoningEcho" | "imagesInToolResults"
  >;

/** Settings of one completion model. */
export type RunpodCompletionModelSettings = {
  /**
   * The name that the endpoint serves the model under, such as `meta-llama/Llama-3.1-8B-Instruct`.
   *
   * Default: the catalogue's name for a public endpoint; for any other, the first that its `/models` route lists, read
   * once per provider (which wakes a worker).
   */
  model?: string;
  /**
   * How requests travel: over the endpoint's OpenAI route, or as jobs on its queue. A job outlives any cold start, and can
   * be cancelled, watched with `onJobUpdate` and continued by its id.
   *
   * @default "openai"
   */
  transport?: "openai" | "queue";
};

/**
 * How an object is asked for:
 *
 * - `"json_schema"`: the server keeps the model to the schema.
 * - `"json_object"`: the server keeps the model to JSON, and the schema is in the prompt.
 * - `"tool"`: the schema is that of a tool which the model has to call.
 * - `"none"`: the schema is in the prompt, and nothing else. Where the model wraps its answer in a code fence, the AI SDK's
 *   `extractJsonMiddleware` unwraps it.
 */
export type RunpodStructuredOutputMode = "json_schema" | "json_object" | "tool" | "none";

/** Where past reasoning goes in the messages. */
export type RunpodReasoningEcho = "reasoning" | "reasoning_content" | "inline" | "none";

/** The tags that reasoning stands between. */
export type RunpodReasoningTags = {
  /**
   * The opening tag. It only counts before the text of the answer, so the text may mention it.
   *
   * @default "<think>"
   */
  opening?: string;
  /**
   * The closing tag.
   *
   * @default "</think>"
   */
  closing?: string;
  /**
   * Whether the answer begins inside, because the chat template writes the opening tag into the prompt. It holds unless
   * the call turns thinking off.
   *
   * @default false
   */
  startWithReasoning?: boolean;
};

/** A constraint on the text; only one can be set. The names are vLLM's (0.11 and later). */
export type RunpodStructuredOutputs = {
  /** A regular expression that the whole text matches. */
  regex?: string;
  /** The texts to choose from. */
  choice?: string[];
  /** A context-free grammar, in the server's notation (EBNF). */
  grammar?: string;
  /** A JSON schema. */
  json?: JSONObject | string;
  /** Any other key of vLLM's. */
  [key: string]: JSONValue | undefined;
};

/** When an answer repeats itself. */
export type RunpodRepetitionDetection = {
  /** The longest pattern to look for, in tokens. */
  maxPatternSize: number;
  /** The shortest one. Default 1. */
  minPatternSize?: number;
  /** How often it has to repeat, 2 or more. */
  minCount: number;
};

/**
 * Options of chat models, under `providerOptions.runpod`. Every other key goes into the request as it is, and wins.
 *
 * @example
 * ```ts
 * import type { RunpodChatModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const options: RunpodChatModelOptions = { minP: 0.05, chatTemplateKwargs: { enable_thinking: false } };
 * ```
 */
export type RunpodChatModelOptions = RunpodLanguageOptions & RunpodJobOptions & {
  /** Any other option of the server. */
  [serverOption: string]: JSONValue | undefined;
};

/** Options of completion models, under `providerOptions.runpod`. Every other key goes into the request as it is. */
export type RunpodCompletionModelOptions = Omit<RunpodTextOptions, "logprobs"> & RunpodJobOptions & {
  /** How many of the likeliest tokens to tell the log probability of. The server's answer is in `response.body`. */
  logprobs?: number;
  /** Any other option of the server, such as `echo`, `suffix` or `best_of`. */
  [serverOption: string]: JSONValue | undefined;
};

/** The typed options of language models that chats and completions have, under `providerOptions.runpod`. */
export type RunpodTextOptions = {
  /** Constrains the text. */
  structuredOutputs?: RunpodStructuredOutputs;
  /** The least probability of a token, as a share of the likeliest one's: 0 to 1. */
  minP?: number;
  /** Makes repetition less likely above 1, more likely below. Above 0. */
  repetitionPenalty?: number;
  /** The length penalty of beam search. */
  lengthPenalty?: number;
  /** Whether to go on after the end-of-sequence token. */
  ignoreEos?: boolean;
  /** Whether special tokens are left out of the text. The server's default is true. */
  skipSpecialTokens?: boolean;
  /** Makes tokens likelier or less likely, by token id: -100 to 100. */
  logitBias?: Record<string, number>;
  /** Who the end user is. */
  user?: string;
  /** The most tokens of thinking, 0 or more; vLLM then ends the thinking. */
  thinkingTokenBudget?: number;
  /** The fewest tokens before the answer may end, 0 or more. */
  minTokens?: number;
  /** Keeps what a server caches of the prompt from requests with another salt: 1 to 1024 characters. */
  cacheSalt?: string;
  /** Ends an answer that repeats itself (vLLM); its raw finish reason is then `repetition`. */
  repetitionDetection?: RunpodRepetitionDetection;
  /** Requests with a lower number are served first, by servers with priority scheduling. */
  priority?: number;
  /**
   * Whether to tell the log probability of each token; a number asks for that many of the likeliest tokens besides, at most
   * 20 on most servers. They come as `providerMetadata.runpod.logprobs`.
   */
  logprobs?: boolean | number;
};

/** The typed options of language models, under `providerOptions.runpod`. */
export type RunpodLanguageOptions = RunpodTextOptions & {
  /**
   * How objects are asked for.
   *
   * @default "json_schema"
   */
  structuredOutputMode?: RunpodStructuredOutputMode;
  /**
   * Whether the server is to keep to a JSON schema strictly.
   *
   * @default true
   */
  strictJsonSchema?: boolean;
  /**
   * Whether the model's reasoning comes inside its text, between tags, because the server has no reasoning parser. It is
   * then told apart. `true` means `<think>` and `</think>`. Default `true` for the models of the catalogue that need it,
   * else `false`.
   */
  reasoningTags?: boolean | RunpodReasoningTags;
  /**
   * Where past reasoning goes in the messages: into this field, `"inline"` into the text between tags, or `"none"` for
   * nowhere. Default: where it came from; `"reasoning_content"` for reasoning of other providers.
   */
  reasoningEcho?: RunpodReasoningEcho;
  /** Variables of the model's chat template, such as `{ enable_thinking: false }`. They win over the call's `reasoning`. */
  chatTemplateKwargs?: JSONObject;
  /** How much the model thinks, in the server's words. It wins over the call's `reasoning`; `null` is sent as `null`. */
  reasoningEffort?: string | null;
  /** How much the model says, for models that can be told. */
  textVerbosity?: string;
  /** Whether the model may call several tools at once. */
  parallelToolCalls?: boolean;
  /**
   * Whether the model goes on with the last message, which is the assistant's, in place of a new one. The text that comes
   * back is the continuation alone.
   */
  continueFinalMessage?: boolean;
  /**
   * Whether images and other files in the result of a tool stay there. If not, they go into a message of the user after it.
   * Default `true`; `false` for Kimi K2.5 and K2.6, whose servers take only text in results.
   */
  imagesInToolResults?: boolean;
};

/** The options that can be set for a model, too. */
export type ChatSetting = Exclude<keyof RunpodChatModelSettings, keyof RunpodCompletionModelSettings>;

/** One option. */
interface OptionRow<Value, ChatOnly extends boolean> {
  /** Checks a value. Messages complete the sentence "VALUE is not …". */
  check: Check<Exclude<Value, undefined>>;
  /** The key of the request that the value is sent under; `null` where the writer of the request uses it in another way. */
  sentAs: string | null;
  /** Whether only chats have it, and completions do not. */
  chatOnly: ChatOnly;
}

const SHARE = "a number from 0 to 1";
const WHOLE = "a whole number, 0 or more";
const CONSTRAINT = "an object with one of regex, choice, grammar, json";
const MODES: RunpodStructuredOutputMode[] = ["json_schema", "json_object", "tool", "none"];
const ECHOES: RunpodReasoningEcho[] = ["reasoning", "reasoning_content", "inline", "none"];
const wordOf = <Word extends string>(words: Word[]) => oneOf(words, `one of ${quoteAll(words)}`);
const isDefined = (value: unknown) => value !== undefined;

type OptionTable = {
  [Name in keyof RunpodLanguageOptions]-?: OptionRow<
    RunpodLanguageOptions[Name],
    Name extends keyof RunpodTextOptions ? false : true
  >;
};

/** Every option: how it is checked, and where it goes. An option without a row does not compile. */
export const optionTable = once((): OptionTable => ({
  structuredOutputMode: { check: wordOf(MODES), sentAs: null, chatOnly: true },
  strictJsonSchema: { check: flag(), sentAs: null, chatOnly: true },
  reasoningTags: { check: tags(), sentAs: null, chatOnly: true },
  reasoningEcho: { check: wordOf(ECHOES), sentAs: null, chatOnly: true },
  imagesInToolResults: { check: flag(), sentAs: null, chatOnly: true },
  continueFinalMessage: { check: flag(), sentAs: "continue_final_message", chatOnly: true },
  chatTemplateKwargs: {
    check: objectOf<JSONValue>(isDefined, "an object with the template's variables"),
    sentAs: null,
    chatOnly: true,
  },
  reasoningEffort: { check: effort(), sentAs: "reasoning_effort", chatOnly: true },
  textVerbosity: { check: text('a verbosity such as "low", "medium" or "high"'), sentAs: "verbosity", chatOnly: true },
  parallelToolCalls: { check: flag(), sentAs: "parallel_tool_calls", chatOnly: true },
  logprobs: { check: logprobs(), sentAs: null, chatOnly: false },
  structuredOutputs: { check: constraint(), sentAs: "structured_outputs", chatOnly: false },
  minP: { check: number(SHARE, 0, 1), sentAs: "min_p", chatOnly: false },
  repetitionPenalty: { check: positive(), sentAs: "repetition_penalty", chatOnly: false },
  lengthPenalty: { check: number(), sentAs: "length_penalty", chatOnly: false },
  ignoreEos: { check: flag(), sentAs: "ignore_eos", chatOnly: false },
  skipSpecialTokens: { check: flag(), sentAs: "skip_special_tokens", chatOnly: false },
  logitBias: {
    check: objectOf<number>(isNumber, "an object with numbers by token id"),
    sentAs: "logit_bias",
    chatOnly: false,
  },
  thinkingTokenBudget: { check: whole(WHOLE, 0), sentAs: "thinking_token_budget", chatOnly: false },
  minTokens: { check: whole(WHOLE, 0), sentAs: "min_tokens", chatOnly: false },
  cacheSalt: { check: text(), sentAs: "cache_salt", chatOnly: false },
  repetitionDetection: {
    check: objectOf<JSONValue>(isDefined, "an object with maxPatternSize and minCount") as Check<
      RunpodRepetitionDetection
    >,
    sentAs: "repetition_detection",
    chatOnly: false,
  },
  user: { check: text(), sentAs: "user", chatOnly: false },
  priority: { check: whole("a whole number"), sentAs: "priority", chatOnly: false },
}));

/** Options by the keys that they are sent under, without those that are not sent as they are. */
export function sentOptions(options: RunpodLanguageOptions): JSONObject {
  const rows = optionTable();
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      const { sentAs } = rows[name as keyof RunpodLanguageOptions];
      if (sentAs === null || value === undefined) return [];
      return [[sentAs, name === "repetitionDetection" ? inSnakeCase(value as JSONObject) : value as JSONValue]];
    }),
  );
}

function inSnakeCase(object: JSONObject): JSONObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [snakeCase(name), value]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The first words of the fields of vLLM's requests, in a name that is written otherwise. */
const VLLM_NAME =
  /^(?:add|allowed|bad|best|chat|include|kv|max|media|min|mm|prompt|request|response|return|stop|stream|tool|top|truncate|use|vllm)[A-Z]/;

/** Warns of options for the server that it will not read under this name. */
export function warnOfNames(context: Pick<CallContext, "warnings">, workerOptions: JSONObject): void {
  for (const name of Object.keys(workerOptions)) {
    const details = name.startsWith("guided_")
      ? "vLLM since 0.12 ignores it and constrains by structuredOutputs"
      : VLLM_NAME.test(name) && `it is sent as it is, and servers read "${snakeCase(name)}"`;
    if (details) warnUnsupported(context, `providerOptions.runpod.${name}`, details);
  }
}

/** The schema of the options of a call. */
export function languageOptions(): z.core.$ZodShape {
  const checks = Object.entries(optionTable()).map(([name, { check }]) => [name, check]);
  return {
    ...Object.fromEntries(checks),
    transport: z.optional(z.never('the transport is a setting of the model: runpod(id, { transport: "queue" })')),
    stream: z.optional(z.never("streamText streams, and an option cannot change that")),
  };
}

function tags(): Check<RunpodLanguageOptions["reasoningTags"]> {
  const schema = z.object({
    opening: nonEmptyText(),
    closing: nonEmptyText(),
    startWithReasoning: flag(),
  });
  return check(
    (value) => typeof value === "boolean" || z.safeParse(schema, value).success,
    "true, false or { opening, closing, startWithReasoning }",
  );
}

function effort(): Check<string | null> {
  return check((value) => value === null || isText(value), 'an effort such as "low", "medium" or "high", or null');
}

function logprobs(): Check<boolean | number> {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
  return check(
    (value) => typeof value === "boolean" || isCount(value),
    "true, false, or a whole number, 0 or more",
  );
}

const CONSTRAINTS = ["regex", "choice", "grammar", "json"];

function constraint(): Check<RunpodStructuredOutputs> {
  const shape = {
    regex: text("a regular expression as a string"),
    choice: check(
      (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
      "a list of strings",
    ),
    grammar: text("a grammar as a string"),
    json: check((value) => isText(value) || isObject(value), "a JSON schema"),
  };
  const hasOne = (outputs: object) =>
    CONSTRAINTS.filter((key) => (outputs as JSONObject)[key] !== undefined).length < 2;
  return z.optional(z.looseObject(shape, CONSTRAINT).check(z.refine(hasOne, CONSTRAINT))) as Check<
    RunpodStructuredOutputs
  >;
}
