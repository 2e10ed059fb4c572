/**
 * A Cloudflare Worker that streams texts and makes images on Runpod.
 *
 *     GET /text?prompt=…     a text, streamed
 *     GET /image?prompt=…    a PNG
 */
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createTextStreamResponse, generateImage, streamText, toTextStream } from "ai";

interface Env {
  /** A secret: `npx wrangler secret put RUNPOD_API_KEY`. */
  RUNPOD_API_KEY: string;
  /** Set it only to use a proxy or an emulator. */
  RUNPOD_BASE_URL?: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const prompt = searchParams.get("prompt");
    if (!prompt) return new Response("Ask with ?prompt=…", { status: 400 });

    const runpod = createRunpod({ apiKey: env.RUNPOD_API_KEY, baseURL: env.RUNPOD_BASE_URL });
    // Aborts when the client disconnects. Needs the compatibility flag "enable_request_signal".
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
  },
};
