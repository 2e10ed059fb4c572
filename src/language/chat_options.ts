/**
 * What a caller may set for one chat model, and for one call of it.
 *
 * @module
 */
import type { JSONObject, JSONValue, SharedV4ProviderOptions, SharedV4Warning } from "@ai-sdk/provider";
import { removeUndefinedEntries } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import type { RunpodJobPolicy } from "../client.ts";
import { type RunpodWaitOptions, submissionOptions, waitOptions } from "../job/options.ts";
import type { Submission } from "../job/queue.ts";
import { once, splitOptions } from "../call/options.ts";

/** Settings of one language model: what its endpoint is, for every call. */
export interface RunpodChatModelSettings {
  /**
   * The name that the endpoint serves the model under, such as `meta-llama/Llama-3.1-8B-Instruct`.
   *
   * Default: the catalogue's name for a public endpoint; for any other, the first that its `/models` route lists, read
   * once per provider (which wakes a worker).
   */
  model?: string;
  /**
   * How requests travel: over the endpoint's OpenAI route, or as jobs on its queue. A job outlives any cold start, and can
   * be cancelled, watched with `onJobUpdate` and continued by its id. Default `"openai"`.
   */
  transport?: "openai" | "queue";
  /** How objects are asked for. Default `"json_schema"`. */
  structuredOutputMode?: RunpodStructuredOutputMode;
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
}

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
  /** Default `<think>`. It counts only before the answer's text, so that an answer may speak of it. */
  opening?: string;
  /** Default `</think>`. */
  closing?: string;
  /**
   * Whether the answer begins inside, because the chat template writes the opening tag into the prompt. Default false.
   * It holds unless the call turns thinking off.
   */
  startWithReasoning?: boolean;
};

/** A constraint on the text, of which there can be one. The names are vLLM's (0.11 and later). */
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
export interface RunpodChatModelOptions
  extends Omit<RunpodChatModelSettings, "model" | "transport">, RunpodWaitOptions {
  /** The id of a job to continue, instead of asking anew. Its answer then comes at once, at its end. */
  jobId?: string;
  /** Jobs: its limits. */
  policy?: Pick<RunpodJobPolicy, keyof RunpodJobPolicy>;
  /** Jobs: called by Runpod with the job when it has ended. It is not signed, so put a secret into it. */
  webhook?: string;
  /** How much the model thinks, in the server's words. It wins over the call's `reasoning`; `null` is sent as `null`. */
  reasoningEffort?: string | null;
  /** How much the model says, for models that can be told. */
  textVerbosity?: string;
  /** Whether the server is to keep to a JSON schema strictly. Default true. */
  strictJsonSchema?: boolean;
  /** Constrains the text. */
  structuredOutputs?: RunpodStructuredOutputs;
  /** Variables of the model's chat template, such as `{ enable_thinking: false }`. They win over the call's `reasoning`. */
  chatTemplateKwargs?: JSONObject;
  /** The least probability of a token, as a share of the likeliest one's: 0 to 1. */
  minP?: number;
  /** Makes repetition less likely above 1, more likely below. */
  repetitionPenalty?: number;
  /** The length penalty of beam search. */
  lengthPenalty?: number;
  /** Whether to go on after the end-of-sequence token. */
  ignoreEos?: boolean;
  /** Whether special tokens are left out of the text. The server's default is true. */
  skipSpecialTokens?: boolean;
  /**
   * Whether to tell the log probability of each token, or of how many of the likeliest in its place: at most 20 on most
   * servers. They come as `providerMetadata.runpod.logprobs`.
   */
  logprobs?: boolean | number;
  /** Makes tokens likelier or less likely, by token id: -100 to 100. */
  logitBias?: Record<string, number>;
  /** Whether the model may call several tools at once. */
  parallelToolCalls?: boolean;
  /** Who the end user is. */
  user?: string;
  /** Requests with a lower number are served first, by servers with priority scheduling. */
  priority?: number;
  /** Any other option of the server. */
  [serverOption: string]: JSONValue | undefined;
}

/** The options of a call that are about its job. */
export interface JobOptions {
  /** A job to continue, in place of a new one. */
  jobId: string | undefined;
  /** What a submission has beside its input. */
  submission: Pick<Submission, "webhook" | "policy">;
  wait: RunpodWaitOptions;
}

/** The options of a call, sorted by whom they are for. */
export interface SortedOptions {
  ours: ChatOptions;
  server: JSONObject;
  job: JobOptions;
}

/** The options of a call, with the settings of its model beneath them. */
export type ChatOptions = Omit<z.infer<ReturnType<typeof chatOptions>>, keyof z.infer<ReturnType<typeof jobOptions>>>;

/**
 * Reads the options of a call.
 *
 * @throws {InvalidArgumentError} that names the option, its value and what is allowed.
 */
export function readChatOptions(
  settings: RunpodChatModelSettings,
  providerOptions: SharedV4ProviderOptions | undefined,
): SortedOptions {
  const { transport: _, ...beneath } = settings;
  const { worker: server, ours: given } = splitOptions(providerOptions, chatOptions());
  const [{ jobId, webhook, policy, ...wait }, ours] = split(given, jobOptions().shape);
  return {
    ours: { ...splitOptions({ runpod: beneath as JSONObject }, chatOptions()).ours, ...ours },
    server,
    job: { jobId, submission: removeUndefinedEntries({ webhook, policy }), wait },
  };
}

/** Those of some options that have a key of the shape, and the others. */
function split<Options extends object, Key extends keyof Options>(
  options: Options,
  shape: Record<Key, unknown>,
): [Pick<Options, Key>, Omit<Options, Key>] {
  const those = (areIn: boolean) =>
    Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(shape, key) === areIn));
  return [those(true) as Pick<Options, Key>, those(false) as Omit<Options, Key>];
}

/** The wait options without some that this way of asking does not have, each of which becomes a warning. */
export function dropWaitOptions(
  { wait }: Pick<JobOptions, "wait">,
  names: ReadonlyArray<keyof RunpodWaitOptions>,
  reason: string,
  warnings: SharedV4Warning[],
): RunpodWaitOptions {
  for (const name of names) if (wait[name] !== undefined) warnOption(name, reason, warnings);
  return Object.fromEntries(Object.entries(wait).filter(([name]) => !names.includes(name as keyof RunpodWaitOptions)));
}

/** Warns of an option of ours that is not used. */
export function warnOption(name: string, details: string, warnings: SharedV4Warning[]): void {
  warnings.push({ type: "unsupported", feature: `providerOptions.runpod.${name}`, details });
}

const BOOLEAN = "true or false";
const NUMBER = "a number";
const SHARE = "a number from 0 to 1";
const COUNT = "true, false, or a whole number, 0 or more";
const TAG = "a tag with at least one character";
const ONE = "an object with one of regex, choice, grammar, json";
const flag = () => z.optional(z.boolean(BOOLEAN));
const text = (what: string) => z.optional(z.string(what));
const number = () => z.optional(z.number(NUMBER));
const object = (what: string) => z.record(z.string(), z.unknown(), what);
const tag = () => z.optional(z.string(TAG).check(z.minLength(1, TAG)));

const jobOptions = once(() => z.object({ ...waitOptions(), ...submissionOptions() }));

const chatOptions = once(() =>
  z.object({
    ...jobOptions().shape,
    transport: z.optional(z.never('for options: runpod(id, { transport: "queue" }) sets it')),
    structuredOutputMode: z.optional(
      z.enum(["json_schema", "json_object", "tool", "none"], 'one of "json_schema", "json_object", "tool", "none"'),
    ),
    reasoningTags: z.optional(
      z.union(
        [z.boolean(), z.object({ opening: tag(), closing: tag(), startWithReasoning: flag() })],
        "true, false or { opening, closing, startWithReasoning }",
      ),
    ),
    reasoningEcho: z.optional(
      z.enum(
        ["reasoning", "reasoning_content", "inline", "none"],
        'one of "reasoning", "reasoning_content", "inline", "none"',
      ),
    ),
    strictJsonSchema: flag(),
    textVerbosity: text('a verbosity such as "low", "medium" or "high"'),
    chatTemplateKwargs: z.optional(object("an object with the template's variables")),
    logprobs: z.optional(z.union([z.boolean(), z.int().check(z.minimum(0, COUNT))], COUNT)),
    // What follows is sent under its own name, in the server's spelling.
    reasoningEffort: z.nullish(z.string('an effort such as "low", "medium" or "high", or null')),
    structuredOutputs: z.optional(
      z.looseObject({
        regex: text("a regular expression as text"),
        choice: z.optional(z.array(z.string(), "a list of texts").check(z.minLength(1, "a list of texts"))),
        grammar: text("a grammar as text"),
        json: z.optional(z.union([z.string(), object(ONE)], "a JSON schema")),
      }, ONE).check(z.refine(hasOneConstraint, ONE)),
    ),
    minP: z.optional(z.number(SHARE).check(z.minimum(0, SHARE), z.maximum(1, SHARE))),
    repetitionPenalty: z.optional(z.number("a number above 0").check(z.positive("a number above 0"))),
    lengthPenalty: number(),
    ignoreEos: flag(),
    skipSpecialTokens: flag(),
    logitBias: z.optional(
      z.record(z.string(), z.number("numbers by token id"), "numbers by token id"),
    ),
    parallelToolCalls: flag(),
    user: text("a text"),
    priority: z.optional(z.int("a whole number")),
    stream: z.optional(z.never("for options: streamText streams")),
  })
);

function hasOneConstraint(outputs: Record<string, unknown>): boolean {
  return ["regex", "choice", "grammar", "json"].filter((key) => outputs[key] !== undefined).length < 2;
}
