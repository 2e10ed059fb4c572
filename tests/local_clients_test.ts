/** Clients that know nothing of the command: our provider, Runpod's and OpenAI's JavaScript packages, and curl. */
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { generateImage, generateText } from "ai";
import OpenAI from "openai";
import runpodSdk from "runpod-sdk";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Local, programOf, withFolder, withLocal } from "./local_command.ts";
import { workerProgram } from "./local_worker.ts";

function withWorker(test: (local: Local) => Promise<void>): Promise<void> {
  return withFolder((folder) => withLocal(["--worker", `mine=${programOf(folder, workerProgram)}`], test));
}

describe("clients of the local Runpod", () => {
  it("our provider: public endpoints and a worker", () =>
    withWorker(async ({ origin, key }) => {
      const runpod = createRunpod({ apiKey: key, baseURL: `${origin}/v2` });
      const { text } = await generateText({ model: runpod("qwen/qwen3-32b-awq"), prompt: "Tell me about lighthouses" });
      assertMatch(text, /lighthouse/i);
      const { image } = await generateImage({ model: runpod.image("qwen/qwen-image"), prompt: "A lighthouse" });
      assertMatch(image.mediaType, /^image\//);
      const mine = runpod.endpoint("mine");
      const job = await mine.runSync({ say: "hi" });
      assertEquals([job.status, (job.output as { said: string }).said], ["COMPLETED", "hi"]);
      assertEquals((await mine.health()).workers.ready, 1);
    }));

  it("Runpod's package: run, status, runSync, stream, cancel, health", () =>
    withWorker(async ({ origin, key }) => {
      // The client prints each state that it sees.
      const { log } = console;
      console.log = () => {};
      try {
        const mine = runpodSdk(key, { baseUrl: `${origin}/v2` }).endpoint("mine")!;
        const done = await mine.runSync({ input: { say: "hi" } }) as { output?: { said: string } };
        assertEquals(done.output?.said, "hi");
        const { id } = await mine.run({ input: { yields: [1, 2, 3] } });
        const outputs: unknown[] = [];
        for await (const { output } of mine.stream(id) as AsyncIterable<{ output: unknown }>) outputs.push(output);
        assertEquals(outputs, [1, 2, 3]);
        assertEquals((await mine.status(id)).status, "COMPLETED");
        const hanging = await mine.run({ input: { hang: true } });
        assertEquals((await mine.cancel(hanging.id)).status, "CANCELLED");
        assertEquals((await mine.health() as { jobs: { completed: number } }).jobs.completed, 2);
      } finally {
        console.log = log;
      }
    }));

  it("OpenAI's package: a public endpoint, streamed, and a worker's own routes", () =>
    withWorker(async ({ origin, key }) => {
      const clientOf = (endpoint: string) =>
        new OpenAI({ apiKey: key, baseURL: `${origin}/v2/${endpoint}/openai/v1`, maxRetries: 0 });
      const openai = clientOf("qwen3-32b-awq");
      const [model] = (await openai.models.list()).data;
      const stream = await openai.chat.completions.create({
        model: model.id,
        messages: [{ role: "user", content: "Tell me about lighthouses" }],
        stream: true,
      });
      let text = "";
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
      assertMatch(text, /lighthouse/i);
      const own = await clientOf("mine").chat.completions.create({ model: "any", messages: [] });
      assertEquals((own as unknown as { route: string }).route, "/v1/chat/completions");
    }));

  it("curl, as Runpod's documentation has it", () =>
    withWorker(async ({ origin, key }) => {
      const curl = (...args: string[]) =>
        new Promise<string>((resolve, reject) =>
          execFile("curl", ["--silent", "--show-error", ...args], (error, stdout) =>
            error ? reject(error) : resolve(stdout))
        );
      const post = (operation: string, input: unknown) =>
        curl(
          ...["--request", "POST", "--url", `${origin}/v2/mine/${operation}`, "-H", "accept: application/json"],
          ...["-H", `authorization: ${key}`, "-H", "content-type: application/json"],
          ...["-d", JSON.stringify({ input })],
        );
      const get = (path: string) =>
        curl("--request", "GET", "--url", `${origin}/v2/mine/${path}`, "-H", `Authorization: Bearer ${key}`);
      assertStringIncludes(await post("runsync", { say: "hi" }), '"said":"hi"');
      const { id, status } = JSON.parse(await post("run", { hang: true }));
      assertEquals(status, "IN_QUEUE");
      assertMatch(JSON.parse(await get(`status/${id}`)).status, /^IN_/);
      assertEquals(JSON.parse(await post(`cancel/${id}`, {})).status, "CANCELLED");
      assert(JSON.parse(await get("health")).workers !== undefined);
      assertEquals(JSON.parse(await post("purge-queue", {})).status, "completed");
    }));
});
