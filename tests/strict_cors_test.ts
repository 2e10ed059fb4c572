/** Every kind of call from a browser, over HTTP, to servers of another origin. The driver of the browser starts them. */
import { createRunpod, type RunpodProvider } from "@runpod/ai-sdk-provider";
import {
  embed,
  experimental_generateSpeech as generateSpeech,
  experimental_generateVideo as generateVideo,
  experimental_getBatchStatus as getBatchStatus,
  experimental_startBatch as startBatch,
  experimental_transcribe as transcribe,
  generateImage,
  generateText,
  Output,
  rerank,
  streamText,
} from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { z } from "zod";
import { KEY } from "./capture.ts";
import { IS_BROWSER } from "./globals.ts";
import { WAV } from "./files.ts";

/** The origin of a server that allows only what it must. */
async function strictServer(): Promise<string> {
  return await (await fetch("/strict-server")).text();
}

const CHAT = "qwen/qwen3-32b-awq";

/** Every kind of call; each returns whether it has a result. */
const CALLS: Record<string, (runpod: RunpodProvider) => Promise<boolean>> = {
  "a text": async (runpod) => (await generateText({ model: runpod(CHAT), prompt: "Hello" })).text !== "",
  "a stream": async (runpod) => {
    const pieces = [];
    for await (const piece of streamText({ model: runpod(CHAT), prompt: "Hello" }).textStream) pieces.push(piece);
    return pieces.length > 1;
  },
  "a stream from a job": async (runpod) =>
    await streamText({ model: runpod(CHAT, { transport: "queue" }), prompt: "Hello" }).text !== "",
  "an object": async (runpod) => {
    const output = Output.object({ schema: z.object({ name: z.string() }) });
    return typeof (await generateText({ model: runpod(CHAT), prompt: "A name", output })).output.name === "string";
  },
  "a completion": async (runpod) =>
    (await generateText({ model: runpod.completionModel(CHAT), prompt: "Once", maxOutputTokens: 20 })).text !== "",
  "an image": async (runpod) => {
    const { image } = await generateImage({ model: runpod.imageModel("pruna/p-image-t2i"), prompt: "A lighthouse" });
    return image.uint8Array.length > 100;
  },
  "a video": async (runpod) => {
    const { video } = await generateVideo({ model: runpod.videoModel("vidu/q3-t2v"), prompt: "Waves" });
    return video.uint8Array.length > 100;
  },
  "speech": async (runpod) => {
    const model = runpod.speechModel("resembleai/chatterbox-turbo");
    return (await generateSpeech({ model, text: "Hello" })).audio.uint8Array.length > 100;
  },
  "a transcript": async (runpod) =>
    (await transcribe({ model: runpod.transcriptionModel("pruna/whisper-v3-large"), audio: WAV })).text !== "",
  "a transcript of a file in a form": async (runpod) => {
    const model = runpod.transcriptionModel("my-audio", { transport: "openai" });
    return (await transcribe({ model, audio: WAV })).text !== "";
  },
  "an embedding": async (runpod) =>
    (await embed({ model: runpod.embeddingModel("my-infinity"), value: "Hello" })).embedding.length > 1,
  "a ranking": async (runpod) => {
    const model = runpod.rerankingModel("my-infinity", { model: "emulated/reranker-model", worker: "infinity" });
    return (await rerank({ model, query: "a", documents: ["a", "b"] })).ranking.length === 2;
  },
  "a batch": async (runpod) => {
    const requests = [{ type: "text" as const, id: "one", model: CHAT, prompt: "Hello" }];
    const batch = await startBatch({ provider: runpod, requests });
    return (await getBatchStatus({ provider: runpod, batch })).requestCounts?.total === 1;
  },
  "a job": async (runpod) => {
    const endpoint = runpod.endpoint("my-echo");
    const { id } = await endpoint.run({ say: "hello" });
    const { output } = await endpoint.wait(id);
    return output !== undefined && (await endpoint.health()).workers !== undefined;
  },
};

if (IS_BROWSER) {
  describe(`a server of another origin, from a ${"document" in globalThis ? "page" : "worker"}`, () => {
    for (const [what, call] of Object.entries(CALLS)) {
      it(`gives ${what}, although it allows two headers alone`, async () => {
        const server = await strictServer();
        assert(await call(createRunpod({ apiKey: KEY, baseURL: `${server}/v2` })));
      });
    }

    it("was asked for no other header", async () => {
      const asked: string[] = await (await fetch(`${await strictServer()}/asked-headers`)).json();
      assertEquals(asked.filter((name) => !["authorization", "content-type"].includes(name)), []);
      assert(asked.includes("authorization"));
    });

    it("that allows nothing gives an error that says what it has to allow, and starts no job", async () => {
      const server = await strictServer();
      const runpod = createRunpod({ apiKey: KEY, baseURL: `${server}/refusing/v2` });
      const model = runpod.imageModel("pruna/p-image-t2i");
      const error = await assertRejects(() => generateImage({ model, prompt: "A lighthouse" }), Error);
      assertStringIncludes(error.message, "CORS");
      assertStringIncludes(error.message, "the headers authorization, content-type");
      assert(!error.message.includes("a job may exist"));
    });
  });
}
