import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import { type RunpodEndpoint, RunpodJobError } from "@runpod/ai-sdk-provider";
import type { EmulatedHandler, RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { completed } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { emulate, statesOf } from "./emulated.ts";
import { all, echo, withEndpoint } from "./job_endpoint.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const MEBIBYTE = 1024 * 1024;

describe("purgeQueue", () => {
  it("removes the jobs that wait, and counts them", () =>
    withEndpoint({ ...echo, coldStartMillis: 60_000 }, async ({ emulator, endpoint }) => {
      for (let index = 0; index < 3; index++) await endpoint.run({ index });
      assertEquals(await endpoint.purgeQueue(), 3);
      assertEquals(await endpoint.purgeQueue(), 0);
      assertEquals(statesOf(emulator), ["CANCELLED", "CANCELLED", "CANCELLED"]);
      assertEquals(emulator.requests.at(-1)?.url, "https://api.runpod.ai/v2/mine/purge-queue");
    }));

  it("has a retryable error over its rate limit", () =>
    withEndpoint(echo, async ({ endpoint }) => {
      await endpoint.purgeQueue();
      await endpoint.purgeQueue();
      const error = await assertRejects(() => endpoint.purgeQueue(), APICallError);
      assertEquals([error.statusCode, error.isRetryable], [429, true]);
    }, { rateLimits: true }));
});

describe("health", () => {
  it("returns the numbers of jobs and workers", () =>
    withEndpoint({ ...echo, coldStartMillis: 10_000, runMillis: 10_000 }, async ({ endpoint }) => {
      await endpoint.run({ a: 1 });
      const { jobs, workers } = await endpoint.health();
      assertEquals([jobs.inQueue, jobs.inProgress, workers.initializing], [1, 0, 1]);
      await settled(11_000);
      const later = await endpoint.health();
      assertEquals([later.jobs.inQueue, later.jobs.inProgress, later.workers.running], [0, 1, 1]);
    }));

  it("returns empty objects where the service leaves a part out", async () => {
    const { runpod } = capture(() => Response.json({ workers: { idle: 1 } }));
    assertEquals(await runpod.endpoint("mine").health(), { jobs: {}, workers: { idle: 1 } });
    const odd = capture(() => Response.json([{ jobs: "none" }])).runpod;
    assertEquals(await odd.endpoint("mine").health(), { jobs: {}, workers: {} });
  });
});

describe("models", () => {
  it("lists the models of a chat endpoint", () =>
    withEndpoint({ worker: "chat", models: ["org/one", "org/two"] }, async ({ emulator, endpoint }) => {
      assertEquals((await endpoint.models()).map(({ id }) => id), ["org/one", "org/two"]);
      assertEquals(emulator.requests.map(({ method, url }) => [method, url]), [
        ["GET", "https://api.runpod.ai/v2/mine/openai/v1/models"],
      ]);
    }));
});

describe("an endpoint", () => {
  it("refuses an input that is empty or not an object, before any request", () =>
    withEndpoint(echo, async ({ emulator, endpoint }) => {
      const wrong: Array<[input: unknown, reason: string]> = [
        [
          {},
          'Cannot run a job on "mine": the input is empty, and Runpod drops an empty input on its way to the worker',
        ],
        ...["text", 5, null, undefined, ["a"], true].map((input): [unknown, string] => [
          input,
          'Cannot run a job on "mine": the input is not an object; give it at least one key',
        ]),
      ];
      for (const [input, reason] of wrong) {
        for (const run of [endpoint.run, endpoint.runSync]) {
          const error = await assertRejects(
            () => run(input as Record<string, unknown>),
            InvalidArgumentError,
            reason,
          );
          assertEquals(error.argument, "input");
        }
      }
      assertEquals(emulator.requests.length, 0);
    }));

  const SIZES: Array<[operation: "run" | "runSync", megabytes: number, advice: string]> = [
    ["run", 10, "send files as URLs, or use a call that waits for the job, which accepts 20 MB"],
    ["runSync", 20, "send files as URLs"],
  ];
  for (const [operation, megabytes, advice] of SIZES) {
    for (const character of ["x", "é", "€", "😀"]) {
      it(`accepts ${megabytes} MB of "${character}" for ${operation}, and refuses more before any request`, async () => {
        // No virtual clock, which on some runtimes does not wait for bodies of this size.
        const { emulator, runpod } = emulate({ endpoints: { mine: { worker: () => ({ ok: true }) } } });
        const endpoint = runpod.endpoint("mine");
        const size = (text: string) => new TextEncoder().encode(text).length;
        const room = megabytes * MEBIBYTE - size(JSON.stringify({ input: { text: "" } }));
        const text = character.repeat(Math.floor(room / size(character)));
        const fill = "x".repeat(room - size(text));
        await endpoint[operation]({ text: text + fill });
        assertEquals(emulator.jobs.length, 1);
        const error = await assertRejects(
          () => endpoint[operation]({ text: `${text}${fill}x` }),
          InvalidArgumentError,
        );
        assertEquals(
          error.message,
          `Cannot run a job on "mine": the request is larger than the ${megabytes} MB that Runpod accepts; ${advice}`,
        );
        assertEquals(emulator.requests.length, 1);
      });
    }
  }

  const CALLS: Array<[name: string, call: (endpoint: RunpodEndpoint, jobId: string) => Promise<unknown>]> = [
    ["wait", (endpoint, jobId) => endpoint.wait(jobId)],
    ["status", (endpoint, jobId) => endpoint.status(jobId)],
    ["stream", (endpoint, jobId) => all(endpoint.stream(jobId))],
    ["cancel", (endpoint, jobId) => endpoint.cancel(jobId)],
    ["retry", (endpoint, jobId) => endpoint.retry(jobId)],
  ];

  it("that is an OpenAI-compatible server refuses jobs before any request, but lists models", async () => {
    const { emulator, runpod } = emulate({}, { baseURL: "http://localhost:8000/v1" });
    const endpoint = runpod.endpoint("emulated/chat-model");
    const calls = [
      ...CALLS.map(([, call]) => () => call(endpoint, "job-1")),
      () => endpoint.run({ a: 1 }),
      () => endpoint.runSync({ a: 1 }),
      () => endpoint.purgeQueue(),
      () => endpoint.health(),
    ];
    for (const call of calls) await assertRejects(call, InvalidArgumentError, "without a job queue");
    assertEquals(emulator.requests.length, 0);
    assertEquals((await endpoint.models()).length, 1);
  });

  it("refuses an empty job id before any request", () =>
    withEndpoint(echo, async ({ emulator, endpoint }) => {
      for (const [, call] of CALLS) {
        const error = await assertRejects(() => call(endpoint, ""), InvalidArgumentError, "it is empty");
        assertEquals(error.argument, "jobId");
      }
      await settled();
      assertEquals(emulator.requests.length, 0);
    }));

  it("sends a job id as one segment of the path", async () => {
    const { runpod, sent } = capture(({ url }) =>
      url.includes("/stream/") ? Response.json({ status: "COMPLETED", stream: [] }) : completed({})
    );
    for (const [, call] of CALLS) await call(runpod.endpoint("mine"), "a/b?c#d é");
    assertEquals(
      [...new Set(sent.map(({ url }) => url.slice("https://api.runpod.ai/v2/mine/".length)))],
      ["status-sync", "status", "stream", "cancel", "retry"].map((operation) =>
        `${operation}/a%2Fb%3Fc%23d%20%C3%A9${operation === "status-sync" ? "?wait=90000" : ""}`
      ),
    );
  });

  it("is found by its URL and by its link in the console", async () => {
    const { runpod, sent } = capture(() => completed({}));
    for (
      const id of ["mine", "https://api.runpod.ai/v2/mine", "https://console.runpod.io/serverless/user/endpoint/mine"]
    ) {
      await runpod.endpoint(id).status("job-1");
      assertEquals(sent.at(-1)?.url, "https://api.runpod.ai/v2/mine/status/job-1");
    }
  });

  it("throws for an answer that is not JSON or not a job", async () => {
    for (const body of ["", "<html></html>", "[]", "{}", '{"id":"x"}', "null"]) {
      const { runpod } = capture(() => new Response(body));
      const error = await assertRejects(() => runpod.endpoint("mine").run({ a: 1 }), APICallError, "Cannot run a job");
      assertEquals([error.statusCode, error.isRetryable, error.responseBody], [200, false, body]);
    }
  });

  it("has no API key in errors and jobs, even where the service quotes it", () =>
    withVirtualTime(async () => {
      const quoting = `{"error":"bad token Bearer ${KEY}"}`;
      const answers: Array<() => Response | Promise<Response>> = [
        () => new Response(quoting, { status: 401, headers: { "x-echo": `Bearer ${KEY}` } }),
        () => new Response(quoting, { status: 400 }),
        () => new Response(`not JSON ${KEY}`),
        () => Response.json({ id: "job-1", status: "FAILED", error: `${KEY} is wrong`, output: { key: KEY } }),
        () => Promise.reject(new TypeError(`failed with ${KEY}`, { cause: new Error(KEY) })),
      ];
      for (const answer of answers) {
        const { runpod } = capture(answer);
        const endpoint = runpod.endpoint("mine");
        const calls = [
          ...CALLS.map(([, call]) => () => call(endpoint, "job-1")),
          () => endpoint.run({ a: 1 }),
          () => endpoint.runSync({ a: 1 }),
          () => endpoint.purgeQueue(),
          () => endpoint.models(),
        ];
        for (const call of calls) {
          let shown = "";
          try {
            shown = show(await call());
          } catch (error) {
            shown = show(error);
            assert(error instanceof Error);
          }
          assertEquals(shown.includes(KEY), false, shown);
        }
      }
    }));
});

/** Everything in a value, even what is not printed. */
function show(value: unknown, seen: Set<unknown> = new Set()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  return Object.getOwnPropertyNames(value)
    .map((key) => `${key}: ${show((value as Record<string, unknown>)[key], seen)}`).join("\n");
}

describe("RunpodJobError", () => {
  it("is recognised by isInstance and instanceof, even from another copy of the package", async () => {
    const { runpod } = capture(() => Response.json({ id: "job-1", status: "FAILED", error: "boom" }));
    const own = await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }), Error);
    const foreign = Object.assign(new Error("boom"), { [Symbol.for("runpod.error.RunpodJobError")]: true });
    for (const error of [own, foreign]) {
      assertEquals([RunpodJobError.isInstance(error), error instanceof RunpodJobError], [true, true]);
    }
    assertEquals([APICallError.isInstance(own), own.name], [true, "RunpodJobError"]);
    const other = new APICallError({ message: "boom", url: "https://example.com", requestBodyValues: {} });
    for (const error of [other, new Error("boom"), {}, null, undefined, "RunpodJobError"]) {
      assertEquals([RunpodJobError.isInstance(error), error as unknown instanceof RunpodJobError], [false, false]);
    }
  });
});

describe("an endpoint with unusual input or answers", () => {
  const mine = (worker: EmulatedHandler, more: RunpodEmulatorOptions = {}) => {
    const { emulator, runpod } = emulate({ ...more, endpoints: { mine: { worker } } });
    return { emulator, endpoint: runpod.endpoint("mine") };
  };

  it("refuses options of waiting that are not valid, before any request", async () => {
    const { emulator, endpoint } = mine(() => ({ ok: true }));
    const wrong = [{ waitMillis: 400_000 }, { waitMillis: NaN }, { timeoutMillis: "5000" }, { maxRequests: 1 }];
    for (const options of wrong) {
      for (const call of [endpoint.runSync({ a: 1 }, options as never), endpoint.wait("1", options as never)]) {
        const error = await assertRejects(() => call, InvalidArgumentError, "Cannot wait for a job");
        assertEquals(error.argument, Object.keys(options)[0]);
      }
    }
    assertEquals(emulator.requests.length, 0);
  });

  it("refuses an input without a value, and an id that is not valid", async () => {
    const { emulator, endpoint } = mine(() => ({ ok: true }));
    await assertRejects(() => endpoint.run({ a: undefined }), InvalidArgumentError, "empty");
    await assertRejects(() => endpoint.status("\ud800"), InvalidArgumentError, "not valid");
    assertEquals(emulator.requests.length, 0);
    await assertRejects(() => endpoint.cancel(".."), APICallError);
    assertEquals(emulator.requests.every(({ url }) => url.includes("/cancel/") || url.includes("/status/")), true);
  });

  it("returns the state of a job that cannot be cancelled any more", async () => {
    for (const cancelFinishedStatus of [200, 400, 404] as const) {
      const { endpoint } = mine(() => ({ ok: true }), { behavior: { cancelFinishedStatus } });
      const { id } = await endpoint.run({ a: 1 });
      assertEquals((await endpoint.cancel(id)).status, "COMPLETED");
    }
  });

  it("ends a stream of plain lists, after a transient error at its end", async () => {
    await withVirtualTime(async () => {
      let faults = 0;
      const { emulator, endpoint } = mine(function* () {
        yield* [1, 2];
      }, {
        intercept: async (request, next) => {
          if (request.operation.startsWith("status") && faults++ === 0) return new Response("", { status: 502 });
          const response = await next();
          return request.operation === "stream" ? Response.json((await response.json()).stream) : response;
        },
      });
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await Array.fromAsync(endpoint.stream(id)), [1, 2]);
      assertEquals(emulator.requests.length < 16, true, String(emulator.requests.length));
    });
  });
});
