/** Cases of handlers with Runpod's worker SDK: what they return, yield and raise. */
import { type RunpodJob, RunpodJobError } from "@runpod/ai-sdk-provider";
import type { Case, World } from "../case.ts";
import { failsWith, gives, jobWhen, queueOf, runJob } from "../jobs.ts";

const returned = (name: string, value: unknown, [wanted] = [value]): Case => ({
  name: `handler: returns ${name}`,
  feature: "handlers",
  needs: ["handlers"],
  peer: false,
  run: (world) => runJob(world, "plain", { return: value }),
  judge: gives(wanted),
});

const failing = (name: string, input: Record<string, unknown>, ...texts: string[]): Case => ({
  name: `handler: ${name}`,
  feature: "job errors",
  needs: ["handlers"],
  peer: false,
  wantsError: true,
  run: (world) => runJob(world, "plain", input),
  judge: failsWith(...texts),
});

/** Submits a job, and collects what it yields. An error at the end is the last item. */
async function yields(world: World, endpoint: string, input: Record<string, unknown>) {
  const queue = queueOf(world, endpoint);
  const { id } = await queue.run(input);
  const value: unknown[] = [];
  try {
    for await (const item of queue.stream(id)) value.push(item);
  } catch (error) {
    value.push(`Error: ${(error as Error).message.replaceAll(id, "ID")}`);
  }
  return { value };
}

/** The status with which a job ends. */
async function statusAtEnd(end: Promise<RunpodJob>): Promise<string> {
  try {
    return (await end).status;
  } catch (error) {
    if (!RunpodJobError.isInstance(error)) throw error;
    return error.status;
  }
}

const yielded = (name: string, endpoint: string, items: unknown[], wanted = items): Case => ({
  name: `handler: yields ${name}`,
  feature: "job streams",
  needs: ["handlers"],
  peer: false,
  run: (world) => yields(world, endpoint, { yield: items }),
  judge: gives(wanted),
});

const refusal = (name: string, method: string, path: string, body: unknown, status: number): Case => ({
  name: `queue: ${name}`,
  feature: "job errors",
  needs: ["handlers"],
  peer: false,
  wantsError: true,
  run: async ({ send }) => ({ raw: await send(method, path, body) }),
  judge: ({ raw }) => raw?.status === status ? undefined : `the status is ${raw?.status}`,
});

const TEXT = 'Grüße, 世界 👩‍🚀 \u0000 \ud800 "quoted" \\ / \n';

export const HANDLER_CASES: Case[] = [
  returned("an object", { list: [1, 2.5, null, true], nested: { "": {} }, said: "hi" }),
  returned("a text", "hello"),
  returned("text of all kinds", TEXT.replace("\ud800", "")),
  returned("a number", 0),
  returned("false", false),
  returned("nothing", null, [undefined]),
  returned("a list", [{ image: "a" }, { image: "b" }]),
  returned("an empty list", []),
  returned("an empty object", {}, [undefined]),
  returned("an error that is empty", { error: "", said: "hi" }, [{ said: "hi" }]),
  returned("an error of null", { error: null, said: "hi" }, [{ said: "hi" }]),
  returned("its wish to be refreshed", { refresh_worker: true, said: "hi" }, [{ said: "hi" }]),
  failing("raises", { raise: "no such file: 'weights.bin'" }, "no such file: 'weights.bin'"),
  failing("raises because of another error", { raise_nested: true }, "CUDA out of memory. Tried to allocate 2.00 GiB"),
  failing("raises without a message", { raise: "" }, "Unusual"),
  failing("returns an error", { return: { error: "the prompt is refused" } }, "the prompt is refused"),
  failing("returns a list of errors", { return: { error: ["steps is wrong", "seed is wrong"] } }, "steps", "seed"),
  failing("returns an error object", { return: { error: { message: "busy", code: 7 } } }, "busy"),
  failing(
    "returns an error with details beside it",
    { return: { error: "Job processing failed", details: ["node 3 is missing"] } },
    "Job processing failed",
    "node 3 is missing",
  ),
  failing(
    "returns an error with the wish to be refreshed",
    { return: { error: "out of memory", refresh_worker: true } },
    "out of memory",
  ),
  yielded("texts", "generator", ["a", "", "b"]),
  yielded("objects", "generator", [{ n: 1 }, { n: 2 }, { done: true }]),
  yielded("values and aggregates them", "aggregate", [1, "two", { three: 3 }]),
  yielded("nothing", "generator", []),
  yielded("values asynchronously", "async-generator", ["a", { b: 1 }]),
  {
    ...yielded("and breaks", "generator", ["a", "raise"]),
    judge: ({ value }) => {
      const [first, last, ...more] = value as string[];
      return first === "a" && /^Error: .*broke in the middle/.test(last) && more.length === 0
        ? undefined
        : `the items are ${JSON.stringify(value)}`;
    },
  },
  {
    ...yielded("an error", "aggregate", ["a", {
      error: { message: 'vLLM returned HTTP 404: {"it":"\'"}', code: null },
    }]),
    judge: ({ value }) => {
      const items = value as string[];
      return items[0] === "a" && /^Error: .*vLLM returned HTTP 404/.test(items.at(-1)!)
        ? undefined
        : `the items are ${JSON.stringify(value)}`;
    },
  },
  {
    name: "handler: yields, and the job is awaited",
    feature: "job streams",
    needs: ["handlers"],
    peer: false,
    run: (world) => runJob(world, "aggregate", { yield: ["a", { b: 1 }] }),
    judge: gives(["a", { b: 1 }]),
  },
  {
    name: "handler: yields without aggregation, and the job is awaited",
    feature: "job streams",
    needs: ["handlers"],
    peer: false,
    run: (world) => runJob(world, "generator", { yield: ["a", { b: 1 }] }),
    judge: gives([]),
  },
  {
    name: "handler: returns a value, and is read as a stream",
    feature: "job streams",
    needs: ["handlers"],
    peer: false,
    run: (world) => yields(world, "plain", { return: { said: "hi" } }),
    judge: ({ value }) => Array.isArray(value) ? undefined : "there is no list",
  },
  {
    name: "handler: tells progress",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: async (world) => {
      const queue = queueOf(world, "plain");
      const { id } = await queue.run({ steps: 2, return: "done" });
      const running = await jobWhen(
        () => queue.status(id),
        ({ status, output }) => output != null || status === "FAILED",
      );
      return { value: [running.status, running.output, (await queue.wait(id)).output] };
    },
    judge: gives(["IN_PROGRESS", { of: 2, step: 1 }, "done"]),
  },
  {
    name: "handler: is refreshed after a job",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: (world) => runJob(world, "refresh", { return: { said: "hi" } }),
    judge: gives({ said: "hi" }),
  },
  {
    name: "queue: cancels a running job",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: async (world) => {
      const queue = queueOf(world, "asynchronous");
      const { id } = await queue.run({ seconds: 60 });
      await jobWhen(() => queue.status(id), ({ status }) => status === "IN_PROGRESS");
      const cancelled = await queue.cancel(id);
      return { value: [cancelled.status, (await queue.status(id)).status] };
    },
    judge: gives(["CANCELLED", "CANCELLED"]),
  },
  {
    name: "queue: cancels a job that has ended",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: async (world) => {
      const queue = queueOf(world, "plain");
      const { id } = await queue.runSync({ return: "done" });
      const { status, output } = await queue.cancel(id);
      return { value: [status, output] };
    },
    judge: ({ value }) => (value as string[])[0] === "COMPLETED" ? undefined : `it is ${JSON.stringify(value)}`,
  },
  {
    name: "queue: retries a failed job",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: async (world) => {
      const queue = queueOf(world, "plain");
      const { id } = await queue.run({ raise: "again" });
      const ends = [await statusAtEnd(queue.wait(id))];
      const retried = await queue.retry(id);
      return { value: [...ends, retried.id === id, await statusAtEnd(queue.wait(id))] };
    },
    judge: gives(["FAILED", true, "FAILED"]),
  },
  {
    name: "queue: tells its health",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: async (world) => ({ value: Object.keys((await queueOf(world, "plain").health()).jobs) }),
    judge: gives(["completed", "failed", "inProgress", "inQueue", "retried"]),
  },
  {
    name: "queue: is purged",
    feature: "jobs",
    needs: ["handlers"],
    peer: false,
    run: async (world) => ({ value: await queueOf(world, "generator").purgeQueue() }),
    judge: gives(0),
  },
  refusal("no input", "POST", "/v2/plain/run", {}, 400),
  refusal("a body that is no JSON", "POST", "/v2/plain/run", "{", 400),
  refusal("an unknown job", "GET", "/v2/plain/status/unknown-u1", undefined, 404),
  refusal("an unknown endpoint", "POST", "/v2/nobody/run", { input: { a: 1 } }, 404),
];
