/** The command `local` as its users see it: processes, sockets and files. */
import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Local, programOf, startCommand, until, withFolder, withLocal } from "./local_command.ts";
import { workerProgram } from "./local_worker.ts";

/** Runs a test with workers of the endpoint "mine". */
function withWorkers(args: string[], test: (local: Local) => Promise<void>): Promise<void> {
  return withFolder((folder) => withLocal(["--worker", `mine=${programOf(folder, workerProgram)}`, ...args], test));
}

/** Runs a command line to its end. */
async function outcomeOf(...args: string[]): Promise<[code: number | null, output: string]> {
  const { exit, output } = startCommand(args);
  return [await exit, output()];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A process that has ended but was not yet collected by its parent still has a number.
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}

describe("local: the command line", () => {
  it("tells its version and helps", async () => {
    const [versionCode, version] = await outcomeOf("--version");
    assertEquals(versionCode, 0);
    assertMatch(version, /^\d+\.\d+\.\d+\n$/);
    const [helpCode, help] = await outcomeOf("local", "--help");
    assertEquals(helpCode, 0);
    assertStringIncludes(help, "--worker NAME=COMMAND");
    const [bareCode, commands] = await outcomeOf();
    assertEquals(bareCode, 2);
    assertStringIncludes(commands, "local");
  });

  it("says what is wrong with an option, and what to do", async () => {
    const wrong: Array<[args: string[], message: string]> = [
      [["lokal"], 'did you mean "local"?'],
      [["local", "--prot", "1"], "did you mean --port?"],
      [["local", "--port", "x"], '--port must be a number from 1 to 65535, not "x"'],
      [["local", "--worker", "python handler.py"], '--worker "python handler.py" must be NAME=COMMAND'],
      [["local", "--worker", "A b=x"], 'endpoint\'s name has lower-case letters, digits and hyphens; "A b" has others'],
      [["local", "--endpoint", "a", "--worker", "a=x"], 'the endpoint "a" is given twice'],
      [["local", "--workers", "2"], '--workers is for workers that this command starts: add --worker "NAME=COMMAND"'],
      [["local", "--model", "a=ftp://x"], '"ftp://x" is not a URL that begins with http:// or https://'],
      [["local", "--allow-origin", "http://localhost:3000/app"], "write it as http://localhost:3000, without a path"],
      [["local", "--endpoint", "a", "--endpoint", "b", "--env", "file"], "write --env a=FILE or --env b=FILE"],
      [["local", "--key"], "--key needs a value: --key KEY"],
      [["local", "handler.py"], '"handler.py" is not an option'],
    ];
    const outcomes = await Promise.all(wrong.map(([args]) => outcomeOf(...args)));
    for (const [index, [code, output]] of outcomes.entries()) {
      assertStringIncludes(output, wrong[index][1]);
      assertEquals(code, 2, output);
    }
  });

  it("takes the next free port, but no other than the one that was asked for", () =>
    withLocal([], async ({ origin }) => {
      const { port } = new URL(origin);
      const [code, output] = await outcomeOf("local", "--port", port);
      assertEquals(code, 1);
      assertStringIncludes(output, `port ${port} is taken by another program`);
      await withLocal([], async (other) => {
        assert(Number(new URL(other.origin).port) > Number(port));
        assert(await other.call("/v2/qwen-image-t2i/health"));
      });
    }));
});

describe("local: workers", () => {
  it("run jobs, with progress, yields and errors", () =>
    withWorkers([], async ({ call, end }) => {
      const done = await call("/v2/mine/runsync", { input: { say: "hi" } });
      const { id } = done.status === "COMPLETED" ? done : await end("mine", done.id);
      assertEquals((await call(`/v2/mine/status/${id}`)).output.said, "hi");
      assertEquals((await end("mine", (await call("/v2/mine/run", { input: { error: "no" } })).id)).error, "no");

      const streamed = await call("/v2/mine/run", { input: { yields: ["a", "b"] } });
      await end("mine", streamed.id);
      const { stream } = await call(`/v2/mine/stream/${streamed.id}`);
      assertEquals(stream.map(({ output }: { output: unknown }) => output), ["a", "b"]);

      const hanging = await call("/v2/mine/run", { input: { hang: true, progress: "1/2" } });
      await until("progress", async () => (await call(`/v2/mine/status/${hanging.id}`)).output === "1/2");
      await call(`/v2/mine/cancel/${hanging.id}`, {});
      const next = await call("/v2/mine/run", { input: { say: "free again" } });
      assertEquals((await end("mine", next.id)).output.said, "free again");
    }));

  it("are told with their output, without control characters, and with what happens to jobs", () =>
    withWorkers([], async ({ call, end, output }) => {
      const { id } = await call("/v2/mine/run", { input: { print: "\x1b[2Jone\rtwo\x07", say: 1 } });
      await end("mine", id);
      await until("the end is told", () => /COMPLETED/.test(output()));
      assertStringIncludes(output(), "mine-1       | worker is up\n");
      assertMatch(output(), /mine-1 {7}\| one\n.* {2}mine-1 {7}\| two\n/);
      assertStringIncludes(output(), `job ${id.slice(0, 8)} waits for a worker`);
      // deno-lint-ignore no-control-regex
      assertEquals(/[\x00-\x09\x0b-\x1f]/.test(output()), false);
    }));

  it("are started again when they die, and their job is retried", () =>
    withWorkers([], async ({ call, end, output }) => {
      const { id } = await call("/v2/mine/run", { input: { exit: 3 } });
      const failed = await end("mine", id);
      assertEquals([failed.status, failed.retries], ["FAILED", 1]);
      assertStringIncludes(output(), "ended with exit code 3");
      const next = await call("/v2/mine/run", { input: { say: "alive" } });
      assertEquals((await end("mine", next.id)).output.said, "alive");
    }));

  it("are started again after they asked to be refreshed", () =>
    withWorkers([], async ({ call, end }) => {
      const jobs = [{ say: 1, refresh: true }, { say: 2 }].map((input) => call("/v2/mine/run", { input }));
      const [first, second] = await Promise.all(jobs.map(async (job) => await end("mine", (await job).id)));
      assertEquals([first.output.said, second.output.said], [1, 2]);
      assert(first.output.pid !== second.output.pid);
    }));

  it("share many jobs, and none is lost or run twice", () =>
    withWorkers(["--workers", "3"], async ({ call, end }) => {
      const count = 300;
      const ids = await Promise.all(
        Array.from({ length: count }, async (_, say) => (await call("/v2/mine/run", { input: { say } })).id),
      );
      const jobs = await Promise.all(ids.map((id) => end("mine", id)));
      assertEquals(jobs.map(({ output }) => output.said), Array.from({ length: count }, (_, say) => say));
      const { jobs: counts, workers } = await call("/v2/mine/health");
      assertEquals([counts.completed, counts.retried, workers.ready], [count, 0, 3]);
    }));

  it("stop when there is nothing to do, and start when a job comes", () =>
    withWorkers(["--idle-timeout", "0.1", "--cold-start", "200"], async ({ call, end, output }) => {
      assertStringIncludes(output(), "0 to 1 ×");
      const pids: number[] = [];
      for (const say of [1, 2]) {
        const { output: { pid }, delayTime } = await end("mine", (await call("/v2/mine/run", { input: { say } })).id);
        assert(delayTime >= 200);
        pids.push(pid);
        await until("the worker has stopped", async () => {
          const { workers } = await call("/v2/mine/health");
          return workers.ready + workers.running + workers.initializing === 0 && !isAlive(pid);
        });
      }
      assert(pids[0] !== pids[1]);
    }));

  it("end with the command, with what they have started", () =>
    withFolder(async (folder) => {
      const command = `${programOf(folder, workerProgram)} & echo child $!; wait`;
      await withLocal(["--worker", `mine=${command}`], async ({ call, end, output, signal, exit }) => {
        const { output: { pid } } = await end("mine", (await call("/v2/mine/run", { input: { say: 1 } })).id);
        assertStringIncludes(output(), `child ${pid}`);
        signal("SIGINT");
        assertEquals(await exit, 0);
        await until("the worker is gone", () => !isAlive(pid));
      });
    }));

  it("that do not end are killed by a second Ctrl-C", () =>
    withLocal(["--worker", "mine=trap '' TERM; echo pid $$; sleep 300"], async ({ signal, output, exit }) => {
      const [, pid] = await until("the worker prints", () => /pid (\d+)/.exec(output()));
      signal("SIGINT");
      await until("it stops", () => output().includes("Stopping (Ctrl-C)"));
      // npm passes a Ctrl-C on that the terminal has sent already, so one that comes at once is not a second one.
      const timer = setInterval(() => signal("SIGINT"), 100);
      const code = await exit;
      clearInterval(timer);
      assertEquals(code, 130);
      await until("the worker is gone", () => !isAlive(Number(pid)));
    }));
});

describe("local: what it prints and writes", () => {
  it("prints the key once, and a link to the page without it", () =>
    withLocal(["--key", "my-own-key"], async ({ key, output, origin, code }) => {
      assertEquals(key, "my-own-key");
      assertEquals(output().split("my-own-key").length, 2);
      const open = () =>
        fetch(`${origin}/local/open`, { method: "POST", headers: { origin }, body: JSON.stringify({ code }) });
      assertEquals(await (await open()).json(), { key });
      assertEquals((await open()).status, 403);
    }));

  it("writes what an app and a worker need into a file that only its owner may read", () =>
    withFolder(async (folder) => {
      const file = join(folder, "worker.env");
      writeFileSync(file, "old", { mode: 0o644 });
      await withLocal(["--endpoint", "mine", "--env", file], async ({ origin, key, call, end }) => {
        assertEquals(statSync(file).mode & 0o777, 0o600);
        const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => /^(\w+)=(.*)$/.exec(line)!.slice(1));
        const environment = Object.fromEntries(lines);
        assertEquals([environment.RUNPOD_API_KEY, environment.RUNPOD_ENDPOINT_BASE_URL], [key, `${origin}/v2`]);

        const start = () =>
          spawn(programOf(folder, workerProgram), {
            shell: true,
            detached: true,
            stdio: "ignore",
            env: { ...process.env, ...environment },
          });
        const workers = [start(), start()];
        try {
          await until("two workers", async () => (await call("/v2/mine/health")).workers.ready === 2);
          assertEquals((await end("mine", (await call("/v2/mine/run", { input: { say: 1 } })).id)).output.said, 1);
        } finally {
          for (const { pid } of workers) process.kill(-pid!, "SIGKILL");
        }
      });
    }));
});

/** Sends a request with exactly these headers, which fetch would not do. */
function send(
  origin: string,
  path: string,
  headers: Record<string, string>,
  { method = "GET", body = "" } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => text += part);
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

describe("local: who may use it", () => {
  const job = { method: "POST", body: JSON.stringify({ input: { prompt: "x" } }) };
  const path = "/v2/qwen-image-t2i/run";

  it("starts no job without the key, for another host, or for a web page of another origin", () =>
    withLocal([], async ({ origin, key, output }) => {
      const authorization = `Bearer ${key}`;
      const { host } = new URL(origin);
      const attempts: Array<[headers: Record<string, string>, status: number]> = [
        [{}, 401],
        [{ authorization: "Bearer wrong" }, 401],
        [{ authorization, host: "evil.example" }, 403],
        [{ authorization, host: "127.0.0.1" }, 403],
        [{ authorization, host: `evil.example:${new URL(origin).port}` }, 403],
        [{ authorization, host: `${host}@evil.example` }, 400],
        [{ authorization, origin: "https://evil.example" }, 403],
        [{ authorization, origin: "null" }, 403],
        [{ authorization, origin: "http://localhost:3000" }, 403],
      ];
      for (const [headers, status] of attempts) {
        const response = await send(origin, path, headers, job);
        assertEquals([headers, response.status], [headers, status]);
        assertEquals(response.headers["access-control-allow-origin"], undefined);
      }
      const preflight = { origin: "https://evil.example", "access-control-request-method": "POST" };
      assertEquals((await send(origin, path, preflight, { method: "OPTIONS" })).status, 403);
      assertEquals((await send(origin, "/local/feed", {})).status, 401);
      assertEquals((await send(origin, "/v1/chat/completions", {}, job)).status, 401);
      assertEquals(/job \w{8}/.test(output()), false);

      assertEquals((await send(origin, path, { authorization }, job)).status, 200);
      assertEquals(
        (await send(origin, path, { authorization, host: host.replace("127.0.0.1", "localhost") }, job)).status,
        200,
      );
      await until("the jobs are told", () => output().match(/waits for a worker/g)?.length === 2);
    }));

  it("lets web pages call whose origin was named, with the key", () =>
    withLocal(["--allow-origin", "http://localhost:3000"], async ({ origin, key }) => {
      const page = { origin: "http://localhost:3000" };
      const preflight = await send(origin, path, {
        ...page,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      }, { method: "OPTIONS" });
      assertEquals(preflight.status, 204);
      assertEquals(preflight.headers["access-control-allow-origin"], page.origin);
      assertEquals(preflight.headers["access-control-allow-headers"], "authorization,content-type");
      assertEquals((await send(origin, path, page, job)).status, 401);
      const allowed = await send(origin, path, { ...page, authorization: `Bearer ${key}` }, job);
      assertEquals([allowed.status, allowed.headers["access-control-allow-origin"]], [200, page.origin]);
      assertEquals((await send(origin, path, { origin: "http://localhost:3001" }, job)).status, 403);
    }));

  it("lets workers come by the address that was given for them", () =>
    withFolder(async (folder) => {
      const file = join(folder, "worker.env");
      const address = "http://host.docker.internal:9000";
      await withLocal(["--endpoint", "mine", "--worker-url", address, "--env", file], async ({ origin, key }) => {
        const environment = readFileSync(file, "utf8");
        assertStringIncludes(environment, `RUNPOD_ENDPOINT_BASE_URL=${address}/v2\n`);
        assertStringIncludes(environment, `RUNPOD_WEBHOOK_PING=${address}/v2/mine/ping/`);
        const [, token] = /RUNPOD_AI_API_KEY=(.*)/.exec(environment)!;
        const by = (host: string, path: string, authorization: string) => send(origin, path, { host, authorization });
        assertEquals((await by("host.docker.internal:9000", "/v2/mine/ping/w?x=1", token)).status, 200);
        assertEquals((await by("host.docker.internal:9000", "/v2/mine/health", key)).status, 200);
        assertEquals((await by("host.docker.internal:9001", "/v2/mine/health", key)).status, 403);
      });
    }));

  it("gives jobs only to workers that have the token", () =>
    withLocal(["--endpoint", "mine"], async ({ origin, key }) => {
      for (const headers of [{}, { authorization: key }, { authorization: "worker_guess" }]) {
        assertEquals((await send(origin, "/v2/mine/job-take/w?x=1", headers as Record<string, string>)).status, 401);
      }
    }));

  it("serves a page that runs only its own code", () =>
    withLocal([], async ({ origin }) => {
      const page = await send(origin, "/", {});
      assertEquals(page.status, 200);
      const policy = String(page.headers["content-security-policy"]);
      for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
        assertStringIncludes(policy, part);
      }
      assertEquals(/ on\w+=|<script>|style=|https?:\/\//.test(page.text), false);
      for (const [, file] of page.text.matchAll(/(?:src|href)="(.*?)"/g)) {
        assertEquals((await send(origin, file, {})).status, 200);
      }
      const answer = await send(origin, "/v2/none/health", { authorization: "x" });
      assertEquals(answer.headers["x-content-type-options"] ?? answer.status, 401);
    }));
});

describe("local: the page's feed", () => {
  it("tells everything at first, and then what changes", () =>
    withWorkers([], async ({ origin, key, call, end }) => {
      await end("mine", (await call("/v2/mine/run", { input: { say: 1 } })).id);
      const response = await fetch(`${origin}/local/feed`, { headers: { authorization: `Bearer ${key}` } });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      const messages = () => text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
      const readUntil = async (condition: () => boolean) => {
        while (!condition()) text += (await reader.read()).value;
      };
      await readUntil(() => messages().length > 0);
      const [whole] = messages();
      assertEquals(whole.isWhole, true);
      assertEquals(whole.jobs[0].status, "COMPLETED");
      assertEquals(whole.endpoints[0], { ...whole.endpoints[0], id: "mine", kind: "workers", completed: 1 });
      assertEquals(whole.workers[0].id, "mine-1");

      const { id } = await call("/v2/mine/run", { input: { hang: true, progress: { percent: 40 } } });
      const jobs = () => messages().slice(1).flatMap(({ jobs = [] }) => jobs);
      await readUntil(() => jobs().some((job) => job.id === id && job.share === 0.4));
      await call(`/v2/mine/cancel/${id}`, {});
      await readUntil(() => jobs().some((job) => job.id === id && job.status === "CANCELLED"));
      const details = await call(`/local/jobs/${id}`);
      assertEquals(details.input, { hang: true, progress: { percent: 40 } });
      assertEquals(details.timeline.map(({ status }: { status: string }) => status), [
        "IN_QUEUE",
        "IN_PROGRESS",
        "CANCELLED",
      ]);
      await reader.cancel();
    }));
});

describe("local: model servers", () => {
  it("are behind an endpoint by three addresses, and do not get the key", async () => {
    const seen: Array<[url: string | undefined, authorization: string | undefined, body: string]> = [];
    const server = createServer(async (incoming, outgoing) => {
      let body = "";
      for await (const part of incoming) body += part;
      seen.push([incoming.url, incoming.headers.authorization, body]);
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      outgoing.write("data: 1\n\n");
      outgoing.end("data: [DONE]\n\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await withLocal(["--model", `chat=http://127.0.0.1:${port}/v1`], async ({ origin, key, output }) => {
        const authorization = `Bearer ${key}`;
        const chat = { method: "POST", body: '{"stream":true}' };
        const queued = await send(origin, "/v2/chat/openai/v1/chat/completions", { authorization }, chat);
        assertEquals([queued.status, queued.text], [200, "data: 1\n\ndata: [DONE]\n\n"]);
        assertEquals((await send(origin, "/lb/chat/v1/chat/completions", { authorization }, chat)).status, 200);
        const host = `chat.localhost:${new URL(origin).port}`;
        assertEquals((await send(origin, "/ping?x=1", { authorization, host })).status, 200);
        assertEquals((await send(origin, "/", { host })).status, 401);
        assertEquals(seen, [
          ["/v1/chat/completions", undefined, chat.body],
          ["/v1/chat/completions", undefined, chat.body],
          ["/ping?x=1", undefined, ""],
        ]);
        const job = await send(origin, "/v2/chat/run", { authorization }, chat);
        assertEquals(job.status, 400);
        assertStringIncludes(job.text, `use ${origin}/lb/chat/v1`);
        await until("the requests are told", () => output().includes("POST /v1/chat/completions 200 after"));
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("that cannot be reached are told", () =>
    withLocal(["--model", "chat=http://127.0.0.1:1/v1"], async ({ call }) => {
      const { error } = await call("/v2/chat/openai/v1/models");
      assertStringIncludes(error.message, 'cannot reach the server of "chat" at http://127.0.0.1:1: ');
    }));
});
