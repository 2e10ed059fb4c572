/**
 * A Bun server that streams texts and makes images on Runpod: `bun examples/bun/server.ts`.
 *
 *     GET /text?prompt=…     a text, streamed
 *     GET /image?prompt=…    a PNG
 */
import process from "node:process";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createTextStreamResponse, generateImage, streamText, toTextStream } from "ai";

// The key comes from RUNPOD_API_KEY. Set RUNPOD_BASE_URL only to use a proxy or an emulator.
const runpod = createRunpod({ baseURL: process.env.RUNPOD_BASE_URL });

async function handle(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const prompt = searchParams.get("prompt");
  if (!prompt) return new Response("Ask with ?prompt=…", { status: 400 });

  // Aborts when the client disconnects.
  const abortSignal = request.signal;

  if (pathname === "/text") {
    const { stream } = streamText({ model: runpod("qwen/qwen3-32b-awq"), prompt, abortSignal });
    return createTextStreamResponse({ stream: toTextStream({ stream }) });
  }
  if (pathname === "/image") {
    try {
      const { image } = await generateImage({ model: runpod.imageModel("qwen/qwen-image"), prompt, abortSignal });
      return new Response(image.uint8Array.slice(), { headers: { "content-type": image.mediaType } });
    } catch (error) {
      return new Response(error instanceof Error ? error.message : "The image failed", { status: 502 });
    }
  }
  return new Response("There are /text and /image", { status: 404 });
}

// Bun starts a server for a default export with this shape.
export default { port: Number(process.env.PORT ?? 8000), fetch: handle };
