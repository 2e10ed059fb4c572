/**
 * Runpod without Runpod: an emulator of its job queue, its OpenAI-compatible routes and its public endpoints.
 * It is one `fetch` function, so it needs no network, no key and no GPU, and it runs wherever the provider runs.
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
 * What it does not model:
 *
 * - A model: answers are canned sentences, schema-shaped values, coloured bands and tones. One choice and one tool call
 *   at a time; no sampling, token ids or image input, and log probabilities that mean nothing; one token is one word.
 *   Of JSON schema, `pattern`, `not`, `if` and `uniqueItems` are ignored, and of `structured_outputs`, `regex` and
 *   `grammar`. Vectors and scores tell how many words and letters texts share, no more.
 * - Hearing: a recording that the emulator made carries its text in a comment, which is what transcription gives back;
 *   any other has one of three texts. Languages are not told apart, and nothing is translated.
 * - Compression: images, films and sounds are real files, but hardly smaller than their content, and MP3 is silent. Ogg
 *   holds FLAC, films have no sound, and recordings end after a minute. There is no AAC.
 * - Downloads: nothing is fetched from input URLs other than the emulator's own, and their files are not looked into.
 *   Result URLs do not expire.
 * - What public endpoints enforce, which their pages do not tell: the emulator enforces all that is documented but for
 *   `sizeRules` and `undocumentedInput`.
 * - Scale: one warm worker takes any number of jobs. No worker limits, no crashes, no lost workers other than by scripted
 *   states and outcomes. The `rateLimits` are those of an endpoint with few workers, and do not grow with them.
 * - Batches, `/requests`, `s3Config`, WebSockets, worker affinity, and the management API.
 * - The kind of an endpoint: each one answers as a queue and as a load balancer.
 * - The bounds of `policy`, the 1 MB limit of stream elements, and limits on results.
 * - Edge failures other than `gatewayTimeoutMillis` and `rateLimits`: use `intercept`.
 * - Other worker families, but for SGLang's way to print events (`openaiChunks`); fragments that end inside a character;
 *   ComfyUI's nodes, of which only those that load and save images mean something.
 * - How the gateway passes uploads and sound through a queue, which is documented nowhere: OpenAI routes for audio answer
 *   there as on load balancers.
 * - The method of a request to an OpenAI route of a queue: to the worker it is a POST with a body, else a GET.
 * - A handler runs when its job is first looked at after its pick-up: at submission, if nothing delays it. Only a job
 *   with a webhook runs by itself.
 *
 * @module
 */

export type { EmulatedBehavior } from "./behavior.ts";
export type { EmulatedToolDeltas } from "./chunks.ts";
export {
  createRunpodEmulator,
  type EmulatedRequest,
  type RunpodEmulator,
  type RunpodEmulatorOptions,
} from "./emulator.ts";
export type { EmulatedEndpoint, EmulatedOutcome, EmulatedState, EmulatedTiming } from "./endpoint.ts";
export type { EmulatedHandler, EmulatedHandlerJob } from "./handler.ts";
export type { EmulatedInputRule, EmulatedInputRules } from "./input.ts";
export type { EmulatedJob } from "./job.ts";
export type { EmulatedOperation } from "./route.ts";
