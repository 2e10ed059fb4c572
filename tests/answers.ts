/**
 * Answers of services: chat completions, streams of them, and jobs.
 *
 * @module
 */

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

/** The events of a streamed completion, with `[DONE]` at the end. */
export function events(...chunks: unknown[]): string {
  return `${eventsBeforeEnd(...chunks)}data: [DONE]\n\n`;
}

/** The events of a streamed completion, without `[DONE]`. */
export function eventsBeforeEnd(...chunks: unknown[]): string {
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
}

/** An event stream. */
export function stream(body: string | ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** A body that arrives in pieces. */
export function pieces(parts: Iterable<Uint8Array | string>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(toBytes(part));
      controller.close();
    },
  });
}

/** A body that breaks off after its first piece. */
export function brokenBody(first: Uint8Array | string, reason: Error = new TypeError("terminated")) {
  let isStarted = false;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isStarted) return controller.error(reason);
      isStarted = true;
      controller.enqueue(toBytes(first));
    },
  });
}

/** A completed job. */
export function completed(output: unknown, more: Record<string, unknown> = {}): Response {
  return Response.json({ id: "sync-1-u1", status: "COMPLETED", output, delayTime: 1, executionTime: 2, ...more });
}

function toBytes(part: Uint8Array | string): Uint8Array {
  return typeof part === "string" ? new TextEncoder().encode(part) : part;
}
