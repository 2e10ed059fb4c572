/** Python programs with Runpod's worker SDK as workers of the command. The test run says which versions are installed. */
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Local, until, withFolder, withLocal } from "./local_command.ts";

const HANDLER = `
import asyncio, os, sys, time, runpod

def plain(job):
    i = job["input"]
    if "raise" in i: raise ValueError(i["raise"])
    if "error" in i: return {"error": i["error"]}
    if "exit_once" in i and not os.path.exists(i["exit_once"]):
        open(i["exit_once"], "w").close()
        os._exit(3)
    for n in range(i.get("steps", 0)):
        runpod.serverless.progress_update(job, {"step": n + 1, "steps": i["steps"]})
        while not os.path.exists(i["until"]): time.sleep(0.02)
    return {"said": i.get("say"), "pid": os.getpid()}

def generator(job):
    for n in range(job["input"]["to"]): yield n

async def asynchronous(job):
    i = job["input"]
    try:
        if "until" in i:
            open(i["until"] + "-" + str(i["say"]), "w").close()
            while not os.path.exists(i["until"]): await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        print("cancelled", i["say"], flush=True)
        raise
    return {"said": i.get("say")}

runpod.serverless.start({
    "plain": {"handler": plain},
    "refresh": {"handler": plain, "refresh_worker": True},
    "generator": {"handler": generator},
    "aggregate": {"handler": generator, "return_aggregate_stream": True},
    "concurrent": {"handler": asynchronous, "concurrency_modifier": lambda now: 50},
}[sys.argv[1]])
`;

/** Uses Runpod's package as an app does, with nothing but the environment that the command prints. */
const CLIENT = `
import json, os, runpod
runpod.api_key = os.environ["RUNPOD_API_KEY"]
mine = runpod.Endpoint("mine")
seen = [mine.run_sync({"input": {"say": "hi"}}, timeout=60)["said"]]
job = mine.run({"input": {"say": "later"}})
seen += [job.output(timeout=60)["said"], job.status()]
held = mine.run({"input": {"steps": 1, "until": "never"}})
seen += [held.cancel()["status"], mine.health()["jobs"]["completed"], mine.purge_queue()["status"]]
print("SEEN", json.dumps(seen))
`;

const sdks = JSON.parse(process.env.LOCAL_PYTHON_SDKS ?? "[]") as Array<{ version: string; python: string }>;

for (const { version, python } of sdks) {
  /** Runs a test with workers of one kind. */
  const withWorkers = (
    kind: string,
    args: string[],
    test: (local: Local, folder: string) => Promise<void>,
  ): Promise<void> =>
    withFolder((folder) => {
      const file = join(folder, "handler.py");
      writeFileSync(file, HANDLER);
      return withLocal(["--worker", `mine="${python}" "${file}" ${kind}`, ...args], (local) => test(local, folder));
    });
  const run = async ({ call }: Local, input: unknown): Promise<string> => (await call("/v2/mine/run", { input })).id;

  describe(`local: workers with runpod ${version} for Python`, () => {
    it("run, raise, return errors, tell progress, and die", () =>
      withWorkers("plain", [], async (local, folder) => {
        const { call, end, output } = local;
        assertEquals((await end("mine", await run(local, { say: "hi" }))).output.said, "hi");
        const raised = await end("mine", await run(local, { raise: "no such file" }));
        assertEquals([raised.status, JSON.parse(raised.error).error_message], ["FAILED", "no such file"]);
        assertStringIncludes(output(), "FAILED");
        assertStringIncludes(output(), "ValueError: no such file");
        assertEquals((await end("mine", await run(local, { error: "refused" }))).error, "refused");

        const gate = join(folder, "gate");
        const slow = await run(local, { steps: 1, until: gate });
        await until("progress", async () => (await call(`/v2/mine/status/${slow}`)).output?.step === 1);
        writeFileSync(gate, "");
        assertEquals((await end("mine", slow)).status, "COMPLETED");

        const retried = await end("mine", await run(local, { say: "again", exit_once: join(folder, "dead") }));
        assertEquals([retried.output.said, retried.retries], ["again", 1]);
        assertStringIncludes(output(), "ended with exit code 3");
      }));

    it("serve an app that uses Runpod's package for Python", () =>
      withWorkers("plain", [], async ({ origin, key }, folder) => {
        const file = join(folder, "client.py");
        writeFileSync(file, CLIENT);
        const env = { ...process.env, RUNPOD_API_KEY: key, RUNPOD_ENDPOINT_BASE_URL: `${origin}/v2` };
        const printed = await new Promise<string>((resolve, reject) =>
          execFile(python, [file], { env }, (error, stdout) => error ? reject(error) : resolve(stdout))
        );
        const seen = JSON.parse(/SEEN (.*)/.exec(printed)![1]);
        assertEquals(seen, ["hi", "later", "COMPLETED", "CANCELLED", 2, "completed"]);
      }));

    it("yield, with and without aggregation", async () => {
      for (const [kind, aggregated] of [["generator", []], ["aggregate", [0, 1, 2]]] as const) {
        await withWorkers(kind, [], async (local) => {
          const id = await run(local, { to: 3 });
          assertEquals((await local.end("mine", id)).output, aggregated);
          const { stream } = await local.call(`/v2/mine/stream/${id}`);
          assertEquals(stream.map(({ output }: { output: number }) => output), [0, 1, 2]);
        });
      }
    });

    it("are refreshed after each job that asks for it", () =>
      withWorkers("refresh", [], async (local) => {
        const pids: number[] = [];
        for (const say of [1, 2]) pids.push((await local.end("mine", await run(local, { say }))).output.pid);
        assert(pids[0] !== pids[1]);
        assertStringIncludes(local.output(), "ended to be refreshed");
      }));

    it("run jobs at the same time, and stop those that are cancelled", () =>
      withWorkers("concurrent", [], async (local, folder) => {
        const { call, end, output } = local;
        const gate = join(folder, "gate");
        const ids = await Promise.all([1, 2, 3].map((say) => run(local, { say, until: gate })));
        // The worker SDK ignores a stop signal for a job that it has taken and not started.
        await until("all handlers run", () => [1, 2, 3].every((say) => existsSync(`${gate}-${say}`)));
        await call(`/v2/mine/cancel/${ids[1]}`, {});
        await until("the handler is cancelled", () => output().includes("cancelled 2"));
        writeFileSync(gate, "");
        assertEquals((await end("mine", ids[0])).output.said, 1);
        assertEquals((await end("mine", ids[1])).status, "CANCELLED");
        assertEquals((await end("mine", ids[2])).output.said, 3);
      }));

    it("share 1,000 jobs, and none is lost or run twice", () =>
      withWorkers("concurrent", ["--workers", "3"], async (local) => {
        const { call, end, output } = local;
        await until("three workers", async () => (await call("/v2/mine/health")).workers.ready === 3);
        const numbers = Array.from({ length: 1000 }, (_, say) => say);
        const ids: string[] = [];
        for (let from = 0; from < numbers.length; from += 100) {
          ids.push(...await Promise.all(numbers.slice(from, from + 100).map((say) => run(local, { say }))));
        }
        const jobs = await Promise.all(ids.map((id) => end("mine", id)));
        assertEquals(jobs.map((job) => job.output.said), numbers);
        const { jobs: counts } = await call("/v2/mine/health");
        assertEquals([counts.failed, counts.retried, counts.inQueue, counts.inProgress], [0, 0, 0, 0]);
        const starts = [...output().matchAll(/job (\w{8}) started on (mine-\d)/g)];
        assertEquals(starts.length, numbers.length);
        assertEquals(new Set(starts.map(([, id]) => id)).size, numbers.length);
        assertEquals(new Set(starts.map(([, , worker]) => worker)).size, 3);
        assertStringIncludes(output(), `Version ${version}`);
      }));
  });
}
