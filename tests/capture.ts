/**
 * A provider whose requests are caught and answered by the test itself, for answers that no well-behaved server gives.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  ImageModelV4CallOptions,
} from "@ai-sdk/provider";
import { createRunpod, type RunpodProvider, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";

/** A request that left the provider. */
export interface Sent {
  method: string;
  url: string;
  headers: Headers;
  redirect: string | undefined;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** The key that tests use; it must never turn up anywhere. */
export const KEY = "rpa_FAKE_TEST_KEY_000000";

/** A model that every test may use. */
export const MODEL = "qwen/qwen3-32b-awq";

/** The smallest prompt. */
export const PROMPT = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }];

/** The smallest call of an image model. */
export const IMAGE_CALL: ImageModelV4CallOptions = {
  prompt: "A red apple",
  n: 1,
  size: undefined,
  aspectRatio: undefined,
  seed: undefined,
  files: undefined,
  mask: undefined,
  providerOptions: {},
};

/** The smallest call of a video model. */
export const VIDEO_CALL: VideoModelV4CallOptions = {
  prompt: "A red apple rolls",
  n: 1,
  aspectRatio: undefined,
  resolution: undefined,
  duration: undefined,
  fps: undefined,
  seed: undefined,
  image: undefined,
  frameImages: undefined,
  inputReferences: undefined,
  generateAudio: undefined,
  providerOptions: {},
};

/** The first bytes of an MP4. */
export const MP4_BASE64 = "AAAAGGZ0eXBpc29tAAACAGlzb21pc28y";

/** A PNG of one pixel. */
export const PNG_BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Makes a provider that gives each request to `answer`, and the list of what it sent. */
export function capture(
  answer: (request: Sent, index: number) => Response | Promise<Response>,
  settings: RunpodProviderSettings = {},
): { runpod: RunpodProvider; sent: Sent[] } {
  const sent: Sent[] = [];
  const runpod = createRunpod({
    apiKey: KEY,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const isForm = request.headers.get("content-type")?.startsWith("multipart/form-data");
      const body = isForm ? await request.formData() : await request.text();
      const entry = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        redirect: init?.redirect,
        body: typeof body === "string" ? (body === "" ? undefined : JSON.parse(body)) : body,
      };
      sent.push(entry);
      return await answer(entry, sent.length - 1);
    },
    ...settings,
  });
  return { runpod, sent };
}

/** A chat completion with one message. */
export function completion(message: Record<string, unknown>, more: Record<string, unknown> = {}): Response {
  return Response.json({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "test/model",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    ...more,
  });
}

/** A completed job. */
export function completed(output: unknown, more: Record<string, unknown> = {}): Response {
  return Response.json({ id: "sync-1-u1", status: "COMPLETED", output, delayTime: 1, executionTime: 2, ...more });
}

/** Events of a streamed completion, ending with `[DONE]`. */
export function events(...chunks: unknown[]): string {
  return [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
}

/** A chunk of a streamed completion. */
export function chunk(delta: Record<string, unknown>, finishReason: string | null = null): Record<string, unknown> {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "test/model",
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}

/** An event stream answer. */
export function stream(body: string | ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
