import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedHandler } from "@runpod/ai-sdk-provider/testing";
import { call, events } from "./emulator_client.ts";

const upper: EmulatedHandler = ({ text }) => ({ text: String(text).toUpperCase() });
const broken: EmulatedHandler = () => ({ error: "no" });
const letters: EmulatedHandler = function* ({ text }) {
  if (text === "") throw new Error("no text");
  yield* String(text);
};

const emulator = createRunpodEmulator({
  apiKey: "rpa_other",
  endpoints: {
    local: { worker: upper, sdkServer: true },
    letters: { worker: letters, sdkServer: true },
    broken: { worker: broken, sdkServer: true },
    chat: { worker: "chat", models: ["m"], sdkServer: true },
  },
});
const send = async (url: string, body?: unknown, method = "POST") => {
  const answer = await call(emulator, url, body, { method, headers: {} });
  return { status: answer.status, body: answer.body };
};

describe("the emulated local server of the worker SDK", () => {
  it("runs a job when it is first asked for, and forgets it then", async () => {
    const { body: { id, status } } = await send("http://localhost:8000/run", { input: { text: "a" } });
    assertMatch(id, /^test-[0-9a-f-]{36}$/);
    assertEquals(status, "IN_PROGRESS");
    const url = `http://localhost:8000/status/${id}`;
    assertEquals((await send(url)).body, { id, status: "COMPLETED", output: { text: "A" } });
    assertEquals((await send(url)).body, { id, status: "FAILED", error: "Job ID not found" });
    assertEquals(emulator.jobs.length, 0);
  });

  it("is there for each endpoint at its own address, and needs no key", async () => {
    for (const root of ["http://letters.localhost:8000", "http://127.0.0.1:8000/lb/letters"]) {
      const { body } = await send(`${root}/runsync`, { input: { text: "abc" } });
      assertEquals([body.status, body.output], ["COMPLETED", ["a", "b", "c"]]);
    }
    assertEquals((await call(emulator, "letters/health")).status, 401);
  });

  it("streams generators only, all yields at once", async () => {
    const { body: { id } } = await send("http://letters.localhost/run", { input: { text: "ab" } });
    const { body } = await send(`http://letters.localhost/stream/${id}`);
    assertEquals(body, { id, status: "COMPLETED", stream: [{ output: "a" }, { output: "b" }] });
    const plain = (await send("http://localhost/run", { input: { text: "a" } })).body.id;
    const refused = (await send(`http://localhost/stream/${plain}`)).body;
    assertEquals(refused.error, "Stream not supported, handler must be a generator.");
    assertEquals((await send(`http://localhost/status/${plain}`)).body.status, "COMPLETED");
  });

  it("tells an error of a handler, and breaks over one of a generator", async () => {
    const { body } = await send("http://broken.localhost/runsync", { input: { a: 1 } });
    assertEquals([body.status, body.error], ["FAILED", "no"]);
    const answer = await send("http://letters.localhost/runsync", { input: { text: "" } });
    assertEquals(answer, { status: 500, body: "Internal Server Error" });
  });

  it("has no other routes and methods, and wants an input", async () => {
    const detail = async (path: string, method: string, body?: unknown) => {
      const answer = await send(`http://localhost:8000${path}`, body, method);
      return [answer.status, answer.body.detail];
    };
    for (const path of ["/health", "/cancel/a", "/retry/a", "/purge-queue", "/v1/models"]) {
      assertEquals(await detail(path, "POST"), [404, "Not Found"]);
    }
    assertEquals(await detail("/status/a", "GET"), [405, "Method Not Allowed"]);
    const missing = { type: "missing", loc: ["body", "input"], msg: "Field required", input: {} };
    assertEquals(await detail("/run", "POST", {}), [422, [missing]]);
    assertEquals((await send("http://localhost:8000/", undefined, "GET")).status, 200);
  });

  it("serves the imitated workers too", async () => {
    const messages = [{ role: "user", content: "Hi" }];
    const { body: { id } } = await send("http://chat.localhost/run", { input: { messages, stream: true } });
    const { stream } = (await send(`http://chat.localhost/stream/${id}`)).body;
    const text = stream.map(({ output }: { output: string }) => output).join("");
    assertEquals(events(text)[0].object, "chat.completion.chunk");
  });
});
