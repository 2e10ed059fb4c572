/**
 * An emulator of Runpod: its job queue, its OpenAI-compatible routes and its public endpoints.
 *
 * It is one `fetch` function. It needs no network, no key and no GPU, and runs wherever the provider runs.
 *
 * @example Test an app against it
 * ```ts
 * import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
 *
 * const emulator = createRunpodEmulator({
 *   endpoints: { upper: { worker: (input) => ({ text: String(input.text).toUpperCase() }), runMillis: 20 } },
 * });
 * const response = await emulator.fetch("https://api.runpod.ai/v2/upper/runsync", {
 *   method: "POST",
 *   headers: { authorization: "Bearer any key" },
 *   body: JSON.stringify({ input: { text: "hello" } }),
 * });
 * console.log(await response.json()); // { …, output: { text: "HELLO" }, status: "COMPLETED" }
 * ```
 *
 * A real worker can run the jobs of an endpoint too. Serve the emulator on a port, give the endpoint
 * `worker: "external"`, and start the worker, such as a Python program with the `runpod` package, with the environment
 * that the emulator makes for it.
 *
 * @example Let a Python worker run the jobs
 * ```ts
 * import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
 *
 * const emulator = createRunpodEmulator({ endpoints: { mine: { worker: "external" } } });
 * // Deno.serve({ port: 8000, hostname: "127.0.0.1" }, (request) => emulator.fetch(request));
 * const env = emulator.workerEnvironment("mine", { baseUrl: "http://127.0.0.1:8000", workerId: "worker-1" });
 * // new Deno.Command("python", { args: ["handler.py"], env }).spawn();
 * console.log(env.RUNPOD_WEBHOOK_GET_JOB); // http://127.0.0.1:8000/v2/mine/job-take/$ID?gpu=none
 * ```
 *
 * What it does not model:
 *
 * - A model: answers are fixed sentences, values that fit a schema, coloured bands and tones. There is one tool call at a
 *   time, and no sampling, and nobody looks at images. Log probabilities and token ids mean nothing. One token is one word.
 *   JSON schema's `pattern`, `not`, `if` and `uniqueItems` are ignored, and so are `regex` and `grammar` of
 *   `structured_outputs`. Vectors and scores only measure how many words and letters texts share.
 * - Speech recognition: a recording that the emulator made has its text in a comment, and transcription returns that text.
 *   Any other recording gets one of three texts. Languages are not recognised, and nothing is translated.
 * - Compression: images, videos and recordings are real files, but not compressed. MP3 files are silent, Ogg files hold
 *   FLAC, videos have no sound, animated images do not move, WebM files are empty, and recordings end after a minute. There is no AAC.
 * - Downloads: of input URLs, only the emulator's own are read. Result URLs do not expire.
 * - Undocumented rules of public endpoints. All documented rules are enforced, except as `sizeRules` and
 *   `undocumentedInput` say.
 * - Scale: one warm worker takes any number of jobs. It has no limits, does not crash and is not lost, except by scripted
 *   states and outcomes, or if it is an external worker. The `rateLimits` are those of an endpoint with few workers.
 * - `/v1/responses` and `/v1/messages` of vLLM, and arguments that break the schema of a tool that is not strict.
 * - Batches, `/requests`, WebSockets, worker affinity, and the management API. `s3Config` only reaches external workers.
 * - The kind of an endpoint: each one answers both as a queue and as a load balancer, except with external workers.
 * - The bounds of `policy`. The 1 MB limit of stream elements and the limits on results, except with external workers.
 * - Of external workers: FlashBoot, GPU types, and forms on their OpenAI routes.
 * - Failures at the edge other than `gatewayTimeoutMillis` and `rateLimits`: use `intercept`.
 * - Other workers, except for SGLang's form of events (`openaiChunks`); what the nodes of ComfyUI between loading and saving do, and the rules of most of their inputs.
 * - How the gateway passes files through a queue, which is not documented: OpenAI routes for audio answer there as on load
 *   balancers.
 * - The method of a request to an OpenAI route of a queue: for the worker it is a POST if it has a body, or else a GET.
 * - The moment when a handler runs: it runs when someone first looks at its job after the start time, which is at
 *   submission if nothing delays it. Only a job with a webhook runs by itself.
 *
 * @module
 */

export type { EmulatedBehavior } from "./behavior.ts";
export type { EmulatedEvent } from "./events.ts";
export { createRunpodEmulator } from "./emulator.ts";
export type { EmulatedEndpoint, EmulatedOutcome, EmulatedState, EmulatedTiming } from "./endpoint_options.ts";
export type { ListedEndpoint } from "./listed_endpoint.ts";
export type { EmulatedJob, EmulatedJobStep } from "./queue/emulated_job.ts";
export type { EmulatedRequest } from "./request_log.ts";
export type { EmulatedOperation } from "./route.ts";
export type { RunpodEmulator, RunpodEmulatorOptions } from "./runpod_emulator.ts";
export type { EmulatedWorker, EmulatedWorkerState } from "./worker_side/emulated_worker.ts";
export type { WorkerEnvironmentOptions } from "./worker_side/environment.ts";
export type { EmulatedToolDeltas } from "./workers/chat/tool_deltas.ts";
export type { EmulatedHandler, EmulatedHandlerJob } from "./workers/handler.ts";
export type { EmulatedInputRule, EmulatedInputRules } from "./workers/input_rules.ts";
