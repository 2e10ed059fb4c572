import type { EmulatedHandler } from "./workers/handler.ts";
import type { EmulatedInputRules } from "./workers/input_rules.ts";
import type { EmulatedToolDeltas } from "./workers/chat/tool_deltas.ts";

/** How long things take, in milliseconds. By default everything is instant. */
export interface EmulatedTiming {
  /** Time in the queue of a job that finds no warm worker. @default 0 */
  coldStartMillis?: number;
  /** Time from the start of a job to its output, or to its first yield. @default 0 */
  runMillis?: number;
  /** Time between two yields, such as two chunks of a streamed completion. @default 0 */
  tokenMillis?: number;
  /** Time without a job after which the worker stops, so that the next job has a cold start. @default 5000 */
  idleTimeoutMillis?: number;
}

/** One step of a scripted job. */
export interface EmulatedState {
  /** The job's status during this step, such as `IN_QUEUE`, `IN_PROGRESS` or a status that the client does not know. */
  status: string;
  /** Length of the step in milliseconds; `Infinity` never ends. */
  millis: number;
  /** Progress that the worker reports, shown as the `output` of the unfinished job. */
  output?: unknown;
}

/** A scripted end of a job. */
export interface EmulatedOutcome {
  /** The final status: `COMPLETED`, `FAILED`, `CANCELLED` or `TIMED_OUT`. */
  status: string;
  /** The job's `error`, any JSON. Default: none. */
  error?: unknown;
  /** The job's `output`, any JSON. Default: none. */
  output?: unknown;
}

/** An endpoint of the emulator. */
export interface EmulatedEndpoint extends EmulatedTiming {
  /**
   * What runs the jobs: your own handler, or an imitation of a worker.
   *
   * - `"chat"`: vLLM with a model that writes text, behind Runpod's worker.
   * - `"pooling"`: vLLM with a model that embeds, reranks and scores, behind Runpod's worker.
   * - `"image"`, `"video"`, `"speech"`: a model with the input and output of Runpod's public endpoints.
   * - `"whisper"`: the same for Runpod's own transcription endpoint, which is retired.
   * - `"transcription"`: Runpod's worker for faster-whisper.
   * - `"embedding"`: Runpod's worker for Infinity, which embeds and reranks.
   * - `"comfyui"`: Runpod's worker for ComfyUI.
   * - `"audio"`: an OpenAI-compatible server for speech and transcription, on OpenAI routes only.
   * - `"external"`: processes outside of the emulator, such as Python programs with the `runpod` package, which take the
   *   jobs over HTTP. See `workerEnvironment` of the emulator.
   */
  worker:
    | "chat"
    | "pooling"
    | "image"
    | "video"
    | "speech"
    | "whisper"
    | "transcription"
    | "embedding"
    | "comfyui"
    | "audio"
    | "external"
    | EmulatedHandler;
  /**
   * Whether the worker is started by itself, with the local server of Runpod's worker SDK (`--rp_serve_api`). It is at
   * `ID.localhost`, at `/lb/ID/`, and for the endpoint `local` on every host that is not Runpod's. Generator functions
   * count as generators.
   *
   * @default false
   */
  sdkServer?: boolean;
  /** External: how many workers may have jobs at the same time. Further ones wait. @default 3 */
  maxWorkers?: number;
  /**
   * External: milliseconds without a ping from a worker, or without a ping that names a job, after which the worker or
   * the job is lost. Lost jobs go back to the queue, see `lostWorkerRetries`. Workers are told to send pings three times
   * as often.
   *
   * @default 30000
   */
  lostAfterMillis?: number;
  /**
   * Image, video, speech, whisper: the rules of the input. A job whose input breaks one fails. Default: `prompt` is
   * required, and `size`, `width` and `height` must be sizes.
   */
  input?: EmulatedInputRules;
  /**
   * Chat, pooling, embedding, audio: the names of the served models, the default one first. Other names are refused. `"any"`
   * accepts every name and lists the default one.
   *
   * @default ["emulated/chat-model"], or a similar name: a worker never serves its model under the endpoint's id
   */
  models?: string[] | "any";
  /** A scripted course of every job before its end, in place of the cold start and the run time. */
  states?: EmulatedState[];
  /** The end of every job, in place of running the worker. */
  outcome?: EmulatedOutcome;
  /**
   * Chat: whether the model reasons first, and which field carries the reasoning: `reasoning` (also `true`, except on
   * SGLang), `reasoning_content` as in earlier versions, `both`, `inline` for `<think>` tags in the content, or `unopened` for the closing tag alone (such a
   * model's chat template writes the opening tag into the prompt). A request may turn it off.
   *
   * @default false
   */
  reasoning?: boolean | "reasoning" | "reasoning_content" | "both" | "inline" | "unopened";
  /** Chat: the model server, which decides the form of errors. SGLang accepts any model name. @default "vllm" */
  server?: "vllm" | "sglang";
  /**
   * Chat: the generation of Runpod's vLLM worker, which decides how jobs other than those of OpenAI routes are answered.
   *
   * - `"proxy"`: with what the server answers. It takes `{ prompt }` or `{ messages }` with `sampling_params`, and
   *   `{ route, body, method }` for any route of the server.
   * - `"engine"`: with `{ choices: [{ tokens }], usage }`, as earlier generations and public endpoints do.
   *
   * @default "proxy"
   */
  vllmWorker?: "proxy" | "engine";
  /** Chat, pooling: how many tokens fit into the context of the model. One token is one word. @default 32768 */
  maxModelLength?: number;
  /** Chat: false refuses images, sound and video, as a server with a text model does. Nobody looks at them. @default true */
  multimodal?: boolean;
  /** Chat: false refuses `tool_choice: "auto"`, as vLLM does without a tool parser. @default true */
  toolParser?: boolean;
  /** Chat: the form of a streamed tool call. @default "usual" */
  toolDeltas?: EmulatedToolDeltas;
  /**
   * Chat: the number of events after which each stream breaks off with an error as its last event, as if the engine had
   * died. Default: never.
   */
  streamFailsAfter?: number;
  /** Chat: false answers a streaming request with one plain JSON completion. @default true */
  stream?: boolean;
  /** Chat: US dollars per million tokens, from which `cost` is computed. Default: no `cost`. */
  pricePerMillionTokens?: number;
  /** Pooling, embedding: the length of vectors, unless the request sets it. @default 384 */
  dimensions?: number;
  /** Pooling, embedding: the order of the vectors in an answer; their `index` stays right. @default "input" */
  embeddingOrder?: "input" | "reversed";
  /**
   * Embedding: the names of those models that rerank and do not embed. Default: those with "rerank" or "cross-encoder" in
   * their name.
   */
  rerankers?: string[];
  /** ComfyUI: the names of its checkpoints. Default: every name. */
  checkpoints?: string[];
  /** ComfyUI: the classes of nodes that are installed besides its own. Workflows with other ones are refused. @default [] */
  nodes?: string[];
  /** ComfyUI: whether images go to a bucket, so that the output has their URLs. @default false */
  bucket?: boolean;
  /** Image: US dollars per million pixels, from which `cost` is computed. @default 0.02 */
  pricePerMegapixel?: number;
  /** Video: US dollars per second of video, from which `cost` is computed. Default: no `cost`. */
  pricePerSecond?: number;
  /** Image, video, speech, whisper: `cost` of every job in US dollars, in place of a computed one. */
  pricePerJob?: number;
  /** Speech: the format of files if the input does not name one. @default "wav" */
  audioFormat?: "wav" | "mp3" | "flac" | "ogg";
}
