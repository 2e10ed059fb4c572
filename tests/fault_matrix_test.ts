/** What a job costs when the network, the gateway or the worker fails: it is never lost and never billed twice. */
import { APICallError } from "@ai-sdk/provider";
import {
  createRunpod,
  RunpodJobError,
  type RunpodJobUpdate,
  type RunpodProvider,
  type RunpodProviderSettings,
  type RunpodRunSyncOptions,
} from "@runpod/ai-sdk-provider";
import {
  createRunpodEmulator,
  type EmulatedEndpoint,
  type EmulatedRequest,
  type RunpodEmulator,
  type RunpodEmulatorOptions,
} from "@runpod/ai-sdk-provider/testing";
import { createDownload, experimental_generateVideo, generateImage, generateSpeech, RetryError, transcribe } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { KEY } from "./capture.ts";
import { settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

/** How long the jobs of the matrix run; the slow ones longer than the 90 s for which the submission is held. */
const JOBS = { slow: 130_000, instant: 0 };
const TIMEOUT_MILLIS = 200_000;
const RETRY_AFTER_SECONDS = 12;

type Next = () => Promise<Response>;
type Client = keyof typeof CLIENTS;
type Operation = EmulatedRequest["operation"];

/** The ways to run a job. Each tells whether what it got is the job's result. */
const CLIENTS = {
  image: {
    endpoint: "picture",
    input: { prompt: "A red apple", width: 64, height: 64 },
    run: async (runpod: RunpodProvider, { abortSignal, ...options }: Options) => {
      const { image } = await generateImage({
        model: runpod.imageModel("picture"),
        prompt: "A red apple",
        size: "64x64",
        abortSignal,
        providerOptions: { runpod: options },
      });
      return isPicture(image.uint8Array);
    },
  },
  video: {
    endpoint: "film",
    input: { prompt: "A red apple rolls" },
    run: (runpod: RunpodProvider, options: Options, { fetch }: RunpodEmulator) => runVideo(runpod, options, fetch),
  },
  "polled video": {
    endpoint: "film",
    input: { prompt: "A red apple rolls" },
    run: (runpod: RunpodProvider, options: Options, { fetch }: RunpodEmulator) =>
      runVideo(runpod, options, fetch, {
        intervalMs: options.pollIntervalMillis ?? 2000,
        timeoutMs: options.timeoutMillis,
      }),
  },
  endpoint: {
    endpoint: "upper",
    input: { text: "hello" },
    run: async (runpod: RunpodProvider, { jobId, ...options }: Options) => {
      const endpoint = runpod.endpoint("upper");
      const { output } = jobId === undefined
        ? await endpoint.runSync<{ text?: unknown }>({ text: "hello" }, options)
        : await endpoint.wait<{ text?: unknown }>(jobId, options);
      return output?.text === "HELLO";
    },
  },
  speech: {
    endpoint: "voice",
    input: { prompt: "Hello there" },
    run: async (runpod: RunpodProvider, { abortSignal, ...options }: Options) => {
      const { audio } = await generateSpeech({
        model: runpod.speechModel("voice"),
        text: "Hello there",
        abortSignal,
        providerOptions: { runpod: options },
      });
      return isSpoken(audio.uint8Array, "Hello there");
    },
  },
  transcription: {
    endpoint: "ears",
    input: { audio: "https://example.com/talk.mp3" },
    run: async (runpod: RunpodProvider, { abortSignal, ...options }: Options) => {
      const { text, segments } = await transcribe({
        model: runpod.transcriptionModel("ears"),
        audio: new URL("https://example.com/talk.mp3"),
        abortSignal,
        providerOptions: { runpod: options },
      });
      return text.length > 0 && segments.map((segment) => segment.text).join(" ") === text;
    },
  },
};
const ALL = Object.keys(CLIENTS) as Client[];
/** Those that download their result. */
const DOWNLOADING: Client[] = ["image", "speech"];
/** Those where the provider does the waiting, not the AI SDK, whose deadline knows no job. */
const WAITING: Client[] = ALL.filter((client) => client !== "polled video");
/** Those that the AI SDK calls again when nothing was accepted. */
const RETRIED: Client[] = ALL.filter((client) => client !== "endpoint");

async function runVideo(
  runpod: RunpodProvider,
  { abortSignal, ...options }: Options,
  fetch: RunpodEmulator["fetch"],
  poll?: { intervalMs: number; timeoutMs: number | undefined },
): Promise<boolean> {
  const { video } = await experimental_generateVideo({
    model: runpod.videoModel("film"),
    prompt: "A red apple rolls",
    abortSignal,
    poll,
    providerOptions: { runpod: options },
    download: createDownload({ fetch: fetch as typeof globalThis.fetch }),
  });
  return isFilm(video.uint8Array);
}

/** How to wait, and which job to go on with instead of submitting one. */
type Options = Omit<RunpodRunSyncOptions, "headers" | "webhook" | "policy" | "s3Config"> & { jobId?: string };

/** What a fault lets its receiver conclude about a submission. */
type Evidence =
  /** It never arrived. */
  | "unsent"
  /** It was not taken, for the rate limit. */
  | "limited"
  /** A job may exist, or not. */
  | "doubtful"
  /** All is well. */
  | "late";

const FAULTS: Record<string, { evidence: Evidence; answer: (next: Next) => Response | Promise<Response> }> = {
  "connection refused": { evidence: "unsent", answer: () => disconnect("ECONNREFUSED") },
  "connection reset": { evidence: "doubtful", answer: () => disconnect("ECONNRESET") },
  "HTTP 408": { evidence: "doubtful", answer: () => failure(408, "request timeout") },
  "HTTP 429": { evidence: "limited", answer: () => failure(429, "too many requests") },
  "HTTP 429 with Retry-After": {
    evidence: "limited",
    answer: () => failure(429, "too many requests", { "retry-after": String(RETRY_AFTER_SECONDS) }),
  },
  "HTTP 500": { evidence: "doubtful", answer: () => failure(500, "internal server error") },
  "502 HTML": { evidence: "doubtful", answer: () => page(502, "Bad gateway") },
  "HTTP 503": { evidence: "doubtful", answer: () => failure(503, "service unavailable") },
  "524 HTML": { evidence: "doubtful", answer: () => page(524, "A timeout occurred") },
  "a truncated JSON body": {
    evidence: "doubtful",
    answer: () => new Response('{"id":"sync-1-u1","sta', { headers: { "content-type": "application/json" } }),
  },
  "HTML with HTTP 200": { evidence: "doubtful", answer: () => page(200, "Just a moment...") },
  "an empty body with HTTP 200": { evidence: "doubtful", answer: () => new Response("") },
  "a body that breaks off": { evidence: "doubtful", answer: breakOff },
  "an answer 30 s late": { evidence: "late", answer: (next) => settled(30_000).then(next) },
};

interface Stage {
  of: Operation[];
  /** Which of these requests fail, counted from 0. */
  strikes: (index: number) => boolean;
  /** Whether the service has done what it was asked to when the fault strikes. */
  isDone?: boolean;
  clients: Client[];
  jobs: Array<keyof typeof JOBS>;
  /** The faults that are not tried there. */
  without?: (fault: string) => boolean;
}

const first = (index: number) => index === 0;
const third = (index: number) => index === 2;
const every = () => true;
const SUBMISSION: Operation[] = ["run", "runsync"];

const STAGES = {
  "the submission": { of: SUBMISSION, strikes: first, clients: ALL, jobs: ["slow", "instant"] },
  "every submission": { of: SUBMISSION, strikes: every, clients: ALL, jobs: ["slow", "instant"] },
  "the answer to an accepted submission": {
    of: SUBMISSION,
    strikes: first,
    isDone: true,
    clients: ALL,
    jobs: ["slow", "instant"],
    // An accepted submission is not refused.
    without: (fault) => ["unsent", "limited"].includes(FAULTS[fault].evidence),
  },
  "the first status read": { of: ["status"], strikes: first, clients: ALL, jobs: ["slow"] },
  "the third status read": { of: ["status"], strikes: third, clients: ALL, jobs: ["slow"] },
  "every status read": { of: ["status"], strikes: every, clients: WAITING, jobs: ["slow"] },
  "the download": {
    of: ["file"],
    strikes: first,
    clients: DOWNLOADING,
    jobs: ["slow", "instant"],
  },
  "every download": {
    of: ["file"],
    strikes: every,
    clients: DOWNLOADING,
    jobs: ["slow", "instant"],
  },
} satisfies Record<string, Stage>;
type StageName = keyof typeof STAGES;

/** How a call may end. */
type Outcome =
  | "result"
  /** An `APICallError` that may be retried, because nothing was accepted. */
  | "retryable"
  /** `ai`'s `RetryError` around the last of those. */
  | "retries used up"
  /** An `APICallError` that is not to be retried, because a job may exist or the time is up. */
  | "not retryable"
  /** A `RunpodJobError` of this kind: with the job's id, and never retryable. */
  | RunpodJobError["kind"];

interface Expected {
  outcome: Outcome;
  /** How many requests there were; "many" for more than three. */
  submissions: number | "many";
  jobs: number;
  cancels: number;
}

/** The guarantee. Of each case the first line that fits holds; a line without a stage, fault or client fits all. */
const GUARANTEE: Array<Expected & { stage?: StageName; fault?: Evidence; clients?: Client[] }> = [
  // A late answer is an answer.
  { fault: "late", outcome: "result", submissions: 1, jobs: 1, cancels: 0 },

  // What was over the rate limit is submitted again until it is taken, as long as there is time.
  { stage: "the submission", fault: "limited", outcome: "result", submissions: 2, jobs: 1, cancels: 0 },
  { stage: "every submission", fault: "limited", outcome: "not retryable", submissions: "many", jobs: 0, cancels: 0 },

  // What never arrived may be submitted again: `ai` does so twice, and the endpoint's client leaves it to its caller.
  {
    stage: "the submission",
    fault: "unsent",
    clients: RETRIED,
    outcome: "result",
    submissions: 2,
    jobs: 1,
    cancels: 0,
  },
  { stage: "the submission", fault: "unsent", outcome: "retryable", submissions: 1, jobs: 0, cancels: 0 },
  {
    stage: "every submission",
    fault: "unsent",
    clients: RETRIED,
    outcome: "retries used up",
    submissions: 3,
    jobs: 0,
    cancels: 0,
  },
  { stage: "every submission", fault: "unsent", outcome: "retryable", submissions: 1, jobs: 0, cancels: 0 },

  // What may have been accepted is submitted once, whether it was accepted or not.
  { stage: "the submission", outcome: "not retryable", submissions: 1, jobs: 0, cancels: 0 },
  { stage: "every submission", outcome: "not retryable", submissions: 1, jobs: 0, cancels: 0 },
  { stage: "the answer to an accepted submission", outcome: "not retryable", submissions: 1, jobs: 1, cancels: 0 },

  // Of a job that was accepted no fault that passes costs the result, and a fault that stays does not cost its id.
  { stage: "the first status read", outcome: "result", submissions: 1, jobs: 1, cancels: 0 },
  { stage: "the third status read", outcome: "result", submissions: 1, jobs: 1, cancels: 0 },
  { stage: "every status read", outcome: "deadline", submissions: 1, jobs: 1, cancels: 1 },
  { stage: "the download", outcome: "result", submissions: 1, jobs: 1, cancels: 0 },
  { stage: "every download", outcome: "no-output", submissions: 1, jobs: 1, cancels: 0 },
];

interface Case {
  name: string;
  client: Client;
  fault: string;
  stageName: StageName;
  job: keyof typeof JOBS;
  expected: Expected;
}

const CASES: Case[] = Object.entries(STAGES as Record<string, Stage>).flatMap(([key, stage]) => {
  const stageName = key as StageName;
  return stage.jobs.flatMap((job) =>
    Object.entries(FAULTS).filter(([fault]) => !stage.without?.(fault)).flatMap(([fault, { evidence }]) =>
      stage.clients.map((client) => ({
        name: `${client}: ${fault} in ${stageName}${job === "instant" ? " of an instant job" : ""}`,
        client,
        fault,
        stageName,
        job,
        expected: expectedOf(stageName, evidence, client),
      }))
    )
  );
});

function expectedOf(stage: StageName, fault: Evidence, client: Client): Expected {
  const { outcome, submissions, jobs, cancels } = GUARANTEE.find((line) =>
    (line.stage ?? stage) === stage && (line.fault ?? fault) === fault && (line.clients ?? [client]).includes(client)
  )!;
  return { outcome, submissions, jobs, cancels };
}

/** A Runpod of its own, and what was seen of it. */
interface World {
  clock: VirtualClock;
  emulator: RunpodEmulator;
  runpod: RunpodProvider;
  /** How many requests there were, of these operations or at all. */
  count: (...operations: Operation[]) => number;
}

interface WorldOptions {
  /** How long jobs take and how they end. */
  jobs?: Partial<EmulatedEndpoint>;
  intercept?: RunpodEmulatorOptions["intercept"];
  settings?: RunpodProviderSettings;
}

/** Runs a test in virtual time, and checks that it leaves nothing behind. */
async function inWorld({ jobs, intercept, settings }: WorldOptions, test: (world: World) => Promise<void>) {
  const unhandled = watchRejections();
  const unread = new Set<string>();
  try {
    await withVirtualTime(async (clock) => {
      const emulator = createRunpodEmulator({
        endpoints: {
          picture: { ...jobs, worker: "image" },
          voice: { ...jobs, worker: "speech" },
          ears: { ...jobs, worker: "transcription" },
          film: { ...jobs, worker: "video" },
          upper: { ...jobs, worker: ({ text }) => ({ text: String(text).toUpperCase() }) },
        },
        intercept,
      });
      const runpod = createRunpod({
        apiKey: KEY,
        fetch: async (input, init) => track(await emulator.fetch(input as string | URL | Request, init), unread),
        ...settings,
      });
      const count = (...operations: Operation[]) =>
        emulator.requests.filter(({ operation }) => operations.length === 0 || operations.includes(operation)).length;
      await test({ clock, emulator, runpod, count });
      await settled(100_000);
      assert(!clock.hasTimers(), "a timer is left");
    });
  } finally {
    unhandled.stop();
  }
  assertEquals([...unread], [], "bodies were left unread");
  assertEquals(unhandled.seen.map(String), [], "rejections were not handled");
}

/** Runs a job, and tells how that ended. */
async function run({ runpod, emulator }: World, client: Client, options: Options = {}): Promise<{ error?: unknown }> {
  try {
    assert(await CLIENTS[client].run(runpod, options, emulator), "what came is not the result");
    return {};
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") throw error;
    return { error };
  }
}

function outcomeOf({ error }: { error?: unknown }, { emulator }: World, client: Client): Outcome {
  if (error === undefined) return "result";
  if (RetryError.isInstance(error)) {
    assertEquals([error.reason, outcomeOf({ error: error.lastError }, { emulator } as World, client)], [
      "maxRetriesExceeded",
      "retryable",
    ]);
    return "retries used up";
  }
  if (RunpodJobError.isInstance(error)) {
    assertEquals([error.jobId, error.endpoint, error.isRetryable], [
      emulator.jobs[0].id,
      CLIENTS[client].endpoint,
      false,
    ]);
    return error.kind;
  }
  if (!APICallError.isInstance(error)) throw error;
  return error.isRetryable ? "retryable" : "not retryable";
}

/** What the matrix came to. */
const tally = { faults: 0, twice: 0, lost: 0 };

describe("jobs are never lost and never billed twice", () => {
  for (const { name, client, fault, stageName, job, expected } of CASES) {
    it(name, async () => {
      const stage: Stage = STAGES[stageName];
      let seen = 0;
      let struck = 0;
      const intercept = async (request: EmulatedRequest, next: Next) => {
        if (!stage.of.includes(request.operation) || !stage.strikes(seen++)) return await next();
        struck++;
        if (!stage.isDone) return await FAULTS[fault].answer(next);
        const done = await next();
        return await FAULTS[fault].answer(() => Promise.resolve(done));
      };
      await inWorld({ jobs: { runMillis: JOBS[job] }, intercept }, async (world) => {
        const ended = await run(world, client, { timeoutMillis: TIMEOUT_MILLIS });
        assert(struck > 0, "the fault did not happen");
        assert(world.clock.elapsed() <= TIMEOUT_MILLIS, `it took ${world.clock.elapsed()} ms`);
        await settled();

        const { emulator, count } = world;
        const outcome = outcomeOf(ended, world, client);
        tally.faults++;
        if (emulator.jobs.length > 1) tally.twice++;
        const hasId = outcome === "result" || RunpodJobError.isInstance(ended.error);
        // Nobody can know the id of a job whose submission was never answered.
        if (emulator.jobs.length > 0 && !hasId && !stage.isDone) tally.lost++;

        const submissions = count(...SUBMISSION) > 3 ? "many" : count(...SUBMISSION);
        assertEquals({ outcome, submissions, jobs: emulator.jobs.length, cancels: count("cancel") }, expected);
        for (const { jobId, operation } of emulator.requests) {
          if (!SUBMISSION.includes(operation)) assertEquals(jobId, emulator.jobs[0].id);
        }
      });
    });
  }

  it("in no case of all these", () => {
    assertEquals(tally, { faults: CASES.length, twice: 0, lost: 0 });
  });
});

describe("a refusal that names a time", () => {
  for (
    const [client, what, operations] of [
      ["image", "submission", SUBMISSION],
      ["endpoint", "status read", ["status"]],
      ["image", "download", ["file"]],
    ] as Array<[Client, string, Operation[]]>
  ) {
    it(`is heeded before the next ${what}`, async () => {
      const times: number[] = [];
      const intercept = async ({ operation }: EmulatedRequest, next: Next) => {
        if (!operations.includes(operation)) return await next();
        times.push(Date.now());
        return await (times.length === 1 ? FAULTS["HTTP 429 with Retry-After"].answer(next) : next());
      };
      await inWorld({ jobs: { runMillis: JOBS.slow }, intercept }, async (world) => {
        assertEquals(await run(world, client), {});
        assertEquals(times[1] - times[0], RETRY_AFTER_SECONDS * 1000);
      });
    });
  }
});

describe("a job that ends without a result", () => {
  const ENDS: Array<[status: string, error: string | undefined, kind: RunpodJobError["kind"]]> = [
    ["FAILED", "CUDA out of memory", "failed"],
    ["CANCELLED", undefined, "cancelled"],
    ["TIMED_OUT", undefined, "timed-out"],
    ["FAILED", "executionTimeout exceeded", "timed-out"],
    ["FAILED", "job timed out after 1 retries", "timed-out"],
  ];
  for (const client of ALL) {
    for (const [status, error, kind] of ENDS) {
      for (const [job, runMillis] of Object.entries(JOBS)) {
        const why = error === undefined ? "" : ` (${error})`;
        it(`${client}: ${status}${why} ${job === "slow" ? "while polled" : "at once"} is ${kind}`, async () => {
          await inWorld({ jobs: { runMillis, outcome: { status, error } } }, async (world) => {
            const ended = await run(world, client);
            assertEquals(outcomeOf(ended, world, client), kind);
            assertInstanceOf(ended.error, RunpodJobError);
            assertEquals(ended.error.status, status);
            assertStringIncludes(ended.error.message, error ?? "");
            await settled(100_000);
            assertEquals([world.emulator.jobs.length, world.count(...SUBMISSION), world.count("cancel")], [1, 1, 0]);
          });
        });
      }
    }
  }
});

describe("an abort", () => {
  interface Abort {
    client: Client;
    during: string;
    runMillis: number;
    afterMillis: number;
    /** The requests that take 30 s, so that the abort falls into one. */
    held?: Operation;
    isFinished?: boolean;
  }
  const ABORTS: Abort[] = [
    // The AI SDK ends its own pauses with an error of its own.
    ...WAITING.flatMap((client) => [
      { client, during: "the held submission", runMillis: 200_000, afterMillis: 30_000 },
      // Pauses of 5 s begin at 90 s.
      { client, during: "a pause", runMillis: 200_000, afterMillis: 92_000 },
    ]),
    ...ALL.map((client) => (
      { client, during: "a status read", runMillis: 200_000, afterMillis: 100_000, held: "status" as const }
    )),
    { client: "image", during: "the download", runMillis: 0, afterMillis: 10_000, held: "file", isFinished: true },
    {
      client: "image",
      during: "a late download",
      runMillis: 93_000,
      afterMillis: 99_000,
      held: "file",
      isFinished: true,
    },
  ];
  for (const { client, during, runMillis, afterMillis, held, isFinished } of ABORTS) {
    for (const cancelOnAbort of [undefined, false]) {
      const cancels = isFinished || cancelOnAbort === false ? 0 : 1;
      const then = cancels === 1 ? "and cancels the job" : "and cancels nothing";
      const unless = cancelOnAbort === false ? " when told so" : "";
      it(`${client}: during ${during} ends at once with its own reason, ${then}${unless}`, async () => {
        const intercept = async ({ operation }: EmulatedRequest, next: Next) => {
          if (operation === held) await settled(30_000);
          return await next();
        };
        await inWorld({ jobs: { runMillis }, intercept }, async (world) => {
          const abort = new AbortController();
          const reason = new Error("left");
          setTimeout(() => abort.abort(reason), afterMillis);
          const { error } = await run(world, client, {
            abortSignal: abort.signal,
            pollIntervalMillis: 5000,
            ...(cancelOnAbort === undefined ? {} : { cancelOnAbort }),
          });
          assert(error === reason, String(error));
          assertEquals(world.clock.elapsed(), afterMillis);
          await settled(100_000);
          const { emulator, count } = world;
          assertEquals([emulator.jobs.length, count(...SUBMISSION), count("cancel")], [1, 1, cancels]);
          assertEquals(emulator.jobs[0].status === "CANCELLED", cancels === 1);
        });
      });
    }
  }

  for (const client of ALL) {
    it(`${client}: during the wait for the rate limit ends at once, and submits nothing more`, async () => {
      const intercept = () => failure(429, "too many requests", { "retry-after": "30" });
      await inWorld({ intercept }, async (world) => {
        const abort = new AbortController();
        const reason = new Error("left");
        setTimeout(() => abort.abort(reason), 40_000);
        const { error } = await run(world, client, { abortSignal: abort.signal });
        assert(error === reason, String(error));
        assertEquals(world.clock.elapsed(), 40_000);
        await settled(100_000);
        assertEquals([world.emulator.jobs.length, world.count()], [0, 2]);
      });
    });

    it(`${client}: before the submission submits nothing`, async () => {
      await inWorld({}, async (world) => {
        const reason = new Error("left");
        const { error } = await run(world, client, { abortSignal: AbortSignal.abort(reason) });
        assert(error === reason, String(error));
        await settled();
        assertEquals(world.count(), 0);
      });
    });
  }
});

describe("a deadline", () => {
  const STATES: Array<[said: string, jobs: Partial<EmulatedEndpoint>]> = [
    ["was still waiting for a worker (IN_QUEUE)", { coldStartMillis: Infinity }],
    ["was still running (IN_PROGRESS)", { runMillis: Infinity }],
  ];
  for (const client of WAITING) {
    for (const [said, jobs] of STATES) {
      for (const cancelOnTimeout of [undefined, false]) {
        const then = cancelOnTimeout === undefined ? "is cancelled once" : "is left alone when told so";
        it(`${client}: says that the job ${said}, which ${then}`, async () => {
          await inWorld({ jobs }, async (world) => {
            const ended = await run(world, client, {
              timeoutMillis: 120_000,
              ...(cancelOnTimeout === undefined ? {} : { cancelOnTimeout }),
            });
            assertEquals(world.clock.elapsed(), 120_000);
            assertEquals(outcomeOf(ended, world, client), "deadline");
            assertInstanceOf(ended.error, RunpodJobError);
            const { id } = world.emulator.jobs[0];
            const advice = cancelOnTimeout === undefined
              ? "it is being cancelled (cancelOnTimeout: false lets it go on)"
              : `to continue it, pass jobId: "${id}" or call endpoint(…).wait("${id}")`;
            assertStringIncludes(ended.error.message, `job "${id}" ${said} after 120 s; ${advice}`);
            await settled(100_000);
            const { emulator, count } = world;
            const cancels = cancelOnTimeout === undefined ? 1 : 0;
            assertEquals([emulator.jobs.length, count(...SUBMISSION), count("cancel")], [1, 1, cancels]);
            assertEquals(emulator.jobs[0].status === "CANCELLED", cancels === 1);
          });
        });
      }
    }
  }

  it("image: in a download that never ends says so, and cancels nothing", async () => {
    const intercept = ({ operation }: EmulatedRequest, next: Next) =>
      operation === "file" ? new Promise<Response>(() => {}) : next();
    await inWorld({ intercept }, async (world) => {
      const ended = await run(world, "image", { timeoutMillis: 120_000 });
      assertEquals([outcomeOf(ended, world, "image"), world.clock.elapsed()], ["deadline", 120_000]);
      assertStringIncludes(String(ended.error), "completed, but its result could not be read after 120 s");
      await settled(100_000);
      assertEquals([world.count(...SUBMISSION), world.count("file"), world.count("cancel")], [1, 1, 0]);
    });
  });
});

describe("a job that was submitted before", () => {
  for (const client of ALL) {
    for (const [job, runMillis] of Object.entries(JOBS)) {
      it(`${client}: is gone on with by its id, ${job === "slow" ? "running" : "finished"}`, async () => {
        await inWorld({ jobs: { runMillis } }, async (world) => {
          const { runpod, emulator, count } = world;
          const { id } = await runpod.endpoint(CLIENTS[client].endpoint).run(CLIENTS[client].input);
          assertEquals(await run(world, client, { jobId: id }), {});
          assertEquals([emulator.jobs.length, count(...SUBMISSION), count("cancel")], [1, 1, 0]);
        });
      });
    }

    if (!WAITING.includes(client)) continue;
    it(`${client}: is gone on with by the id that a deadline told`, async () => {
      await inWorld({ jobs: { runMillis: 150_000 } }, async (world) => {
        const { error } = await run(world, client, { timeoutMillis: 120_000, cancelOnTimeout: false });
        assertInstanceOf(error, RunpodJobError);
        assertEquals(await run(world, client, { jobId: error.jobId }), {});
        const { emulator, count } = world;
        assertEquals([emulator.jobs.length, count(...SUBMISSION), count("cancel")], [1, 1, 0]);
      });
    });
  }
});

describe("onJobUpdate", () => {
  const states = [
    { status: "IN_QUEUE", millis: 20_000 },
    { status: "IN_PROGRESS", millis: 20_000, output: "10%" },
    { status: "IN_PROGRESS", millis: 20_000, output: "60%" },
  ];
  for (const client of ALL) {
    for (const isFaulty of [false, true]) {
      const then = isFaulty ? ", and what it throws changes nothing" : "";
      it(`${client}: is told the id before the result, and every change${then}`, async () => {
        const told: RunpodJobUpdate[] = [];
        const times: number[] = [];
        const onJobUpdate = (update: RunpodJobUpdate) => {
          told.push(update);
          times.push(Date.now());
          if (isFaulty) throw new Error("the database is down");
        };
        await inWorld({ jobs: { states }, settings: { onJobUpdate } }, async (world) => {
          const startedAt = Date.now();
          assertEquals(await run(world, client), {});
          assertEquals(told.map(({ status, progress }) => [status, progress]), [
            ["IN_QUEUE", undefined],
            ["IN_PROGRESS", "10%"],
            ["IN_PROGRESS", "60%"],
            ["COMPLETED", undefined],
          ]);
          assertEquals(times[0], startedAt);
          const { emulator, count } = world;
          for (const { endpoint, jobId } of told) {
            assertEquals([endpoint, jobId], [CLIENTS[client].endpoint, emulator.jobs[0].id]);
          }
          assertEquals([count("run"), count("runsync"), count("cancel")], [1, 0, 0]);
        });
      });
    }
  }
});

describe("maxRequests", () => {
  for (const client of WAITING) {
    it(`${client}: suffices for a job of five minutes, whose result comes`, async () => {
      await inWorld({ jobs: { runMillis: 300_000 } }, async (world) => {
        assertEquals(await run(world, client, { maxRequests: 8 }), {});
        assert(world.count() <= 8, `${world.count()} requests`);
        assertEquals([world.emulator.jobs.length, world.count("cancel")], [1, 0]);
      });
    });
  }
});

/** A network failure as Node's `fetch` reports it. */
function disconnect(code: string): Promise<never> {
  return Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) }));
}

function failure(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers });
}

function page(status: number, title: string): Response {
  const html = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return new Response(html, { status, headers: { "content-type": "text/html" } });
}

function breakOff(): Response {
  let isBegun = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (isBegun) return controller.error(new TypeError("terminated"));
      isBegun = true;
      controller.enqueue(new TextEncoder().encode('{"id":"sync-1-u1",'));
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

/** Whether bytes are the PNG of 64 by 64 pixels that was asked for, to its end. */
function isPicture(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 8), ...bytes.subarray(-8, -4));
  return text === "\x89PNG\r\n\x1a\nIEND" && bytes[19] === 64 && bytes[23] === 64;
}

/** Whether bytes are a WAV that says what was to be said, to its end. */
function isSpoken(bytes: Uint8Array, text: string): boolean {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  return start.startsWith("RIFF") && start.includes(text) &&
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) === bytes.length - 8;
}

/** Whether bytes begin as an MP4 does, and go on. */
function isFilm(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "ftyp" && bytes.length > 100;
}

/** The same response, whose body is in `unread` until it was read to its end or cancelled. */
function track(response: Response, unread: Set<string>): Response {
  if (response.body === null) return response;
  const name = `${unread.size}: HTTP ${response.status}`;
  unread.add(name);
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        unread.delete(name);
        controller.close();
      } catch (error) {
        unread.delete(name);
        controller.error(error);
      }
    },
    async cancel(reason) {
      unread.delete(name);
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

/** Collects rejections that nobody handles, on runtimes that tell of them. */
function watchRejections(): { seen: unknown[]; stop: () => void } {
  const seen: unknown[] = [];
  const { process, addEventListener, removeEventListener } = globalThis as unknown as {
    process?: Record<"on" | "off", ((name: string, listener: (reason: unknown) => void) => void) | undefined>;
    addEventListener?: (name: string, listener: (event: Event) => void) => void;
    removeEventListener?: (name: string, listener: (event: Event) => void) => void;
  };
  const onEvent = (event: Event) => {
    event.preventDefault();
    seen.push((event as Event & { reason?: unknown }).reason);
  };
  const onRejection = (reason: unknown) => {
    seen.push(reason);
  };
  addEventListener?.call(globalThis, "unhandledrejection", onEvent);
  process?.on?.call(process, "unhandledRejection", onRejection);
  return {
    seen,
    stop: () => {
      removeEventListener?.call(globalThis, "unhandledrejection", onEvent);
      process?.off?.call(process, "unhandledRejection", onRejection);
    },
  };
}
