import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import type { RunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { api, ask, call } from "./emulator_client.ts";
import { settled } from "./virtual_time.ts";
import { withWorkers } from "./worker_side_world.ts";

const chat = "mine/openai/v1/chat/completions";
const event = (content: string) => `data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`;

/** Opens a stream and returns its response with a function that reads the next piece. */
async function openStream(emulator: RunpodEmulator, signal?: AbortSignal) {
  const response = await emulator.fetch(`${api}/${chat}`, {
    method: "POST",
    headers: { authorization: "Bearer rpa_test" },
    body: JSON.stringify(ask("hi", { stream: true })),
    signal,
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { response, read: async () => (await reader.read()).value };
}

describe("OpenAI routes of external workers", () => {
  it("become jobs with the route and the body, and the output becomes the answer", () =>
    withWorkers(async ({ emulator, start }) => {
      start(({ input }) => ({ output: { seen: input } }));
      const body = ask("hi");
      assertEquals((await call(emulator, chat, body)).body.seen, {
        openai_route: "/v1/chat/completions",
        openai_input: body,
      });
      assertEquals((await call(emulator, "mine/openai/v1/models")).body.seen, { openai_route: "/v1/models" });
      assertEquals((await call(emulator, "mine/openai/v1/audio/speech", { input: "hi" })).body.seen, {
        openai_route: "/v1/audio/speech",
        openai_input: { input: "hi" },
      });
      assertEquals(emulator.jobs.map(({ operation }) => operation), ["openai", "openai", "openai"]);
    }));

  it("answer with what a generator yields, whether or not the worker aggregates", () =>
    withWorkers(async ({ emulator, start }) => {
      start(async ({ input }, tools) => {
        const completion = { id: "1", choices: [] };
        await tools.yield(completion);
        return { output: (input.openai_input as { aggregate?: boolean }).aggregate ? [completion] : [] };
      });
      for (const aggregate of [true, false]) {
        const { status, body } = await call(emulator, chat, ask("hi", { aggregate }));
        assertEquals([status, body], [200, { id: "1", choices: [] }]);
      }
    }));

  it("stream the yields as they come", () =>
    withWorkers(async ({ emulator, start, clock }) => {
      start(async (_job, tools) => {
        for (const piece of [event("a"), 'data: {"choi', `ces":[]}\n\n`, "data: [DONE]\n\n"]) {
          await tools.sleep(1000);
          await tools.yield(piece);
        }
        return { output: [] };
      });
      const { response, read } = await openStream(emulator);
      assertEquals([response.status, response.headers.get("content-type")], [200, "text/event-stream; charset=utf-8"]);
      for (const [piece, at] of [[event("a"), 1000], ['data: {"choi', 2000], [`ces":[]}\n\n`, 3000]] as const) {
        assertEquals([await read(), clock.elapsed()], [piece, at]);
      }
      assertEquals([await read(), await read()], ["data: [DONE]\n\n", undefined]);
    }));

  it("go on with the next worker's yields when the first worker is lost, and end early when the job fails", () =>
    withWorkers(async ({ emulator, start }) => {
      const first = start(async (_job, tools) => {
        await tools.yield(event("one"));
        await tools.sleep(60_000);
        return { output: [] };
      });
      const { read } = await openStream(emulator);
      assertEquals(await read(), event("one"));
      first.kill();
      emulator.workerEnded("mine", first.id);
      start(async (_job, tools) => {
        await tools.yield(event("other"));
        return { error: "handler: boom" };
      });
      assertEquals([await read(), await read()], [event("other"), undefined]);
      assertEquals(emulator.jobs[0].status, "FAILED");
    }));

  it("answer a failed job with HTTP 500, in the form that the switch says", async () => {
    const error = "{'message': 'vLLM returned HTTP 404: {}', 'type': 'worker_error', 'code': None}";
    for (const openaiError of ["job", "error"] as const) {
      await withWorkers(async ({ emulator, start }) => {
        start(() => ({ error }));
        for (const stream of [true, false]) {
          const { status, body } = await call(emulator, chat, ask("hi", { stream }));
          assertEquals([status, body.error, body.status], [500, error, openaiError === "job" ? "FAILED" : undefined]);
        }
      }, { behavior: { openaiError } });
    }
  });

  it("answer an error that the worker returns as its output with HTTP 200", () =>
    withWorkers(async ({ emulator, start }) => {
      const error = { object: "error", message: "no", code: 404 };
      start(() => ({ output: [error] }));
      const { status, body } = await call(emulator, chat, ask("hi"));
      assertEquals([status, body], [200, error]);
    }));

  it("wait for a worker, or answer 524 after the gateway's timeout while the job goes on", () =>
    withWorkers(async ({ emulator, start, end, clock }) => {
      const { status, body } = await call(emulator, chat, ask("hi"));
      assertEquals([status, clock.elapsed()], [524, 100_000]);
      assertStringIncludes(body, "524: A timeout occurred");
      start(() => ({ output: "late" }));
      assertEquals((await end(emulator.jobs[0].id)).output, "late");
      assertEquals((await call(emulator, chat, ask("hi"))).status, 200);
    }, { behavior: { gatewayTimeoutMillis: 100_000 } }));

  it("give up on a job whose time to live is over", () =>
    withWorkers(async ({ emulator, clock }) => {
      const { status, body } = await call(emulator, chat, ask("hi"));
      assertEquals([status, body, clock.elapsed()], [404, { error: "job not found" }, 24 * 3_600_000]);
    }));

  it("do not cancel the job when the client goes away", () =>
    withWorkers(async ({ emulator, start }) => {
      start(async (_job, tools) => {
        await tools.yield(event("a"));
        await tools.sleep(5000);
        return { output: ["ended"] };
      });
      const client = new AbortController();
      const { read } = await openStream(emulator, client.signal);
      await read();
      client.abort(new Error("gone"));
      await settled(10_000);
      assertEquals(emulator.jobs[0].output, ["ended"]);
    }));

  it("refuse forms, which cannot be passed on", () =>
    withWorkers(async ({ emulator }) => {
      const form = new FormData();
      form.set("file", new Blob(["x"]), "a.wav");
      const headers = { authorization: "Bearer rpa_test" };
      const url = `${api}/mine/openai/v1/audio/transcriptions`;
      const response = await emulator.fetch(url, { method: "POST", headers, body: form });
      assertEquals([response.status, await response.json()], [
        400,
        { error: "the emulator cannot pass a form to an external worker" },
      ]);
      assertEquals(emulator.jobs.length, 0);
    }));
});
