/**
 * A Node server that streams texts and makes images on Runpod: `node examples/node/server.ts`.
 *
 *     GET /text?prompt=…     a text, streamed
 *     GET /image?prompt=…    a PNG
 */
import { createServer, type ServerResponse } from "node:http";
import process from "node:process";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { generateImage, streamText } from "ai";

// The key comes from RUNPOD_API_KEY. Set RUNPOD_BASE_URL only to use a proxy or an emulator.
const runpod = createRunpod({ baseURL: process.env.RUNPOD_BASE_URL });

async function handle(url: URL, response: ServerResponse): Promise<void> {
  const prompt = url.searchParams.get("prompt");
  if (!prompt) return void response.writeHead(400).end("Ask with ?prompt=…");

  // Aborts when the client disconnects.
  const abort = new AbortController();
  response.on("close", () => abort.abort());

  if (url.pathname === "/text") {
    const { textStream } = streamText({ model: runpod("qwen/qwen3-32b-awq"), prompt, abortSignal: abort.signal });
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    for await (const text of textStream) response.write(text);
    return void response.end();
  }
  if (url.pathname === "/image") {
    const { image } = await generateImage({
      model: runpod.imageModel("qwen/qwen-image"),
      prompt,
      abortSignal: abort.signal,
    });
    return void response.writeHead(200, { "content-type": image.mediaType }).end(image.uint8Array);
  }
  response.writeHead(404).end("There are /text and /image");
}

const server = createServer((request, response) => {
  handle(new URL(request.url ?? "/", "http://localhost"), response).catch((error) => {
    if (!response.headersSent) response.writeHead(502);
    response.end(error instanceof Error ? error.message : "The request failed");
  });
});
server.listen(Number(process.env.PORT ?? 8000));
