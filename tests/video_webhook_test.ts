/** Videos over HTTP on loopback ports, with a webhook that the AI SDK waits for. */
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import {
  experimental_generateVideo as generateVideo,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
} from "ai";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { KEY } from "./capture.ts";
import { withServer } from "./http.ts";

const MODEL = "alibaba/wan-2.6-t2v";

/** A server for a webhook. `received` resolves with its first request. */
async function withHook(run: (url: string, received: Promise<unknown>) => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const handler = async (request: Request) => {
    resolve({ path: new URL(request.url).pathname, body: await request.json() });
    return new Response("ok");
  };
  await withServer(handler, (origin) => run(`${origin}/hook`, promise));
}

const emulateSlowly = () => createRunpodEmulator({ apiKey: KEY, timing: { runMillis: 50 } });

describe("a webhook over HTTP", () => {
  it("ends generateVideo with the video", async () => {
    const emulator = emulateSlowly();
    await withServer(emulator.fetch, (origin) =>
      withHook(async (url, received) => {
        const runpod = createRunpod({ apiKey: KEY, baseURL: `${origin}/v2` });
        const { video } = await generateVideo({
          model: runpod.video(MODEL),
          prompt: "A red apple rolls",
          webhook: () =>
            Promise.resolve({ url, received: received.then((body) => ({ headers: {}, body: JSON.stringify(body) })) }),
        });
        assertEquals(video.mediaType, "video/mp4");
        assertEquals(emulator.requests.map(({ operation }) => operation), ["run", "status-sync", "file"]);
        const { path, body } = await received as { path: string; body: { id: string; status: string } };
        assertEquals([path, body.id, body.status], ["/hook", emulator.jobs[0].id, "COMPLETED"]);
      }));
  });

  it("lets one process finish the video that another has started", async () => {
    const emulator = emulateSlowly();
    await withServer(emulator.fetch, (origin) =>
      withHook(async (url, received) => {
        const start = createRunpod({ apiKey: KEY, baseURL: `${origin}/v2` });
        const { operation } = await startVideo({ model: start.video(MODEL), prompt: "Hi", webhookUrl: url });
        const stored = JSON.stringify(operation);
        await received;
        const finish = createRunpod({ apiKey: KEY, baseURL: `${origin}/v2` });
        const result = await getVideoStatus(finish.video(MODEL), { operation: JSON.parse(stored) });
        assertEquals(result.status, "completed");
        assertEquals(result.status === "completed" && result.videos.map(({ mediaType }) => mediaType), ["video/mp4"]);
      }));
  });
});
