/**
 * A case of the conformance run: a call that every server of a kind should answer, and how to tell whether it did.
 *
 * A case runs twice: against a real server, where its requests and answers are recorded, and in the test suite, where
 * the recording answers.
 *
 * @module
 */
import type { EmbeddingModelV4, LanguageModelV4, RerankingModelV4, TranscriptionModelV4 } from "@ai-sdk/provider";
import type { RunpodProvider } from "@runpod/ai-sdk-provider";

/** What a server may have. A case names those that it needs. */
export type Ability =
  | "chat"
  | "tools"
  /** Tool choices other than `auto`. */
  | "tool choice"
  | "schema"
  | "grammar"
  | "thinking"
  | "completion"
  | "logprobs"
  | "images"
  | "embedding"
  | "reranking"
  | "scoring"
  | "transcription"
  | "speech"
  | "image generation"
  | "video generation"
  | "key"
  | "queue"
  | "chat worker"
  | "infinity"
  | "whisper worker"
  | "comfyui"
  | "sdxl"
  | "handlers"
  /** It refuses values out of range, fields of wrong types, and unknown models, where others overlook them. */
  | "strict"
  /** Its routes are vLLM's, and so are the names of its models: it is sent requests as they stand. */
  | "plain"
  /** It tells how many requests it works on. */
  | "busy";

/** What a case has at hand. */
export interface World {
  /** Models of the server, named by what they do: ours, or those of the peer. */
  chat: () => LanguageModelV4;
  completion: () => LanguageModelV4;
  embedding: () => EmbeddingModelV4;
  reranking: () => RerankingModelV4;
  transcription: () => TranscriptionModelV4;
  /** Our provider on the server, and undefined where the peer is asked. */
  runpod: RunpodProvider | undefined;
  /** The same provider for another model, or with another key. */
  other: (settings: { model?: string; apiKey?: string }) => { chat: LanguageModelV4; embedding: EmbeddingModelV4 };
  /** The names of the server's models. */
  models: Partial<Record<Ability, string>>;
  /** Sends a request as it stands. The path starts at the server's root. */
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<RawAnswer>;
  /** How many requests the server works on. */
  busy: () => Promise<number>;
}

/** The answer to a request that was sent as it stands. */
export interface RawAnswer {
  status: number;
  text: string;
}

/** What a call gave. A case fills in what it has. */
export interface Reading {
  /** One entry a request to a language model. */
  steps?: StepReading[];
  /** The parsed object of a structured output. */
  object?: unknown;
  embeddings?: number[][];
  /** Indices of documents, the best first, and their scores. */
  ranking?: Array<{ index: number; score: number }>;
  /** Tokens that a call without steps used. */
  tokens?: number;
  /** The files of media models: type and number of bytes. */
  files?: Array<{ mediaType: string; bytes: number }>;
  /** What any other call gave. */
  value?: unknown;
  raw?: RawAnswer;
  warnings?: string[];
  error?: ErrorReading;
}

/** What one request to a language model gave. */
export interface StepReading {
  text: string;
  reasoning: string;
  toolCalls: Array<{ name: string; input: unknown }>;
  finishReason: string;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
}

/** What an error says. */
export interface ErrorReading {
  name: string;
  message: string;
  status?: number;
  isRetryable?: boolean;
}

/** A case of the conformance run. */
export interface Case {
  /** Unique, such as "tools: required". */
  name: string;
  /** The column of the table that it counts for. */
  feature: string;
  /** The server must have all of them. */
  needs: Ability[];
  /** Whether the peer is asked too. @default true where the case uses `chat`, `completion` or `embedding` alone */
  peer?: false;
  /** Whether the exchanges are left out of the recording. @default false */
  unrecorded?: true;
  /** Whether the case is about a refusal, so that an error is what it wants. @default false */
  wantsError?: true;
  /** Makes the call. An error that it throws becomes the reading's error. */
  run: (world: World) => Promise<Reading>;
  /** What is wrong with the reading; undefined if nothing is. It must be the same live and from a recording. */
  judge: (reading: Reading) => string | undefined;
}
