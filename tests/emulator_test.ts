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

const chat: EmulatedEndpoint = { worker: "chat", models: ["m"] };

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
    assertEquals((await call(emulator, "qwen-image-t2i/health", {})).status, 405);
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

describe("rate limits", () => {
  it("are off unless asked for", async () => {
    const emulator = createRunpodEmulator();
    for (let count = 0; count < 5; count++) {
      assertEquals((await call(emulator, "qwen-image-t2i/purge-queue", {})).status, 200);
    }
  });

  it("refuse what is over an endpoint's number of requests in ten seconds, for each operation by itself", async () => {
    await withClock({ worker: () => 1 }, async (emulator, move) => {
      const purge = (id = "mine") => call(emulator, `${id}/purge-queue`, {});
      assertEquals((await purge()).status, 200);
      move(9_000);
      assertEquals((await purge()).status, 200);
      const refused = await purge();
      assertEquals([refused.status, refused.body], [429, { error: "too many requests" }]);
      assertEquals([refused.headers.get("content-type"), refused.headers.get("retry-after")], [
        "application/json",
        null,
      ]);
      assertEquals((await purge("qwen-image-t2i")).status, 200);
      move(1_000);
      assertEquals((await purge()).status, 200);

      const statuses = new Map<number, number>();
      for (let count = 0; count < 1001; count++) {
        const { status } = await call(emulator, "mine/run", { input: { a: 1 } });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      assertEquals([...statuses], [[200, 1000], [429, 1]]);
      assertEquals(emulator.jobs.length, 1000);
      const { id } = emulator.jobs[0];
      assertEquals((await call(emulator, `mine/status/${id}`)).status, 200);
    }, { rateLimits: true });
  });

  it("tell when to come back, if they are to", async () => {
    const emulator = createRunpodEmulator({ rateLimits: true, behavior: { retryAfterSeconds: 7 } });
    const purge = () => call(emulator, "qwen-image-t2i/purge-queue", {});
    await purge();
    await purge();
    assertEquals((await purge()).headers.get("retry-after"), "7");
  });

  it("refuse what is over an endpoint's number of requests at one time, until one is over", async () => {
    const emulator = createRunpodEmulator({ rateLimits: true, endpoints: { chat } });
    const controller = new AbortController();
    const open = () =>
      emulator.fetch(`${api}/chat/openai/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: "k" },
        body: JSON.stringify(ask("hi", { stream: true })),
        signal: controller.signal,
      });
    const streams = await Promise.all(Array.from({ length: 400 }, open));
    assertEquals(streams.filter(({ status }) => status !== 200).length, 0);
    assertEquals((await open()).status, 429);
    await streams[0].body!.cancel();
    assertEquals((await open()).status, 200);
    await streams[1].text();
    assertEquals((await open()).status, 200);
    assertEquals((await open()).status, 429);
    controller.abort();
    assertEquals((await call(emulator, "chat/openai/v1/models")).status, 200);

    const held = new AbortController();
    const slow = createRunpodEmulator({
      rateLimits: true,
      endpoints: { mine: { worker: () => 1, states: [{ status: "IN_QUEUE", millis: Infinity }] } },
    });
    const init = { method: "POST", signal: held.signal };
    const waiting = Array.from(
      { length: 400 },
      () => assertRejects(() => call(slow, "mine/runsync?wait=300000", { input: { a: 1 } }, init)),
    );
    const untilSubmitted = async (count: number) => {
      while (slow.jobs.length < count) await new Promise((resolve) => setTimeout(resolve, 0));
    };
    await untilSubmitted(400);
    assertEquals((await call(slow, "mine/runsync", { input: { a: 1 } })).status, 429);
    held.abort(new Error("enough"));
    await Promise.all(waiting);
    const last = new AbortController();
    const next = call(slow, "mine/runsync", { input: { a: 1 } }, { ...init, signal: last.signal });
    await untilSubmitted(401);
    last.abort(new Error("enough"));
    await assertRejects(() => next, Error, "enough");
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

  it("takes an async generator's failures likewise, and closes a generator that it leaves", async () => {
    const closed: string[] = [];
    const failing = (error: unknown, name: string) =>
      async function* () {
        try {
          yield await "a";
          if (error instanceof Error) throw error;
          yield { error };
          yield "never";
        } finally {
          closed.push(name);
        }
      };
    const thrown = await run(failing(new Error("boom"), "thrown"));
    assertEquals([thrown.status, thrown.stream], ["FAILED", [{ output: "a" }]]);
    assertStringIncludes(String(thrown.error), "handler: boom \ntraceback: Traceback");
    const yielded = await run(failing({ code: 1 }, "yielded"));
    assertEquals([yielded.status, yielded.error, yielded.stream], ["FAILED", "{'code': 1}", [{ output: "a" }]]);
    const sync = await run(function* () {
      try {
        yield { error: "no" };
      } finally {
        closed.push("sync");
      }
    });
    assertEquals([sync.error, closed], ["no", ["thrown", "yielded", "sync"]]);
    const many = await run(async function* () {
      for (let number = 0; number < 5000; number++) yield await number;
    });
    assertEquals((many.output as number[]).length, 5000);
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
  const emulator = createRunpodEmulator({ endpoints: { chat } });
  const url = "chat/openai/v1/chat/completions";

  it("lists the models that an endpoint serves, which the endpoint's id is not", async () => {
    const other = createRunpodEmulator({ endpoints: { mine: { worker: "chat" } } });
    const list = async (id: string) =>
      (await call(other, `${id}/openai/v1/models`)).body.data.map(({ id }: Json) => id);
    assertEquals(await list("moonshot-kimi"), ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3"]);
    assertEquals(await list("mine"), ["emulated/chat-model"]);
    const send = async (id: string, model?: string) => {
      const { status, body } = await call(other, `${id}/openai/v1/chat/completions`, ask("hi", { model }));
      return [status, body.model ?? body.status];
    };
    assertEquals(await send("mine", "emulated/chat-model"), [200, "emulated/chat-model"]);
    assertEquals(await send("mine"), [200, "emulated/chat-model"]);
    assertEquals(await send("mine", "mine"), [500, "FAILED"]);
    assertEquals(await send("granite-4-0-h-small", "any/name"), [200, "any/name"]);
  });

  it("answers a refusal as workers of each age do, and records a job that agrees", async () => {
    const error = { message: "The model `x` does not exist.", type: "NotFoundError", param: "model", code: 404 };
    const text = `{'message': 'vLLM returned HTTP 404: ${
      JSON.stringify({ error })
    }', 'type': 'worker_error', 'code': None}`;
    for (const stream of [false, true]) {
      const refuse = async (openaiError?: "job" | "error" | "flat" | "own") => {
        const other = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiError } });
        const { status, body, headers } = await call(other, url, ask("hi", { model: "x", stream }));
        assertEquals(headers.get("content-type"), "application/json");
        const { id, ...job } = other.jobs[0];
        return { status, body, job: { status: job.status, output: job.output, error: job.error }, id };
      };
      const failed = { status: "FAILED", output: undefined, error: text };
      const usual = await refuse();
      assertEquals([usual.status, usual.job], [500, failed]);
      const { id, status, error: shown } = usual.body;
      assertEquals([id, status, shown], [usual.id, "FAILED", text]);
      assertEquals((await refuse("job")).body, usual.body);
      const short = await refuse("error");
      assertEquals([short.status, short.body, short.job], [500, { error: text }, failed]);
      const own = await refuse("own");
      assertEquals([own.status, own.body, own.job], [404, { error }, failed]);
      const flat = await refuse("flat");
      const object = { object: "error", ...error, param: null };
      assertEquals([flat.status, flat.body], [200, object]);
      assertEquals(flat.job, { status: "COMPLETED", output: [object], error: undefined });
    }
  });

  it("answers a job that failed for another reason with 500 at any age, and as a server where there is no job", async () => {
    const endpoints: Record<string, EmulatedEndpoint> = {
      lost: { ...chat, outcome: { status: "FAILED", error: "worker lost" } },
      bad: { worker: () => ({ error: "bad" }) },
    };
    for (const openaiError of ["job", "error", "flat", "own"] as const) {
      const other = createRunpodEmulator({ endpoints, behavior: { openaiError } });
      for (const [id, error] of [["lost", "worker lost"], ["bad", "bad"]]) {
        const { status, body } = await call(other, `${id}/openai/v1/chat/completions`, ask("hi"));
        assertEquals([status, body.error, body.status], [500, error, openaiError === "error" ? undefined : "FAILED"]);
        const balanced = await call(other, `https://${id}.api.runpod.ai/v1/chat/completions`, ask("hi"));
        const own = { message: error, type: "InternalServerError", param: null, code: 500 };
        assertEquals([balanced.status, balanced.body], [500, { error: own }]);
      }
    }
  });

  it("hands every path and method on to the worker, whose server refuses what it does not have", async () => {
    const own = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiError: "own" } });
    const send = async (path: string, method: string, body?: unknown) => {
      const init = { method, body: body === undefined ? undefined : JSON.stringify(body) };
      const answer = await call(own, path.replace("…", "chat/openai/v1"), undefined, init);
      return [answer.status, answer.body.error.type, own.jobs.length];
    };
    assertEquals(await send("…/responses", "POST", { input: "hi" }), [404, "Not Found", 1]);
    assertEquals(own.jobs[0].input, { openai_route: "/v1/responses", openai_input: { input: "hi" } });
    assertEquals(await send("…/responses/1", "DELETE"), [404, "Not Found", 2]);
    assertEquals(own.jobs[1].input, { openai_route: "/v1/responses/1" });
    assertEquals(await send("…/chat/completions", "GET"), [405, "Method Not Allowed", 3]);
    assertEquals(await send("…/models", "POST", {}), [405, "Method Not Allowed", 4]);
    assertEquals(await send("…/chat/completions", "PUT", { model: "m" }), [400, "BadRequestError", 5]);
    assertEquals(await send("https://chat.api.runpod.ai/v1/models", "DELETE"), [405, "Method Not Allowed", 5]);
    assertEquals(await send("https://chat.api.runpod.ai/elsewhere", "GET"), [404, "Not Found", 5]);
    assertEquals(await send("http://localhost:8000/v1/responses", "POST", {}), [404, "Not Found", 5]);
    assertEquals(await send("http://localhost:8000/", "GET"), [404, "Not Found", 5]);

    const usual = await call(emulator, "chat/openai/v1/responses", {});
    assertEquals([usual.status, usual.body.status], [500, "FAILED"]);
    assertStringIncludes(usual.body.error, "vLLM returned HTTP 404");
    assertEquals((await call(emulator, "chat/openai/other")).status, 404);
  });

  it("refuses a body that is no request", async () => {
    const own = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiError: "own" } });
    const send = async (body: string) => (await call(own, url, undefined, { method: "POST", body })).body.error;
    for (const body of ["{", "[]", '{"model":"m"}', '{"model":1}']) {
      const { type, param, code } = await send(body);
      assertEquals([type, param, code], ["BadRequestError", null, 400]);
    }
  });

  it("cuts streams as each worker does, with the same events in the end", async () => {
    const prompt = "Tell me about “naïve” otters 🦦 and 🦦🦦 again.";
    const body = ask(prompt, { stream: true, stream_options: { include_usage: true } });
    const cut = async (openaiChunks?: "events" | "fragments" | "batches" | "pretty") => {
      const other = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiChunks } });
      const text = (await call(other, url, body)).body;
      const { body: { id, output } } = await call(other, "chat/runsync", {
        input: { openai_route: "/v1/chat/completions", openai_input: body },
      });
      const { stream } = (await call(other, `chat/stream/${id}`)).body;
      assertEquals(stream.map((part: Json) => part.output), output);
      assertEquals(other.jobs[0].output instanceof Array && other.jobs[0].output.join(""), text);
      // Ids and times are of each job its own.
      const said = data(text).map((event) => event === "[DONE]" ? event : JSON.parse(event).choices);
      const server = (await call(other, "https://chat.api.runpod.ai/v1/chat/completions", body)).body;
      assertEquals(events(server).length, said.length - 1);
      return { yields: output as string[], said };
    };
    // What an SSE parser makes of it.
    const data = (text: string) =>
      text.split("\n\n").slice(0, -1).map((event) =>
        event.split("\n").map((line) => line.replace(/^data: /, "")).join("\n")
      );
    const isWhole = (part: string) => part.startsWith("data: ") && part.endsWith("\n\n");

    const whole = await cut();
    assertEquals(whole.said.length, whole.yields.length);
    assert(whole.yields.every(isWhole));
    assertEquals((await cut("events")).yields.length, whole.yields.length);

    const fragments = await cut("fragments");
    assertEquals(fragments.said, whole.said);
    assert(fragments.yields.filter((part) => !isWhole(part)).length > 5);
    assert(fragments.yields.every((part) => new TextDecoder().decode(new TextEncoder().encode(part)) === part));

    const batches = await cut("batches");
    assertEquals(batches.said, whole.said);
    assert(batches.yields.every(isWhole));
    assertEquals(batches.yields.slice(0, 3).map((part) => data(part).length), [1, 3, 9]);

    const pretty = await cut("pretty");
    assertEquals(pretty.said, whole.said);
    assertEquals(pretty.yields.length, whole.yields.length);
    assert(pretty.yields[0].split("\n").filter((line) => line.startsWith("data: ")).length > 10);
    assertEquals(pretty.yields.at(-1), "data: [DONE]\n\n");
  });

  it("answers 524 with a page when no answer has begun in time, while the job goes on", async () => {
    const behavior = { gatewayTimeoutMillis: 100_000 };
    await withClock({ ...chat, coldStartMillis: 60_000, runMillis: 50_000 }, async (slow, move) => {
      const late = await call(slow, "mine/openai/v1/chat/completions", ask("hi"));
      assertEquals([late.status, late.headers.get("content-type")], [524, "text/html; charset=UTF-8"]);
      assertStringIncludes(late.body, "524: A timeout occurred");
      assertEquals(slow.jobs[0].status, "IN_PROGRESS");
      move(10_000);
      assertEquals(slow.jobs[0].status, "COMPLETED");
      assertEquals((await call(slow, "mine/openai/v1/chat/completions", ask("hi"))).status, 200);
    }, { behavior });
    // An answer that has begun may take as long as it likes.
    await withClock({ ...chat, runMillis: 99_000, tokenMillis: 9_000 }, async (slow) => {
      const { status, body } = await call(slow, "mine/openai/v1/chat/completions", ask("hi", { stream: true }));
      assertEquals(status, 200);
      assert(events(body).length > 10);
    }, { behavior });
    await withClock({ ...chat, coldStartMillis: 110_000 }, async (slow) => {
      assertEquals((await call(slow, "https://mine.api.runpod.ai/v1/chat/completions", ask("hi"))).status, 200);
    }, { behavior });
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
      const thinking = createRunpodEmulator({ endpoints: { chat: { ...chat, reasoning } } });
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
        plain: { ...chat, stream: false },
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
    const flux = await run(
      { prompt: "a", width: 33, height: 7, image_format: "png" },
      "black-forest-labs-flux-1-dev",
    );
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

  it("put files on the origin they were asked from", async () => {
    const { body: { id, output } } = await call(emulator, "http://127.0.0.1:9000/v2/qwen-image-t2i/runsync", {
      input: { prompt: "a", size: "8*8" },
    });
    assertEquals(output.image_url, `http://127.0.0.1:9000/files/${id}/output.png`);
    assertEquals((await png(output.image_url)).size, [8, 8]);
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
    const other = createRunpodEmulator({ behavior: { outputKey: "result" } });
    const { body } = await call(other, "qwen-image-t2i/runsync", { input: { prompt: "a" } });
    assertEquals(Object.keys(body.output), ["cost", "result"]);
  });
});
