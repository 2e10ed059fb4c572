import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedEndpoint, type RunpodEmulator } from "@runpod/ai-sdk-provider/testing";

const api = "https://api.runpod.ai/v2";

// deno-lint-ignore no-explicit-any
type Json = any;

async function call(
  emulator: RunpodEmulator,
  path: string,
  body?: unknown,
  init: RequestInit = {},
): Promise<{ status: number; body: Json; headers: Headers }> {
  const response = await emulator.fetch(path.startsWith("http") ? path : `${api}/${path}`, {
    method: body === undefined ? "GET" : "POST",
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { authorization: "Bearer rpa_test" },
    ...init,
  });
  const text = await response.text();
  let parsed: Json = text;
  try {
    parsed = JSON.parse(text);
  } catch { /* Not every answer is JSON. */ }
  return { status: response.status, body: parsed, headers: response.headers };
}

/** An emulator with one endpoint, "mine", and a clock that stands still until it is moved. */
async function withClock(
  endpoint: EmulatedEndpoint,
  test: (emulator: RunpodEmulator, move: (millis: number) => void) => Promise<void>,
  options: Parameters<typeof createRunpodEmulator>[0] = {},
): Promise<void> {
  const real = { now: Date.now, setTimeout: globalThis.setTimeout };
  let now = 1_767_225_600_000;
  Date.now = () => now;
  // A timer is an instant jump: whoever waits gets there at once.
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, millis = 0) => {
      const at = now + millis;
      return real.setTimeout(() => {
        now = Math.max(now, at);
        callback();
      }, 0);
    },
  });
  try {
    await test(createRunpodEmulator({ ...options, endpoints: { mine: endpoint } }), (millis) => now += millis);
  } finally {
    Date.now = real.now;
    Object.assign(globalThis, { setTimeout: real.setTimeout });
  }
}

function events(text: string): Json[] {
  const data = text.split("\n\n").filter((event) => event !== "").map((event) => event.replace(/^data: /, ""));
  assertEquals(data.pop(), "[DONE]");
  return data.map((event) => JSON.parse(event));
}

const ask = (content: string, more: Record<string, unknown> = {}) => ({
  model: "m",
  messages: [{ role: "user", content }],
  ...more,
});

const chat = { worker: "chat" } as const;

describe("the emulator's door", () => {
  it("wants a key, bare or Bearer, and the right one if one is set", async () => {
    const any = createRunpodEmulator();
    const own = createRunpodEmulator({ apiKey: "rpa_1" });
    const health = "qwen-image-t2i/health";
    const keyed = (authorization?: string) => ({ headers: authorization ? { authorization } : undefined });
    assertEquals((await call(any, health, undefined, keyed("bare"))).status, 200);
    assertEquals((await call(own, health, undefined, keyed("Bearer rpa_1"))).status, 200);
    assertEquals((await call(own, health, undefined, keyed("Bearer rpa_2"))).body, { error: "unauthorized" });
    for (const header of [undefined, "Bearer", "Bearer "]) {
      assertEquals((await call(any, health, undefined, keyed(header))).status, 401);
    }
    const empty = createRunpodEmulator({ behavior: { unauthorizedBody: "empty" } });
    assertEquals((await call(empty, health, undefined, keyed())).body, "");
  });

  it("answers 404 for endpoints, jobs and operations it does not know, 405 for a wrong method", async () => {
    const emulator = createRunpodEmulator();
    assertEquals((await call(emulator, "nobody/run", { input: { a: 1 } })).body, { error: "endpoint not found" });
    const job = await call(emulator, "qwen-image-t2i/status/none");
    assertEquals([job.status, job.body], [404, { error: "job not found" }]);
    assertEquals((await call(emulator, "qwen-image-t2i/requests")).status, 404);
    assertEquals((await call(emulator, "qwen-image-t2i/run")).status, 405);
  });

  it("is found on any origin and behind a prefix, and logs what it sees", async () => {
    const emulator = createRunpodEmulator();
    await call(emulator, "http://127.0.0.1:9/proxy/v2/qwen-image-t2i/run?x=1", { input: { prompt: "a" } });
    await call(emulator, "http://localhost:8000/v1/models");
    await call(emulator, "qwen3-32b-awq/openai/v1/chat/completions", ask("hi", { model: "x" }));
    const seen = emulator.requests.map(({ method, operation, endpoint, route, body }) => [
      method,
      operation,
      endpoint,
      route,
      (body as Json)?.input,
    ]);
    assertEquals(seen[0], ["POST", "run", "qwen-image-t2i", undefined, { prompt: "a" }]);
    assertEquals(seen[1], ["GET", "openai", undefined, "models", undefined]);
    assertEquals(seen[2], ["POST", "openai", "qwen3-32b-awq", "chat/completions", undefined]);
    assertEquals(emulator.requests[0].headers.authorization, "Bearer rpa_test");
  });

  it("lets the interceptor answer, lose an accepted job's reply, and cut the line", async () => {
    let fault: "html" | "lost" | "none" = "html";
    const emulator = createRunpodEmulator({
      intercept: async (_request, next) => {
        if (fault === "html") return new Response("<html>", { status: 502 });
        const response = await next();
        if (fault === "lost") throw new TypeError("connection reset");
        return response;
      },
    });
    const submit = () => call(emulator, "qwen-image-t2i/run", { input: { prompt: "a" } });
    assertEquals((await submit()).status, 502);
    assertEquals(emulator.jobs.length, 0);
    fault = "lost";
    await assertRejects(submit, TypeError, "connection reset");
    assertEquals(emulator.jobs.length, 1);
    fault = "none";
    assertEquals((await submit()).status, 200);
    assertEquals(emulator.requests.length, 3);
  });
});

describe("the queue", () => {
  it("takes a job through queue, run and end by the clock alone", async () => {
    await withClock(
      { worker: (input) => ({ echo: input.text }), coldStartMillis: 800, runMillis: 3000 },
      async (emulator, move) => {
        const { body: { id, status } } = await call(emulator, "mine/run", { input: { text: "hi" } });
        assertEquals(status, "IN_QUEUE");
        assert(/^[0-9a-f-]{36}-u1$/.test(id));
        const read = async () => (await call(emulator, `mine/status/${id}`)).body;
        assertEquals(await read(), { id, status: "IN_QUEUE" });
        move(800);
        const { workerId } = await read();
        assertEquals(await read(), { delayTime: 800, id, status: "IN_PROGRESS", workerId });
        move(3000);
        const done = {
          delayTime: 800,
          executionTime: 3000,
          id,
          output: { echo: "hi" },
          status: "COMPLETED",
          workerId,
        };
        assertEquals(await read(), done);
        assertEquals(Object.keys(await read()), Object.keys(done));
        assertEquals((await call(emulator, `mine/status/${id}`, {})).body, done);
        assertEquals(emulator.jobs[0].output, { echo: "hi" });
      },
    );
  });

  it("starts a worker once, keeps it warm, and starts it again after the idle timeout", async () => {
    await withClock(
      { worker: () => 1, coldStartMillis: 1000, idleTimeoutMillis: 5000 },
      async (emulator, move) => {
        const submit = async () => {
          await call(emulator, "mine/run", { input: { a: 1 } });
          return emulator.jobs[emulator.jobs.length - 1];
        };
        const first = await submit();
        move(600);
        const second = await submit();
        move(400);
        assertEquals([first.status, second.status], ["COMPLETED", "COMPLETED"]);
        move(4000);
        assertEquals((await submit()).status, "COMPLETED");
        move(5000);
        assertEquals((await submit()).status, "IN_QUEUE");
      },
    );
  });

  it("holds runsync until the end, or answers 200 with an unfinished job when the wait is over", async () => {
    await withClock({ worker: () => "late", runMillis: 120_000 }, async (emulator) => {
      const early = await call(emulator, "mine/runsync?wait=10", { input: { a: 1 } });
      assertEquals([early.status, early.body.status], [200, "IN_PROGRESS"]);
      assert(early.body.id.startsWith("sync-"));
      assertEquals((await call(emulator, "mine/runsync", { input: { a: 1 } })).body.status, "IN_PROGRESS");
      assertEquals(
        (await call(emulator, "mine/runsync?wait=999999999", { input: { a: 1 } })).body.output,
        "late",
      );
      // The first of the three has waited 1 s and 90 s; status-sync waits for the rest.
      assertEquals((await call(emulator, `mine/status-sync/${emulator.jobs[2].id}`)).body.output, "late");
    });
  });

  it("makes no timer when nothing is to be waited for, even for an async handler", async () => {
    const real = globalThis.setTimeout;
    let timers = 0;
    Object.assign(globalThis, { setTimeout: (run: () => void, millis: number) => (timers++, real(run, millis)) });
    try {
      const emulator = createRunpodEmulator({ endpoints: { mine: { worker: async () => await { a: 1 } }, chat } });
      assertEquals((await call(emulator, "mine/runsync", { input: { a: 1 } })).body.output, { a: 1 });
      await call(emulator, "chat/openai/v1/chat/completions", ask("hi", { stream: true }));
    } finally {
      Object.assign(globalThis, { setTimeout: real });
    }
    assertEquals(timers, 0);
  });

  it("forgets results after 30 minutes, of runsync after one, and any job after its ttl", async () => {
    await withClock({ worker: () => 1 }, async (emulator, move) => {
      const run = (await call(emulator, "mine/run", { input: { a: 1 } })).body.id;
      const sync = (await call(emulator, "mine/runsync", { input: { a: 1 } })).body.id;
      const short = (await call(emulator, "mine/run", { input: { a: 1 }, policy: { ttl: 10_000 } })).body.id;
      const codes = () =>
        Promise.all([run, sync, short].map(async (id) => (await call(emulator, `mine/status/${id}`)).status));
      assertEquals(await codes(), [200, 200, 200]);
      move(10_000);
      assertEquals(await codes(), [200, 200, 404]);
      move(50_000);
      assertEquals(await codes(), [200, 404, 404]);
      move(30 * 60_000);
      assertEquals(await codes(), [404, 404, 404]);
    });
  });

  it("fails a job that runs over its execution timeout", async () => {
    await withClock({ worker: () => 1, runMillis: 9000 }, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", {
        input: { a: 1 },
        policy: { executionTimeout: 5000 },
      });
      move(9000);
      const { body } = await call(emulator, `mine/status/${id}`);
      assertEquals([body.status, body.error, body.executionTime], ["FAILED", "executionTimeout exceeded", 5000]);
    });
  });

  it("follows a scripted path with progress, a second dispatch and unknown words", async () => {
    await withClock({
      worker: () => 1,
      states: [
        { status: "IN_QUEUE", millis: 100 },
        { status: "IN_PROGRESS", millis: 100, output: "10%" },
        { status: "IN_QUEUE", millis: 50 },
        { status: "WARMING", millis: 100 },
      ],
      outcome: { status: "TIMED_OUT", error: "lost" },
    }, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      const read = async () => (await call(emulator, `mine/status/${id}`)).body;
      const seen: Json[] = [];
      for (const step of [0, 100, 100, 50, 100]) {
        move(step);
        const { status, delayTime, retries, output, error } = await read();
        seen.push([status, delayTime, retries, output, error]);
      }
      assertEquals(seen, [
        ["IN_QUEUE", undefined, undefined, undefined, undefined],
        ["IN_PROGRESS", 100, undefined, "10%", undefined],
        ["IN_QUEUE", undefined, 1, undefined, undefined],
        ["WARMING", 50, 1, undefined, undefined],
        ["TIMED_OUT", 50, 1, undefined, "lost"],
      ]);
    });
  });

  it("cancels queued and running jobs, and leaves ended ones as they are", async () => {
    await withClock({ worker: () => 1, runMillis: 1000 }, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      move(400);
      assertEquals((await call(emulator, `mine/cancel/${id}`, {})).body, { id, status: "CANCELLED" });
      move(5000);
      const { body } = await call(emulator, `mine/status/${id}`);
      assertEquals([body.status, body.executionTime, body.output], ["CANCELLED", 400, undefined]);
      const done = (await call(emulator, "mine/runsync", { input: { a: 1 } })).body.id;
      assertEquals((await call(emulator, `mine/cancel/${done}`, {})).body, { id: done, status: "COMPLETED" });
    });
    const strict = createRunpodEmulator({
      endpoints: { mine: { worker: () => 1 } },
      behavior: { cancelFinishedStatus: 404 },
    });
    const { body: { id } } = await call(strict, "mine/runsync", { input: { a: 1 } });
    assertEquals((await call(strict, `mine/cancel/${id}`, {})).status, 404);
  });

  it("retries failed jobs under the same id, and nothing else", async () => {
    const emulator = createRunpodEmulator({
      endpoints: { mine: { worker: (_input, { attempt }) => attempt === 1 ? { error: "no" } : "yes" } },
    });
    const { body: { id, error } } = await call(emulator, "mine/runsync", { input: { a: 1 } });
    assertEquals(error, "no");
    assertEquals((await call(emulator, `mine/retry/${id}`, {})).body, { id, status: "IN_QUEUE" });
    assertEquals((await call(emulator, `mine/status/${id}`)).body.output, "yes");
    assertEquals((await call(emulator, `mine/retry/${id}`, {})).status, 400);
    assertEquals((await call(emulator, "mine/health")).body.jobs.retried, 1);
  });

  it("purges queued jobs only, and counts jobs and workers by their state", async () => {
    await withClock({ worker: () => 1, coldStartMillis: 1000, runMillis: 500 }, async (emulator, move) => {
      const health = async () => (await call(emulator, "mine/health")).body;
      const none = { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 };
      assertEquals((await health()).workers, none);
      await call(emulator, "mine/run", { input: { a: 1 } });
      assertEquals((await health()).workers, { ...none, initializing: 1 });
      assertEquals((await health()).jobs, { completed: 0, failed: 0, inProgress: 0, inQueue: 1, retried: 0 });
      assertEquals((await call(emulator, "mine/purge-queue", {})).body, { removed: 1, status: "completed" });
      assertEquals(emulator.jobs[0].status, "CANCELLED");
      move(1000);
      await call(emulator, "mine/run", { input: { a: 1 } });
      assertEquals((await health()).workers, { ...none, running: 1 });
      assertEquals((await call(emulator, "mine/purge-queue", {})).body.removed, 0);
      move(500);
      assertEquals((await health()).jobs, { completed: 1, failed: 0, inProgress: 0, inQueue: 0, retried: 0 });
      assertEquals((await health()).workers, { ...none, idle: 1, ready: 1 });
    });
  });

  it("shows a job that nothing picks up as waiting with no workers", async () => {
    await withClock({ worker: () => 1, states: [{ status: "IN_QUEUE", millis: Infinity }] }, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      move(23 * 3_600_000);
      assertEquals((await call(emulator, `mine/status/${id}`)).body, { id, status: "IN_QUEUE" });
      const { body: { jobs, workers } } = await call(emulator, "mine/health");
      assertEquals([jobs.inQueue, ...Object.values(workers)], [1, 0, 0, 0, 0, 0, 0]);
      move(3_600_000);
      assertEquals((await call(emulator, `mine/status/${id}`)).status, 404);
    });
  });

  it("refuses bodies that are no job or too large", async () => {
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: () => 1 } } });
    const send = async (body: string, operation = "run") =>
      (await call(emulator, `mine/${operation}`, undefined, { method: "POST", body })).status;
    assertEquals(await send("{"), 400);
    assertEquals(await send("{}"), 400);
    assertEquals(await send('{"input":[1]}'), 400);
    const large = JSON.stringify({ input: { text: "x".repeat(10 * 1024 * 1024) } });
    assertEquals(await send(large), 413);
    assertEquals(await send(large, "runsync"), 200);
  });

  it("never runs a job with an empty input", async () => {
    let runs = 0;
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: () => ++runs } } });
    const { body } = await call(emulator, "mine/runsync", { input: {} });
    assertEquals([body.status, body.error, body.retries, runs], ["FAILED", "job timed out after 1 retries", 1, 0]);
  });
});

describe("handlers", () => {
  const run = async (worker: EmulatedEndpoint["worker"], behavior = {}) => {
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker } }, behavior });
    const { status, body } = await call(emulator, "mine/runsync", { input: { a: 1 } });
    const { body: { stream } } = await call(emulator, `mine/stream/${body.id}`);
    return { code: status, status: body.status, output: body.output, error: body.error, stream };
  };
  const base = {
    code: 200,
    status: "COMPLETED",
    output: undefined as unknown,
    error: undefined as unknown,
    stream: [] as unknown[],
  };

  it("returns what the handler returned, less an empty object and a falsy error", async () => {
    assertEquals(await run(() => [1]), { ...base, output: [1] });
    assertEquals(await run(() => ({})), base);
    assertEquals(await run(() => undefined), base);
    assertEquals(await run(() => ({ error: null, x: 1 })), { ...base, output: { x: 1 } });
    assertEquals(await run(async () => await "later"), { ...base, output: "later" });
  });

  it("fails on a returned error and keeps the rest of the output", async () => {
    const failed = { ...base, status: "FAILED" };
    assertEquals(await run(() => ({ error: "bad", details: [1] })), {
      ...failed,
      error: "bad",
      output: { details: [1] },
    });
    assertEquals(await run(() => ({ error: ["bad"] })), { ...failed, error: ["bad"] });
    assertEquals((await run(() => ({ error: "bad" }), { failedRunsyncStatus: 400 })).code, 400);
  });

  it("fails with a string of JSON when the handler throws", async () => {
    for (
      const worker of [
        () => {
          throw new TypeError("boom");
        },
        () => Promise.reject(new TypeError("boom")),
      ]
    ) {
      const { status, error, output } = await run(worker);
      const details = JSON.parse(String(error));
      assertEquals([status, output, details.error_type, details.error_message], [
        "FAILED",
        undefined,
        "<class 'TypeError'>",
        "boom",
      ]);
      assertEquals(Object.keys(details).slice(2), ["error_traceback", "hostname", "worker_id", "runpod_version"]);
    }
  });

  it("collects the yields of generators, sync and async", async () => {
    const stream = [{ output: "a" }, { output: { b: 1 } }];
    const output = ["a", { b: 1 }];
    assertEquals(await run(() => output.values()), { ...base, output, stream });
    assertEquals(
      await run(async function* () {
        yield await "a";
        yield { b: 1 };
      }),
      { ...base, output, stream },
    );
  });

  it("fails a generator that throws or yields an error, and keeps what it had streamed", async () => {
    const thrown = await run(function* () {
      yield "a";
      throw new Error("boom");
    });
    assertEquals([thrown.status, thrown.stream, thrown.output], ["FAILED", [{ output: "a" }], undefined]);
    assertStringIncludes(String(thrown.error), "handler: boom \ntraceback: Traceback");
    const yielded = await run(function* () {
      yield "a";
      yield { error: { message: "it's", code: null, ok: true, list: [1, "x"] } };
    });
    assertEquals(yielded, {
      ...base,
      status: "FAILED",
      error: `{'message': "it's", 'code': None, 'ok': True, 'list': [1, 'x']}`,
      stream: [{ output: "a" }],
    });
  });
});

describe("the stream operation", () => {
  const endpoint: EmulatedEndpoint = {
    worker: () => ["a", "b", "c"].values(),
    coldStartMillis: 500,
    tokenMillis: 1000,
  };

  it("answers at once in the queue, holds while running, and gives each chunk once", async () => {
    await withClock(endpoint, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      const read = async (query = "") => (await call(emulator, `mine/stream/${id}${query}`)).body;
      assertEquals(await read(), { status: "IN_QUEUE", stream: [] });
      assertEquals(await read("?wait=60000"), { status: "IN_PROGRESS", stream: [{ output: "a" }] });
      assertEquals(await read("?wait=10"), { status: "IN_PROGRESS", stream: [] });
      assertEquals(await read(), { status: "IN_PROGRESS", stream: [{ output: "b" }] });
      move(5000);
      assertEquals(await read(), { status: "COMPLETED", stream: [{ output: "c" }] });
      assertEquals(await read(), { status: "COMPLETED", stream: [] });
      assertEquals(emulator.jobs[0].output, ["a", "b", "c"]);
    });
  });

  it("can put the last chunk before the terminal reply", async () => {
    await withClock(endpoint, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      move(9000);
      const read = async () => (await call(emulator, `mine/stream/${id}`)).body;
      const stream = [{ output: "a" }, { output: "b" }, { output: "c" }];
      assertEquals(await read(), { status: "IN_PROGRESS", stream });
      assertEquals(await read(), { status: "COMPLETED", stream: [] });
    }, { behavior: { streamEnd: "before" } });
  });

  it("holds for a plain handler's end, with nothing to give", async () => {
    await withClock({ worker: () => "x", runMillis: 3000 }, async (emulator) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      assertEquals((await call(emulator, `mine/stream/${id}`)).body, { status: "COMPLETED", stream: [] });
    });
  });
});

describe("aborts", () => {
  it("rejects a held request with the caller's reason, and the job goes on", async () => {
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: () => "done", runMillis: 15 } } });
    const controller = new AbortController();
    const reason = new Error("enough");
    const held = call(emulator, "mine/runsync", { input: { a: 1 } }, {
      method: "POST",
      signal: controller.signal,
    });
    controller.abort(reason);
    assertEquals(await assertRejects(() => held), reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(emulator.jobs[0].status, "COMPLETED");
  });

  it("rejects at once, unlogged, when the signal has fired before", async () => {
    const emulator = createRunpodEmulator();
    await assertRejects(() => emulator.fetch(`${api}/x/health`, { signal: AbortSignal.abort(new Error("early")) }));
    assertEquals(emulator.requests.length, 0);
  });

  it("errors a streaming body with the reason and clears its timer", async () => {
    const emulator = createRunpodEmulator({ endpoints: { chat: { ...chat, tokenMillis: 60_000 } } });
    const controller = new AbortController();
    const response = await emulator.fetch(`${api}/chat/openai/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: "k" },
      body: JSON.stringify(ask("hi", { stream: true })),
      signal: controller.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    const next = reader.read();
    controller.abort(new Error("enough"));
    await assertRejects(() => next, Error, "enough");
  });
});

describe("OpenAI routes", () => {
  const emulator = createRunpodEmulator({ endpoints: { chat: { worker: "chat", models: ["m"] } } });
  const url = "chat/openai/v1/chat/completions";

  it("lists models and refuses others", async () => {
    const { body } = await call(emulator, "moonshot-kimi/openai/v1/models");
    assertEquals(body.data.map(({ id }: Json) => id), ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3"]);
    const refused = await call(emulator, url, ask("hi", { model: "x" }));
    const error = {
      object: "error",
      message: "The model `x` does not exist.",
      type: "NotFoundError",
      param: null,
      code: 404,
    };
    assertEquals([refused.status, refused.body], [404, error]);
    assertEquals(emulator.jobs[emulator.jobs.length - 1].status, "FAILED");
    const old = createRunpodEmulator({ behavior: { openaiErrorStatus: 200 } });
    assertEquals((await call(old, "qwen3-32b-awq/openai/v1/chat/completions", ask("hi"))).status, 200);
    assertEquals((await call(emulator, url, { model: "m" })).body.error.type, "BadRequestError");
    assertEquals((await call(emulator, url, undefined, { method: "POST", body: "{" })).status, 400);
  });

  it("answers a chat about its subject, the same each time", async () => {
    const text = async (prompt: string) => (await call(emulator, url, ask(prompt))).body.choices[0].message.content;
    assertStringIncludes(await text("Tell me about sea otters."), "sea otters");
    assertEquals(await text("Why is the sky blue?"), await text("Why is the sky blue?"));
    assert(await text("Why is the sky blue?") !== await text("Why is grass green?"));
  });

  it("streams the same text in words, with usage only on request", async () => {
    const whole = (await call(emulator, url, ask("Tell me about sea otters."))).body;
    const response = await call(emulator, url, ask("Tell me about sea otters.", { stream: true }));
    assertStringIncludes(response.headers.get("content-type") ?? "", "text/event-stream");
    const chunks = events(response.body);
    assertEquals(chunks[0].choices[0].delta, { role: "assistant", content: "" });
    const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
    assertEquals(text, whole.choices[0].message.content);
    assertEquals(chunks[chunks.length - 1].choices[0].finish_reason, "stop");
    assert(chunks.length > 10);
    assertEquals(new Set(chunks.map(({ id }) => id)).size, 1);
    const options = { stream: true, stream_options: { include_usage: true } };
    const last = events((await call(emulator, url, ask("Tell me about sea otters.", options))).body).pop();
    assertEquals([last.choices, last.usage], [[], whole.usage]);
    assertEquals(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
  });

  it("stops at max_tokens and at stop strings", async () => {
    const cut = (await call(emulator, url, ask("hi", { max_tokens: 3 }))).body;
    assertEquals([cut.choices[0].finish_reason, cut.usage.completion_tokens], ["length", 3]);
    const stopped = (await call(emulator, url, ask("hi", { stop: ["."] }))).body.choices[0];
    assertEquals([stopped.finish_reason, stopped.message.content.includes(".")], ["stop", false]);
  });

  it("thinks in the field it is told to", async () => {
    for (const reasoning of ["reasoning", "reasoning_content", "both", "inline", true] as const) {
      const thinking = createRunpodEmulator({ endpoints: { chat: { worker: "chat", reasoning } } });
      const { choices: [{ message }], usage } = (await call(thinking, url, ask("hi"))).body;
      const fields = Object.keys(message).filter((key) => key.startsWith("reasoning"));
      const expected = { reasoning: ["reasoning"], both: ["reasoning", "reasoning_content"], inline: [] as string[] };
      assertEquals(
        fields,
        typeof reasoning === "string" && reasoning in expected ? expected[reasoning as "both"] : ["reasoning_content"],
      );
      assertEquals(message.content.startsWith("<think>"), reasoning === "inline");
      assert(usage.completion_tokens_details.reasoning_tokens > 0);
      const chunks = events((await call(thinking, url, ask("hi", { stream: true }))).body);
      const join = (field: string) => chunks.map((chunk) => chunk.choices[0].delta[field] ?? "").join("");
      assertEquals(join("content"), message.content);
      for (const field of fields) assertEquals(join(field), message[field]);
      const quiet = ask("hi", { chat_template_kwargs: { enable_thinking: false } });
      assertEquals((await call(thinking, url, quiet)).body.usage.completion_tokens_details, undefined);
    }
  });

  const tool = (name: string, description: string, parameters: Json) => ({
    type: "function",
    function: { name, description, parameters },
  });
  const tools = [
    tool("search", "Searches the web", { type: "object", properties: { query: { type: "string" } } }),
    tool("get_weather", "The weather of a city", {
      type: "object",
      properties: { city: { type: "string" }, unit: { enum: ["celsius", "fahrenheit"] } },
      required: ["city"],
    }),
  ];

  it("calls the tool that fits the prompt, then reports its result", async () => {
    const prompt = "What is the weather in San Francisco, in fahrenheit?";
    const { finish_reason, message } = (await call(emulator, url, ask(prompt, { tools }))).body.choices[0];
    assertEquals([finish_reason, message.content], ["tool_calls", null]);
    const [{ id, function: { name, arguments: text } }] = message.tool_calls;
    assertEquals([name, JSON.parse(text)], ["get_weather", { city: "San Francisco", unit: "fahrenheit" }]);

    const chunks = events((await call(emulator, url, ask(prompt, { tools, stream: true }))).body);
    const calls = chunks.flatMap((chunk) => chunk.choices[0].delta.tool_calls ?? []);
    assertEquals(calls[0].function.name, "get_weather");
    assertEquals(calls.map((part) => part.function.arguments).join(""), text);
    assert(calls.length > 3);
    assertEquals(chunks[chunks.length - 1].choices[0].finish_reason, "tool_calls");

    const messages = [{ role: "user", content: prompt }, message, {
      role: "tool",
      tool_call_id: id,
      content: JSON.stringify({ temperature: 64, sky: "clear" }),
    }];
    const report = (await call(emulator, url, { model: "m", messages, tools })).body.choices[0].message.content;
    assertStringIncludes(report, "temperature is 64, sky is clear");
  });

  it("obeys tool_choice", async () => {
    const choose = async (tool_choice: unknown) =>
      (await call(emulator, url, ask("Weather?", { tools, tool_choice }))).body.choices[0].message.tool_calls[0]
        ?.function.name;
    assertEquals(await choose("none"), undefined);
    assertEquals(await choose("required"), "get_weather");
    assertEquals(await choose({ type: "function", function: { name: "search" } }), "search");
  });

  it("writes objects that satisfy a schema", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        ingredients: {
          type: "array",
          minItems: 2,
          items: { type: "object", properties: { name: { type: "string" }, amount: { type: "string" } } },
        },
        steps: { type: "array", items: { type: "string", maxLength: 20 }, maxItems: 2 },
        servings: { type: "integer", minimum: 1, maximum: 4 },
        share: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
        kind: { anyOf: [{ const: "vegan" }, { type: "null" }] },
        mood: { allOf: [{ $ref: "#/$defs/mood" }, { minLength: 8 }] },
        tree: { $ref: "#/$defs/tree" },
        note: { type: ["string", "null"] },
        at: { type: "string", format: "date-time" },
        labels: { type: "object", additionalProperties: { type: "boolean" } },
      },
      required: ["name", "ingredients", "steps"],
      $defs: {
        mood: { type: "string" },
        tree: {
          type: "object",
          properties: { label: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/tree" } } },
          required: ["label"],
        },
      },
    };
    const format = { type: "json_schema", json_schema: { name: "recipe", schema } };
    const request = ask("Generate a lasagna recipe for 12 people.", { response_format: format });
    const value = JSON.parse((await call(emulator, url, request)).body.choices[0].message.content);
    assertEquals(Object.keys(value), Object.keys(schema.properties));
    assertStringIncludes(value.name, "Lasagna");
    assertEquals(Object.keys(value.ingredients[0]), ["name", "amount"]);
    assert(value.steps.length === 2 && value.steps.every((step: string) => step.length <= 20));
    assert(Number.isInteger(value.servings) && value.servings >= 1 && value.servings <= 4);
    assert(value.share > 0 && value.share < 1);
    assertEquals([value.kind, value.at, typeof value.note], ["vegan", "2026-01-15T09:30:00Z", "string"]);
    assert(value.mood.length >= 8);
    assert(Object.values(value.labels).every((label) => label === true));
    const loose = ask("Anything", { response_format: { type: "json_object" } });
    assertEquals(typeof JSON.parse((await call(emulator, url, loose)).body.choices[0].message.content), "object");
  });

  it("completes texts, sixteen tokens by default", async () => {
    const body = { model: "m", prompt: "Once upon a time" };
    const whole = (await call(emulator, "chat/openai/v1/completions", body)).body;
    assertEquals([whole.object, whole.choices[0].finish_reason, whole.usage.completion_tokens], [
      "text_completion",
      "length",
      16,
    ]);
    const chunks = events((await call(emulator, "chat/openai/v1/completions", { ...body, stream: true })).body);
    assertEquals(chunks.map((chunk) => chunk.choices[0].text).join(""), whole.choices[0].text);
  });

  it("embeds like texts near each other, as numbers and as base64", async () => {
    const input = ["a cat sat on the mat", "the cat sat on a mat", "quarterly revenue grew"];
    const { data, usage } = (await call(emulator, "chat/openai/v1/embeddings", { model: "m", input })).body;
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index], 0);
    const [first, second, third] = data.map(({ embedding }: Json) => embedding);
    assert(Math.abs(dot(first, first) - 1) < 1e-5);
    assert(dot(first, second) > 0.9 && dot(first, third) < 0.4);
    assert(usage.prompt_tokens > 0);
    const encoded =
      (await call(emulator, "chat/openai/v1/embeddings", { model: "m", input: input[0], encoding_format: "base64" }))
        .body;
    const bytes = Uint8Array.from(atob(encoded.data[0].embedding), (character) => character.charCodeAt(0));
    assertEquals([...new Float32Array(bytes.buffer)], first);
  });

  it("waits for the cold start, makes a job, and adds the cost on public endpoints", async () => {
    await withClock({ ...chat, coldStartMillis: 40_000, runMillis: 500 }, async (cold) => {
      const { body } = await call(cold, "mine/openai/v1/chat/completions", ask("hi"));
      assertEquals([body.object, body.cost], ["chat.completion", undefined]);
      assertEquals([cold.jobs[0].operation, cold.jobs[0].status], ["openai", "COMPLETED"]);
      assertEquals((await call(cold, "mine/health")).body.jobs.completed, 1);
    });
    const { body } = await call(
      emulator,
      "qwen3-32b-awq/openai/v1/chat/completions",
      ask("hi", { model: "Qwen/Qwen3-32B-AWQ" }),
    );
    assertEquals(body.cost, body.usage.total_tokens / 1e5);
  });

  it("answers plain JSON where the endpoint does not stream, and 500 with the job when it failed", async () => {
    const other = createRunpodEmulator({
      endpoints: {
        plain: { worker: "chat", stream: false },
        broken: { worker: "chat", outcome: { status: "FAILED", error: "worker lost" } },
      },
    });
    const body = ask("hi", { stream: true });
    assertEquals((await call(other, "plain/openai/v1/chat/completions", body)).body.object, "chat.completion");
    const failed = await call(other, "broken/openai/v1/chat/completions", body);
    assertEquals([failed.status, failed.body.status, failed.body.error], [500, "FAILED", "worker lost"]);
  });

  it("relays what a handler yields, however it cuts it, and cuts the stream if it fails", async () => {
    const other = createRunpodEmulator({
      endpoints: {
        torn: { worker: () => ["da", "ta: {}\n", "\ndata: [DONE]\n\n"].values() },
        broken: {
          worker: function* () {
            yield "data: {}\n\n";
            throw new Error("gone");
          },
        },
        odd: { worker: () => ({ err: "?" }) },
      },
    });
    const send = async (id: string, stream = true) =>
      (await call(other, `${id}/openai/v1/chat/completions`, ask("hi", { stream }))).body;
    assertEquals(await send("torn"), "data: {}\n\ndata: [DONE]\n\n");
    assertEquals(await send("broken"), "data: {}\n\n");
    assertEquals(await send("odd", false), { err: "?" });
  });

  it("serves load-balancer hosts and plain servers without a job", async () => {
    const other = createRunpodEmulator({
      apiKey: "k",
      endpoints: { local: { worker: "chat", models: ["here"] }, lb: chat },
    });
    const balanced = "https://lb.api.runpod.ai/v1/chat/completions";
    assertEquals((await call(other, balanced, ask("hi"))).status, 401);
    const answer = await call(other, balanced, ask("hi"), { method: "POST", headers: { authorization: "Bearer k" } });
    assertEquals([answer.status, answer.headers.has("x-runpod-worker-id")], [200, true]);
    const models = await call(other, "http://localhost:8000/v1/models", undefined, { headers: {} });
    assertEquals(models.body.data[0].id, "here");
    assertEquals(other.jobs.length, 0);
  });

  it("gives up on a load balancer's worker after two minutes", async () => {
    await withClock({ ...chat, coldStartMillis: 600_000 }, async (cold) => {
      const { status, body } = await call(cold, "https://mine.api.runpod.ai/v1/chat/completions", ask("hi"));
      assertEquals([status, body], [400, { error: "timed out waiting for worker" }]);
    });
  });
});

describe("chat workers on the queue", () => {
  const emulator = createRunpodEmulator();
  const run = async (input: Json) => (await call(emulator, "qwen3-32b-awq/runsync", { input })).body;

  it("answer native inputs in Runpod's own shape", async () => {
    const { output: [whole] } = await run({ prompt: "Tell me about tea" });
    assertStringIncludes(whole.choices[0].tokens[0], "tea");
    assertEquals(Object.keys(whole), ["choices", "cost", "usage"]);
    const { output } = await run({ messages: [{ role: "user", content: "Tell me about tea" }], stream: true });
    assertEquals(output.flatMap((part: Json) => part.choices[0].tokens).join(""), whole.choices[0].tokens[0]);
    assertEquals(output.slice(0, 3).map((part: Json) => part.choices[0].tokens.length), [1, 3, 9]);
    assertEquals(output[output.length - 1].usage, whole.usage);
    assertEquals((await run({ nothing: 1 })).error, "Invalid prompt");
  });

  it("answer OpenAI inputs, as one object or as event text on /stream", async () => {
    const request = ask("Tell me about tea", { model: "Qwen/Qwen3-32B-AWQ" });
    const openai_route = "/v1/chat/completions";
    assertEquals((await run({ openai_route, openai_input: request })).output[0].object, "chat.completion");
    const { id, output } = await run({ openai_route, openai_input: { ...request, stream: true } });
    const { stream } = (await call(emulator, `qwen3-32b-awq/stream/${id}`)).body;
    assertEquals(stream.map((part: Json) => part.output), output);
    assert(events(output.join("")).length > 10);
    const failed = await run({ openai_route, openai_input: { ...request, model: "x" } });
    assertStringIncludes(failed.error, "{'message': 'vLLM returned HTTP 404: ");
  });
});

describe("image workers", () => {
  const emulator = createRunpodEmulator();
  const run = async (input: Json, id = "qwen-image-t2i") => (await call(emulator, `${id}/runsync`, { input })).body;
  const png = async (url: string) => {
    const response = await emulator.fetch(url);
    assertEquals(response.headers.get("content-type"), "image/png");
    const bytes = new Uint8Array(await response.arrayBuffer());
    assertEquals([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const view = new DataView(bytes.buffer);
    return { size: [view.getUint32(16), view.getUint32(20)], key: String(bytes) };
  };

  it("draw a PNG of the asked size behind a URL that needs no key", async () => {
    const { id, output } = await run({ prompt: "A lighthouse" });
    assertEquals(output, { cost: 0.02097152, image_url: `https://image.runpod.ai/${id}/output.png` });
    assertEquals((await png(output.image_url)).size, [1024, 1024]);
    assertEquals((await png((await run({ prompt: "a", size: "64*32" })).output.image_url)).size, [64, 32]);
    const flux = await run({ prompt: "a", width: 33, height: 7 }, "black-forest-labs-flux-1-dev");
    assertEquals((await png(flux.output.image_url)).size, [33, 7]);
  });

  it("draw by prompt and seed", async () => {
    const draw = async (prompt: string, seed: number) =>
      (await png((await run({ prompt, seed, size: "16*16" })).output.image_url)).key;
    assertEquals(await draw("a", 1), await draw("a", 1));
    assert(await draw("a", 1) !== await draw("a", 2));
    assert(await draw("a", 1) !== await draw("b", 1));
    assert(await draw("a", -1) !== await draw("a", -1));
  });

  it("put files on the origin they were asked from, and data URIs on request", async () => {
    const { body: { id, output } } = await call(emulator, "http://127.0.0.1:9000/v2/qwen-image-t2i/runsync", {
      input: { prompt: "a", size: "8*8" },
    });
    assertEquals(output.image_url, `http://127.0.0.1:9000/files/${id}/output.png`);
    assertEquals((await png(output.image_url)).size, [8, 8]);
    const data = await run({ prompt: "a", size: "8*8", enable_base64_output: true });
    assert(data.output.image_url.startsWith("data:image/png;base64,iVBORw0KGgo"));
    assertEquals((await emulator.fetch("https://image.runpod.ai/none/output.png")).status, 404);
  });

  it("refuse what the models refuse", async () => {
    const error = async (input: Json, id?: string) => (await run(input, id)).error;
    assertEquals(await error({ size: "8*8" }), "Invalid prompt");
    assertEquals(await error({ prompt: "a", size: "8x8" }), "Invalid parameter: size format must be width*height");
    assertEquals(
      await error({ prompt: "a", size: "8*8" }, "seedream-3-0-t2i"),
      "Invalid parameter: size format must be widthxheight",
    );
    assertStringIncludes(await error({ prompt: "a", size: "9999*8" }), "4096");
    assertEquals(
      await error({ prompt: "a", image: "cat" }, "black-forest-labs-flux-1-kontext-dev"),
      "Invalid image URL",
    );
    const other = createRunpodEmulator({ behavior: { imageKey: "result" } });
    const { body } = await call(other, "qwen-image-t2i/runsync", { input: { prompt: "a" } });
    assertEquals(Object.keys(body.output), ["cost", "result"]);
  });
});
