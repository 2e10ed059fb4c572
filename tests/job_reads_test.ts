/** What a caller sees when the reads of a job fail in ways that the emulator's service does not. */
import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import {
  experimental_getBatchResults as getBatchResults,
  experimental_getBatchStatus as getBatchStatus,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startBatch as startBatch,
  experimental_startVideo as startVideo,
  generateImage,
  rerank,
  streamText,
} from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { chunk } from "./answers.ts";
import { capture, KEY, MODEL, type Sent } from "./capture.ts";
import { MP4_BASE64, PNG_BASE64 } from "./files.ts";
import { settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

const IMAGE_MODEL = "black-forest-labs/flux-1-schnell";

type Answer = () => Response | Promise<Response>;

const job = (status: string, more = {}): Answer => () => Response.json({ id: "j1", status, ...more });
const notFound: Answer = () => Response.json({ error: "job not found" }, { status: 404 });
const forbidden: Answer = () => Response.json({ error: "no" }, { status: 403 });
const badGateway: Answer = () => Response.json({ error: "bad gateway" }, { status: 502 });
const broken: Answer = () => Promise.reject(new TypeError("connection reset"));
const hanging: Answer = () => new Promise<Response>(() => {});
const picture = job("COMPLETED", { output: PNG_BASE64 });
const film = job("COMPLETED", { output: `data:video/mp4;base64,${MP4_BASE64}` });

/** What a service answers to each kind of request: one answer after the other, the last one for ever. */
interface Service {
  submissions?: Answer[];
  reads?: Answer[];
  replies?: Answer[];
  files?: Answer[];
}

function serve(
  { submissions = [job("IN_QUEUE")], reads = [], replies = [], files = [] }: Service,
  settings: RunpodProviderSettings = {},
) {
  const next = (answers: Answer[]) => (answers.length > 1 ? answers.shift()! : answers[0])();
  const { runpod, sent } = capture(({ url }: Sent) => {
    if (url.includes("/cancel/")) return job("CANCELLED")();
    // An endpoint that cannot hold a status read.
    if (url.includes("/status-sync/")) return new Response("404 page not found", { status: 404 });
    if (url.includes("/stream/")) return next(replies);
    if (url.includes("/status/")) return next(reads);
    return next(url.includes("files.example") ? files : submissions);
  }, settings);
  const count = (part: string) => sent.filter(({ url }) => url.includes(part)).length;
  return { runpod, sent, count };
}

/** Runs a test on a virtual clock, at the end of which no timer is left once abandoned requests were let go. */
const onClock = (run: (clock: VirtualClock) => Promise<void>) => () =>
  withVirtualTime(async (clock) => {
    await run(clock);
    await settled(100_000);
    assertEquals(clock.hasTimers(), false);
  });

function draw(runpod: ReturnType<typeof serve>["runpod"], options: Record<string, string | number> = {}) {
  const providerOptions = { runpod: { waitMillis: 0, ...options } };
  const model = runpod.imageModel(IMAGE_MODEL);
  return generateImage({ model, prompt: "A red apple", maxRetries: 0, providerOptions });
}

const REQUEST = { id: "a", type: "image" as const, model: IMAGE_MODEL, prompt: "A red apple" };

describe("a job that is not found", () => {
  const soon = () => [notFound, notFound, notFound];

  it(
    "soon after its submission is read again by a call",
    onClock(async (clock) => {
      const { runpod } = serve({ reads: [...soon(), picture] });
      assertEquals((await draw(runpod)).image.mediaType, "image/png");
      assert(clock.elapsed() < 10_000, String(clock.elapsed()));
    }),
  );

  it(
    "soon after its submission is read again by a stream, and loses nothing",
    onClock(async () => {
      const { runpod, count } = serve({
        replies: [
          ...soon(),
          job("COMPLETED", { stream: [{ output: chunk({ content: "hello" }, "stop") }] }),
          job("COMPLETED", { stream: [] }),
        ],
        reads: [job("COMPLETED")],
      });
      const { text } = streamText({ model: runpod(MODEL, { transport: "queue" }), prompt: "Hi", maxRetries: 0 });
      assertEquals([await text, count("/cancel/")], ["hello", 0]);
    }),
  );

  it(
    "soon after its submission is pending for a video and for a batch",
    onClock(async () => {
      const { runpod } = serve({ reads: [notFound, film] });
      const model = runpod.videoModel("mine");
      const { operation } = await startVideo({ model, prompt: "A red apple rolls" });
      const status = await getVideoStatus(model, { operation });
      assertEquals(status.status, "pending");
      assertStringIncludes(JSON.stringify(status), 'Job \\"j1\\" is not known to the service yet');

      const other = serve({ reads: [notFound, notFound, picture] });
      const batch = await startBatch({ provider: other.runpod, requests: [REQUEST] });
      assertEquals((await getBatchStatus({ provider: other.runpod, batch })).status, "pending");
      const [result] = await Array.fromAsync(getBatchResults({ provider: other.runpod, batch }));
      assertEquals(result.status, "succeeded");
    }),
  );

  it(
    "later is gone",
    onClock(async (clock) => {
      const { runpod } = serve({ reads: [notFound] });
      const error = await assertRejects(() => draw(runpod), RunpodJobError, "is gone");
      assertEquals(error.kind, "expired");
      assert(clock.elapsed() >= 31_000 && clock.elapsed() < 40_000, String(clock.elapsed()));

      const batch = await startBatch({ provider: runpod, requests: [REQUEST] });
      await settled(32_000);
      assertEquals((await getBatchStatus({ provider: runpod, batch })).status, "failed");
    }),
  );

  it(
    "before the deadline is not called gone",
    onClock(async () => {
      const { runpod } = serve({ reads: [notFound] });
      const error = await assertRejects(() => draw(runpod, { timeoutMillis: 4000 }), RunpodJobError);
      assertEquals(error.kind, "deadline");
    }),
  );
});

describe("a status read", () => {
  it(
    "that gets any success of a proxy is repeated",
    onClock(async () => {
      const { runpod } = serve({ reads: [() => new Response("<html></html>", { status: 203 }), picture] });
      assertEquals((await draw(runpod)).image.mediaType, "image/png");
    }),
  );

  it(
    "waits as long as the service asks for, also between polls of the caller's own pace, but no day",
    onClock(async (clock) => {
      const busy = (seconds: number): Answer => () =>
        Response.json({}, { status: 429, headers: { "retry-after": String(seconds) } });
      const { runpod } = serve({ reads: [busy(30), busy(86_400), picture] });
      await draw(runpod, { pollIntervalMillis: 1000 });
      assertEquals(clock.elapsed(), 1000 + 30_000 + 60_000);
    }),
  );

  it(
    "that keeps failing ends a wait without a deadline after 30 minutes",
    onClock(async (clock) => {
      const { runpod } = serve({ reads: [badGateway] });
      const options = { pollIntervalMillis: 5000, maxPollAttempts: 1000 };
      const error = await assertRejects(() => draw(runpod, options), RunpodJobError, "its status cannot be read");
      assertEquals(error.kind, "deadline");
      assert(clock.elapsed() > 1_800_000 && clock.elapsed() < 1_820_000, String(clock.elapsed()));
    }),
  );

  it(
    "that gets an error in the dress of a job ends the wait at once, and says why",
    onClock(async (clock) => {
      const { runpod } = serve({ reads: [() => Response.json({ status: "error", message: "account suspended" })] });
      await assertRejects(() => draw(runpod), RunpodJobError, "account suspended");
      assert(clock.elapsed() < 1000);
    }),
  );

  it(
    "that is refused leaves a job that was never seen with the status UNKNOWN",
    onClock(async () => {
      const { runpod } = serve({ reads: [forbidden] });
      const error = await assertRejects(() => draw(runpod, { jobId: "j1" }), RunpodJobError);
      assertEquals([error.status, error.kind], ["UNKNOWN", "deadline"]);
    }),
  );

  it(
    "that is refused is not blamed on the worker of a reranking",
    onClock(async () => {
      const { runpod } = serve({ reads: [job("IN_PROGRESS"), forbidden] });
      const model = runpod.rerankingModel("mine", { model: "m", worker: "infinity" });
      const options = { query: "q", documents: ["a"], maxRetries: 0, providerOptions: { runpod: { waitMillis: 0 } } };
      const error = await assertRejects(() => rerank({ model, ...options }), RunpodJobError);
      assert(!error.message.includes("Infinity"), error.message);
    }),
  );

  it(
    "that is refused advises what the caller can do",
    onClock(async () => {
      const { runpod } = serve({ reads: [forbidden] });
      const model = runpod.videoModel("mine");
      const { operation } = await startVideo({ model, prompt: "A red apple rolls" });
      const error = await assertRejects(() => getVideoStatus(model, { operation }), RunpodJobError);
      assertStringIncludes(error.message, "call getVideoStatus again");
    }),
  );
});

describe("a status that no documentation has", () => {
  it(
    "is named at the deadline",
    onClock(async () => {
      const { runpod } = serve({ reads: [job("SLEEPING")] });
      await assertRejects(
        () => draw(runpod, { timeoutMillis: 5000 }),
        RunpodJobError,
        'job "j1" has the unknown status SLEEPING after 5 s',
      );
    }),
  );
});

describe("a submission", () => {
  it(
    "that is not answered after one that was refused may have made a job",
    onClock(async () => {
      const { runpod } = serve({ submissions: [() => Response.json({}, { status: 429 }), hanging] });
      await assertRejects(() => draw(runpod, { timeoutMillis: 9000 }), APICallError, "a job may or may not exist");
    }),
  );

  it("that fails shows no secret of its webhook", async () => {
    const { runpod } = serve({ submissions: [badGateway] });
    for (const webhook of ["https://me:PASSWORD@app.example/done?secret=S3CR3T#S3CR3T", "S3CR3T"]) {
      const error = await assertRejects(() => draw(runpod, { webhook }), APICallError);
      const shown = JSON.stringify(error.requestBodyValues);
      assert(!/S3CR3T|PASSWORD/.test(shown), shown);
    }
  });

  it(
    "or a read ends when the caller aborts while the API key is being fetched",
    onClock(async (clock) => {
      const stop = new AbortController();
      const abort = { abortSignal: stop.signal };
      setTimeout(() => stop.abort(new Error("enough")), 3000);
      const { runpod } = serve({}, { apiKey: () => new Promise<string>(() => {}) });
      const endpoint = runpod.endpoint("mine");
      for (const call of [() => endpoint.run({ a: 1 }, abort), () => endpoint.status("j1", abort)]) {
        await assertRejects(call, Error, "enough");
      }
      assertEquals(clock.elapsed(), 3000);
    }),
  );

  it(
    "ends at its deadline while the API key is being fetched",
    onClock(async (clock) => {
      let calls = 0;
      const apiKey = () => ++calls === 1 ? KEY : new Promise<string>(() => {});
      const { runpod } = serve({}, { apiKey });
      await assertRejects(() => draw(runpod, { timeoutMillis: 20_000 }), RunpodJobError);
      assertEquals(clock.elapsed(), 20_000);
      // The cancellation waits for the key too, and gives up.
      await settled(300_000);
    }),
  );
});

describe("a stream", () => {
  const read = async (service: Service, values: unknown[] = []) => {
    for await (const value of serve(service).runpod.endpoint("mine").stream("j1")) values.push(value);
    return values;
  };
  const reply = (...values: string[]) => job("IN_PROGRESS", { stream: values.map((output) => ({ output })) });
  const ended = job("COMPLETED", { stream: [] });

  it(
    "that has lost a reply fails at its end, after all values, unless the result proves that none is missing",
    onClock(async () => {
      for (const output of [undefined, [], ["a"]]) {
        const values: unknown[] = [];
        const reads = [job("COMPLETED", { output })];
        const call = () => read({ replies: [reply("a"), broken, reply("c"), ended], reads }, values);
        const error = await assertRejects(call, RunpodJobError, "a reply of its stream was lost");
        assertEquals([error.kind, values], ["no-output", ["a", "c"]]);
      }
      const reads = [job("COMPLETED", { output: ["a", "c"] })];
      assertEquals(await read({ replies: [reply("a"), broken, reply("c"), ended], reads }), ["a", "c"]);
    }),
  );

  it(
    "that has lost its last reply fails, where the result does not have it",
    onClock(async () => {
      const reads = [job("COMPLETED")];
      await assertRejects(() => read({ replies: [reply("a"), broken, ended], reads }), RunpodJobError);
      await assertRejects(() => read({ replies: [broken, ended], reads }), RunpodJobError);
      // The handler has returned one result, so there was no value to lose.
      const returned = [job("COMPLETED", { output: { a: 1 } })];
      assertEquals(await read({ replies: [broken, ended], reads: returned }), []);
    }),
  );

  it(
    "of a chat that has lost a reply is an error, which does not claim that the result has it",
    onClock(async () => {
      const part = (content: string, end?: string) =>
        job("IN_PROGRESS", { stream: [{ output: chunk({ content }, end) }] });
      const { runpod } = serve({ replies: [part("a"), broken, part("c", "stop"), ended], reads: [job("COMPLETED")] });
      const errors: unknown[] = [];
      const model = runpod(MODEL, { transport: "queue" });
      const { fullStream } = streamText({ model, prompt: "Hi", maxRetries: 0, onError: () => {} });
      for await (const part of fullStream) if (part.type === "error") errors.push(part.error);
      assertEquals(errors.length, 1);
      assertStringIncludes(String(errors[0]), "its result does not have them");
    }),
  );

  it(
    "whose replies are no stream ends",
    onClock(async () => {
      const replies: Answer[] = [() => Response.json({ error: "worker gone" })];
      await assertRejects(() => read({ replies }), APICallError, "expected a reply of the job's stream");
    }),
  );

  it(
    "whose replies have no status ends with the job",
    onClock(async () => {
      const replies: Answer[] = [
        () => Response.json({ stream: [{ output: "a" }] }),
        () => Response.json({ stream: [] }),
      ];
      assertEquals(await read({ replies, reads: [job("COMPLETED", { output: ["a"] })] }), ["a"]);
    }),
  );

  it(
    "whose replies never come ends, and may then be read again",
    onClock(async () => {
      const { runpod } = serve({ replies: [hanging] });
      const first = () => Array.fromAsync(runpod.endpoint("mine").stream("j1"));
      await assertRejects(first, APICallError, "timed out after 120 s");
      await assertRejects(first, APICallError, "timed out after 120 s");
    }),
  );

  it(
    "whose status does not come at its end is asked for it again",
    onClock(async () => {
      const reads = [hanging, job("COMPLETED", { output: ["a"] })];
      assertEquals(await read({ replies: [reply("a"), ended], reads }), ["a"]);
    }),
  );
});

describe("a download that hangs", () => {
  it(
    "is tried again, and then is an error",
    onClock(async () => {
      const reads = [job("COMPLETED", { output: { image_url: "https://files.example/a.png" } })];
      const options = { timeoutMillis: 3_600_000 };
      const { runpod, count } = serve({ reads, files: [hanging] });
      const error = await assertRejects(() => draw(runpod, options), RunpodJobError, "timed out after 300 s");
      assertEquals([error.kind, count("files.example")], ["no-output", 5]);
    }),
  );
});

describe("two endpoints of one gateway", () => {
  it("do not take each other's videos", async () => {
    const { runpod } = serve({ reads: [film] });
    const { operation } = await startVideo({ model: runpod.videoModel("https://gw.example/a"), prompt: "A red apple" });
    await assertRejects(
      () => getVideoStatus(runpod.videoModel("https://gw.example/b"), { operation }),
      Error,
      'the operation is of endpoint "gw.example/a", and this is "gw.example/b"',
    );
  });
});

describe("secrets", () => {
  it("of a base URL are hidden whole", () => {
    const { message } = errorOf(() =>
      capture(() => Response.json({}), { baseURL: "https://me:p@ss-tail@x.example/v2" }).runpod("m")
    );
    assert(!message.includes("tail"), message);
  });

  it("in headers of any usual name are hidden where a server quotes them", async () => {
    const names = ["x-auth", "x-credential", "x-password", "x-session-id", "x-signature"];
    for (const name of names) {
      const { runpod } = capture(() => Response.json({ error: "bad VERY-SECRET" }, { status: 400 }), {
        headers: { [name]: "VERY-SECRET" },
      });
      const error = await assertRejects(() => runpod.endpoint("mine").run({ a: 1 }), APICallError);
      assertStringIncludes(error.message, "bad [redacted]");
    }
  });
});

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It did not fail");
}
