/**
 * A Hono app on Cloudflare Workers that streams texts and makes images on Runpod.
 *
 *     GET /text?prompt=…     a text, streamed
 *     GET /image?prompt=…    a PNG
 */
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createTextStreamResponse, generateImage, streamText, toTextStream } from "ai";
import { Hono } from "hono";

interface Env {
  /** A secret: `npx wrangler secret put RUNPOD_API_KEY`. */
  RUNPOD_API_KEY: string;
  /** Set it only to use a proxy or an emulator. */
  RUNPOD_BASE_URL?: string;
}

const app = new Hono<{ Bindings: Env }>();

const runpodOf = (env: Env) => createRunpod({ apiKey: env.RUNPOD_API_KEY, baseURL: env.RUNPOD_BASE_URL });

app.use(async (context, next) => {
  if (!context.req.query("prompt")) return context.text("Ask with ?prompt=…", 400);
  await next();
});

app.get("/text", ({ env, req }) => {
  // Aborts when the client disconnects. Needs the compatibility flag "enable_request_signal".
  const abortSignal = req.raw.signal;
  const model = runpodOf(env)("qwen/qwen3-32b-awq");
  const { stream } = streamText({ model, prompt: req.query("prompt")!, abortSignal });
  return createTextStreamResponse({ stream: toTextStream({ stream }) });
});

app.get("/image", async ({ env, req, body }) => {
  const model = runpodOf(env).imageModel("qwen/qwen-image");
  const { image } = await generateImage({ model, prompt: req.query("prompt")!, abortSignal: req.raw.signal });
  return body(image.uint8Array.slice(), 200, { "content-type": image.mediaType });
});

app.onError((error, { text }) => text(error.message, 502));

export default app;
