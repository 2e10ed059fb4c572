/**
 * Starts each example on its own runtime, with the emulator as Runpod, and calls it as a user would.
 *
 *     deno task test:examples
 */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { binaryOf, bundle, consumer, prepareConsumer } from "./consumer.ts";
import { FAKE_KEY, serveEmulator } from "./emulator.ts";
import { pathOf, readText, root } from "./files.ts";

interface Example {
  name: string;
  /** Returns the command that starts the example's server on a port. */
  start: (port: number, env: Record<string, string>) => Promise<Deno.Command>;
}

const EXAMPLES: Example[] = [
  {
    name: "node",
    start: async (port, env) =>
      command(binaryOf("node-22"), [await copyOf("node/server.ts")], { ...env, PORT: String(port) }),
  },
  {
    name: "bun",
    start: async (port, env) =>
      command(binaryOf("bun"), [await copyOf("bun/server.ts")], { ...env, PORT: String(port) }),
  },
  {
    name: "deno-deploy",
    start: (port, env) =>
      Promise.resolve(command(
        Deno.execPath(),
        ["run", "--allow-env", "--allow-net", "--allow-read", "--allow-sys", "examples/deno-deploy/main.ts"],
        { ...env, PORT: String(port) },
        root,
      )),
  },
  { name: "cloudflare-worker", start: (port, env) => startWorker("cloudflare-worker", port, env) },
  { name: "hono", start: (port, env) => startWorker("hono", port, env) },
];

function command(binary: string, args: string[], env: Record<string, string>, cwd = consumer): Deno.Command {
  return new Deno.Command(binary, { args, env, cwd, stdin: "null", stdout: "piped", stderr: "piped" });
}

/** Copies an example into the app, so that its imports find the installed package. */
async function copyOf(file: string): Promise<string> {
  const target = new URL(`examples/${file}`, consumer);
  await Deno.mkdir(new URL(".", target), { recursive: true });
  await Deno.copyFile(new URL(`examples/${file}`, root), target);
  return pathOf(target);
}

async function startWorker(name: string, port: number, env: Record<string, string>): Promise<Deno.Command> {
  // The file is JSON with comments, each on a line of its own.
  const wrangler = (await readText(`examples/${name}/wrangler.jsonc`)).replace(/^\s*\/\/.*$/gm, "");
  const { compatibility_date, compatibility_flags } = JSON.parse(wrangler);
  await bundle([await copyOf(`${name}/worker.ts`)], [
    "--conditions=workerd,worker,browser",
    `--outfile=examples/${name}/worker.js`,
  ]);
  const bindings = Object.entries(env).map(([name, text]) => `(name = "${name}", text = "${text}")`).join(", ");
  const config = new URL(`examples/${name}/config.capnp`, consumer);
  await Deno.writeTextFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["private", "public"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  bindings = [${bindings}],
  compatibilityDate = "${compatibility_date}",
  compatibilityFlags = ${JSON.stringify(compatibility_flags)},
);
`,
  );
  return command(binaryOf("workerd"), ["serve", pathOf(config)], {});
}

/** Uses an example as a user would; throws if an answer is wrong. */
async function use(origin: string, hasLeft: () => boolean): Promise<void> {
  const text = await fetch(`${origin}/text?prompt=Tell%20me%20about%20lighthouses`);
  const pieces = await Array.fromAsync(text.body!.pipeThrough(new TextDecoderStream()));
  expect(/lighthouse/i.test(pieces.join("")), `a text about lighthouses, got "${pieces.join("")}"`);
  expect(pieces.length > 3, `a text in several pieces, got ${pieces.length}`);

  const image = await fetch(`${origin}/image?prompt=A%20lighthouse`);
  const bytes = new Uint8Array(await image.arrayBuffer());
  expect(image.headers.get("content-type") === "image/png", `image/png, got ${image.headers.get("content-type")}`);
  expect(bytes[0] === 0x89 && bytes.length > 1000, "a PNG");

  expect((await (await fetch(`${origin}/text`)).text()).includes("?prompt="), "a hint if the prompt is missing");
  expect((await fetch(`${origin}/other?prompt=x`)).status === 404, "404 for another path");

  const leaving = new AbortController();
  const long = await fetch(`${origin}/text?prompt=Go%20on%20for%20long`, { signal: leaving.signal });
  await long.body!.getReader().read();
  leaving.abort();
  for (let tries = 0; !hasLeft(); tries++) {
    expect(tries < 100, "the request to Runpod to end when the client leaves");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Expected ${what}`);
}

/** Runs one example, and returns what went wrong. */
async function check(example: Example): Promise<string | undefined> {
  let hasLeft = false;
  const emulator = createRunpodEmulator({
    timing: { tokenMillis: 20 },
    intercept: async (request, next) => {
      const response = await next();
      if (!JSON.stringify(request.body ?? "").includes("Go on for long")) return response;
      return new Response(watch(response.body!, () => hasLeft = true), response);
    },
  });
  const runpod = serveEmulator(emulator);
  const port = freePort();
  const env = { RUNPOD_API_KEY: FAKE_KEY, RUNPOD_BASE_URL: runpod.baseURL };
  const child = (await example.start(port, env)).spawn();
  const output = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  let problem: string | undefined;
  try {
    await untilListening(`http://127.0.0.1:${port}/`);
    await use(`http://127.0.0.1:${port}`, () => hasLeft);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  child.kill("SIGKILL");
  await child.status;
  await runpod.close();
  return problem && `${problem}\n${(await output).join("\n")}`;
}

/** Passes a stream on, and calls `onLeave` if its reader leaves before the end. */
function watch(body: ReadableStream<Uint8Array>, onLeave: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      onLeave();
      await reader.cancel(reason);
    },
  });
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

async function untilListening(url: string): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Runs every example; returns how many passed and failed. */
export async function testExamples(): Promise<{ passed: number; failed: number }> {
  let failed = 0;
  for (const example of EXAMPLES) {
    const problem = await check(example);
    if (problem === undefined) continue;
    failed++;
    console.log(`\nFAILED: example ${example.name}\n${problem.trim().replace(/^/gm, "    ")}\n`);
  }
  return { passed: EXAMPLES.length - failed, failed };
}

if (import.meta.main) {
  await prepareConsumer();
  const { passed, failed } = await testExamples();
  console.log(`examples: ${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
