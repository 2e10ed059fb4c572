import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { assertSpyCalls, spy } from "@std/testing/mock";
import { api, ask, call, chat, type Json, withClock } from "./emulator_client.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

describe("access", () => {
  it("requires a key, with or without Bearer, and the configured one if there is one", async () => {
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

  it("answers 404 to unknown endpoints, jobs and operations, and 405 to a wrong method", async () => {
    const emulator = createRunpodEmulator();
    assertEquals((await call(emulator, "nobody/run", { input: { a: 1 } })).body, { error: "endpoint not found" });
    const job = await call(emulator, "qwen-image-t2i/status/none");
    assertEquals([job.status, job.body], [404, { error: "job not found" }]);
    assertEquals((await call(emulator, "qwen-image-t2i/requests")).status, 404);
    assertEquals((await call(emulator, "qwen-image-t2i/run")).status, 405);
    assertEquals((await call(emulator, "qwen-image-t2i/health", {})).status, 405);
  });

  it("works on any origin and behind a prefix, and logs its requests", async () => {
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

  it("lets the interceptor answer, lose the reply to an accepted job, and fail as a network does", async () => {
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
  it("moves a job from the queue through its run to its end as time passes", async () => {
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

  it("holds runsync until the job ends, or answers 200 with the unfinished job after the wait", async () => {
    await withClock({ worker: () => "late", runMillis: 120_000 }, async (emulator) => {
      const early = await call(emulator, "mine/runsync?wait=10", { input: { a: 1 } });
      assertEquals([early.status, early.body.status], [200, "IN_PROGRESS"]);
      assert(early.body.id.startsWith("sync-"));
      assertEquals((await call(emulator, "mine/runsync", { input: { a: 1 } })).body.status, "IN_PROGRESS");
      assertEquals(
        (await call(emulator, "mine/runsync?wait=999999999", { input: { a: 1 } })).body.output,
        "late",
      );
      // The first two requests waited 1 s and 90 s; status-sync waits for the rest of the third job.
      assertEquals((await call(emulator, `mine/status-sync/${emulator.jobs[2].id}`)).body.output, "late");
    });
  });

  it("sets no timer if there is nothing to wait for, even with an async handler", async () => {
    using timers = spy(globalThis, "setTimeout");
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: async () => await { a: 1 } }, chat } });
    assertEquals((await call(emulator, "mine/runsync", { input: { a: 1 } })).body.output, { a: 1 });
    await call(emulator, "chat/openai/v1/chat/completions", ask("hi", { stream: true }));
    assertSpyCalls(timers, 0);
  });

  it("forgets a result after 30 minutes, one of runsync after a minute, and any job after its ttl", async () => {
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

  it("fails a job that runs longer than its execution timeout", async () => {
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

  it("follows scripted states with progress, a second dispatch and an unknown status", async () => {
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

  it("cancels queued and running jobs, and does not change finished ones", async () => {
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

  it("retries failed jobs under the same id, and refuses to retry others", async () => {
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

  it("purges queued jobs only, and counts jobs and workers by state", async () => {
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

  it("keeps a job that no worker takes in the queue, and shows no workers", async () => {
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

  it("refuses bodies that are not a job, or too large", async () => {
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
  it("are off by default", async () => {
    const emulator = createRunpodEmulator();
    for (let count = 0; count < 5; count++) {
      assertEquals((await call(emulator, "qwen-image-t2i/purge-queue", {})).status, 200);
    }
  });

  it("refuse requests over the number for ten seconds, counted for each endpoint and operation", async () => {
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

  it("send Retry-After if the switch is set", async () => {
    const emulator = createRunpodEmulator({ rateLimits: true, behavior: { retryAfterSeconds: 7 } });
    const purge = () => call(emulator, "qwen-image-t2i/purge-queue", {});
    await purge();
    await purge();
    assertEquals((await purge()).headers.get("retry-after"), "7");
  });

  it("refuse requests over the number at one time, until one of them ends", async () => {
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

  it("returns the handler's result without an empty object and a falsy error", async () => {
    assertEquals(await run(() => [1]), { ...base, output: [1] });
    assertEquals(await run(() => ({})), base);
    assertEquals(await run(() => undefined), base);
    assertEquals(await run(() => ({ error: null, x: 1 })), { ...base, output: { x: 1 } });
    assertEquals(await run(async () => await "later"), { ...base, output: "later" });
  });

  it("fails a job on a returned error, and keeps the rest of the output", async () => {
    const failed = { ...base, status: "FAILED" };
    assertEquals(await run(() => ({ error: "bad", details: [1] })), {
      ...failed,
      error: "bad",
      output: { details: [1] },
    });
    assertEquals(await run(() => ({ error: ["bad"] })), { ...failed, error: ["bad"] });
    assertEquals((await run(() => ({ error: "bad" }), { failedRunsyncStatus: 400 })).code, 400);
  });

  it("fails a job with a JSON text as its error when the handler throws", async () => {
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

  it("fails a job whose generator throws or yields an error, and keeps its earlier yields", async () => {
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

  it("treats failures of async generators in the same way, and closes a generator that it stops early", async () => {
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

  it("answers at once for a queued job, waits for a running one, and hands out each chunk once", async () => {
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

  it("can hand out the last chunk before the reply with the final status", async () => {
    await withClock(endpoint, async (emulator, move) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      move(9000);
      const read = async () => (await call(emulator, `mine/stream/${id}`)).body;
      const stream = [{ output: "a" }, { output: "b" }, { output: "c" }];
      assertEquals(await read(), { status: "IN_PROGRESS", stream });
      assertEquals(await read(), { status: "COMPLETED", stream: [] });
    }, { behavior: { streamEnd: "before" } });
  });

  it("waits for the end of a plain handler, and has no chunks", async () => {
    await withClock({ worker: () => "x", runMillis: 3000 }, async (emulator) => {
      const { body: { id } } = await call(emulator, "mine/run", { input: { a: 1 } });
      assertEquals((await call(emulator, `mine/stream/${id}`)).body, { status: "COMPLETED", stream: [] });
    });
  });
});

describe("aborts", () => {
  it("rejects a waiting request with the caller's reason while the job goes on", () =>
    withVirtualTime(async () => {
      const emulator = createRunpodEmulator({ endpoints: { mine: { worker: () => "done", runMillis: 15 } } });
      const controller = new AbortController();
      const reason = new Error("enough");
      const held = call(emulator, "mine/runsync", { input: { a: 1 } }, {
        method: "POST",
        signal: controller.signal,
      });
      controller.abort(reason);
      assertEquals(await assertRejects(() => held), reason);
      await settled();
      assertEquals(emulator.jobs[0].status, "COMPLETED");
    }));

  it("rejects at once, without a log entry, if the signal was aborted before", async () => {
    const emulator = createRunpodEmulator();
    await assertRejects(() => emulator.fetch(`${api}/x/health`, { signal: AbortSignal.abort(new Error("early")) }));
    assertEquals(emulator.requests.length, 0);
  });

  it("fails a streaming body with the reason and clears its timer", async () => {
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

describe("the history", () => {
  it("keeps every request and job by default", async () => {
    await withClock({ worker: () => 1 }, async (emulator, move) => {
      for (let count = 0; count < 3; count++) await call(emulator, "mine/run", { input: { a: 1 } });
      move(3_600_000);
      await call(emulator, "mine/run", { input: { a: 1 } });
      assertEquals([emulator.requests.length, emulator.jobs.length], [4, 4]);
    });
  });

  it("can be limited, except for jobs whose results can still be read", async () => {
    await withClock({ worker: () => 1 }, async (emulator, move) => {
      const run = async () => (await call(emulator, "mine/run", { input: { a: 1 } })).body.id;
      const first = [await run(), await run(), await run()];
      assertEquals([emulator.requests.length, emulator.jobs.map(({ id }) => id)], [2, first]);
      move(1_800_000);
      const last = [await run(), await run()];
      assertEquals(emulator.jobs.map(({ id }) => id), last);
      assertEquals((await call(emulator, `mine/status/${last[0]}`)).body.output, 1);
      assertEquals((await call(emulator, "mine/health")).body.jobs.completed, 2);
    }, { history: 2 });
  });
});
