/**
 * Shows what the provider does, in a minute: a text streams, a tool is called, an object and an image are made.
 *
 * Without a key it talks to the emulator, over real HTTP on a loopback port; with `RUNPOD_API_KEY` set, to Runpod.
 */
import { createRunpod, type RunpodJobUpdate, type RunpodProvider } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { generateImage, generateText, isStepCount, Output, streamText, tool } from "ai";
import { z } from "zod";

const CHAT_MODEL = "qwen/qwen3-32b-awq";
const IMAGE_MODEL = "qwen/qwen-image";
const IMAGE_FILE = "runpod-demo.png";

interface Demo {
  runpod: RunpodProvider;
  abortSignal: AbortSignal;
  /** Sets who is told of jobs. */
  onJob: (listener: (update: RunpodJobUpdate) => void) => void;
}

async function streamAText({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "Why do lighthouses blink?";
  say(`  ${dim("prompt")}  ${prompt}`);
  const stopWaiting = showWaiting("waiting for a worker");
  const result = streamText({
    model: runpod(CHAT_MODEL),
    prompt,
    abortSignal,
    // A failure is thrown below, and need not be logged as well.
    onError: () => {},
  });
  let isFirst = true;
  for await (const part of result.fullStream) {
    if (part.type === "error") {
      stopWaiting();
      if (!isFirst) write("\n");
      throw part.error;
    }
    if (part.type !== "text-delta") continue;
    if (isFirst) {
      stopWaiting();
      write(`  ${dim("answer")}  `);
    }
    isFirst = false;
    write(part.text);
  }
  const { outputTokens } = await result.usage;
  say(`\n  ${dim(`${outputTokens} tokens, as they came`)}`);
}

async function callATool({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "What is the weather like in Lisbon?";
  say(`  ${dim("prompt")}  ${prompt}`);
  const { text, steps } = await waiting("thinking", () =>
    generateText({
      model: runpod(CHAT_MODEL),
      prompt,
      abortSignal,
      stopWhen: isStepCount(3),
      tools: {
        getWeather: tool({
          description: "Get the weather of a city",
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }) => ({ city, sky: "clear", celsius: 21 }),
        }),
      },
    }));
  for (const { toolCalls, toolResults } of steps) {
    for (const call of toolCalls) say(`  ${dim("call")}    ${call.toolName}(${JSON.stringify(call.input)})`);
    for (const result of toolResults) say(`  ${dim("result")}  ${JSON.stringify(result.output)}`);
  }
  say(`  ${dim("answer")}  ${text}`);
}

async function makeAnObject({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "A recipe for chocolate chip cookies";
  say(`  ${dim("prompt")}  ${prompt}`);
  const { output } = await waiting("cooking", () =>
    generateText({
      model: runpod(CHAT_MODEL),
      prompt,
      abortSignal,
      output: Output.object({
        schema: z.object({ name: z.string(), ingredients: z.array(z.string()), steps: z.array(z.string()) }),
      }),
    }));
  say(JSON.stringify(output, null, 2).replace(/^/gm, "  "));
}

async function makeAnImage({ runpod, abortSignal, onJob }: Demo): Promise<void> {
  const prompt = "A serene mountain landscape at sunset";
  say(`  ${dim("prompt")}  ${prompt}`);
  const start = Date.now();
  onJob(({ jobId, status, progress }) => {
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    say(
      `  ${dim("job")}     ${jobId}  ${status}${progress === undefined ? "" : ` ${JSON.stringify(progress)}`}  ${
        dim(`${seconds} s`)
      }`,
    );
  });
  const { image, providerMetadata } = await generateImage({
    model: runpod.imageModel(IMAGE_MODEL),
    prompt,
    aspectRatio: "4:3",
    seed: 42,
    abortSignal,
  });
  await Deno.writeFile(IMAGE_FILE, image.uint8Array);
  const [job] = providerMetadata.runpod.images as Array<Record<string, unknown>>;
  say(`  ${dim("times")}   queued ${job.delayTimeMillis} ms, ran ${job.executionTimeMillis} ms, ${costOf(job)}`);
  say(`  ${dim("file")}    ${IMAGE_FILE} (${image.mediaType}, ${Math.round(image.uint8Array.length / 1024)} KB)`);
}

const STEPS: Array<[title: string, run: (demo: Demo) => Promise<void>]> = [
  [`Stream a text from ${CHAT_MODEL}`, streamAText],
  ["Let the model call a tool", callATool],
  ["Get an object that fits a schema", makeAnObject],
  [`Make an image with ${IMAGE_MODEL}`, makeAnImage],
];

async function main(): Promise<number> {
  const abort = new AbortController();
  Deno.addSignalListener("SIGINT", () => abort.abort(new Error("Stopped by Ctrl-C")));

  const apiKey = Deno.env.get("RUNPOD_API_KEY");
  const server = apiKey ? undefined : serveEmulator();
  say(bold("\nThe Runpod provider for the AI SDK\n"));
  say(
    server
      ? `RUNPOD_API_KEY is not set, so the emulator plays Runpod at ${server.baseURL}.\nIts answers are canned; requests, streams and jobs are what the real service sees.`
      : "RUNPOD_API_KEY is set, so this runs on Runpod itself (and costs a few cents).",
  );

  let listener: (update: RunpodJobUpdate) => void = () => {};
  const onJob = (next: typeof listener) => void (listener = next);
  const runpod = createRunpod({
    ...(server ? { apiKey: "rpa_demo", baseURL: server.baseURL } : { apiKey }),
    onJobUpdate: (update) => listener(update),
  });
  let failures = 0;
  for (const [index, [title, run]] of STEPS.entries()) {
    if (abort.signal.aborted) break;
    say(bold(`\n${index + 1}. ${title}`));
    try {
      await run({ runpod, abortSignal: abort.signal, onJob });
    } catch (error) {
      failures++;
      say(`  ${red("failed")}  ${error instanceof Error ? error.message : error}`);
    }
  }
  await server?.close();
  if (abort.signal.aborted) {
    say(`\n${red("Stopped.")}`);
    return 130;
  }
  say(
    failures === 0
      ? `\n${green("Everything worked.")} Next: README.md`
      : `\n${red(`${failures} of ${STEPS.length} steps failed.`)}`,
  );
  return failures === 0 ? 0 : 1;
}

function serveEmulator(): { baseURL: string; close: () => Promise<void> } {
  const emulator = createRunpodEmulator({
    timing: { coldStartMillis: 800, runMillis: 400, tokenMillis: 30 },
    endpoints: {
      "qwen-image-t2i": {
        worker: "image",
        states: [
          { status: "IN_QUEUE", millis: 900 },
          ...["10%", "40%", "80%"].map((output) => ({ status: "IN_PROGRESS", millis: 500, output })),
        ],
      },
    },
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response(null, { status: 500 }) },
    // Without the request's own signal, whose use Deno.serve comments on.
    ({ url, method, headers, body }) => emulator.fetch(url, { method, headers, body }),
  );
  return { baseURL: `http://127.0.0.1:${server.addr.port}/v2`, close: () => server.shutdown() };
}

async function waiting<T>(what: string, run: () => PromiseLike<T>): Promise<T> {
  const stop = showWaiting(what);
  try {
    return await run();
  } finally {
    stop();
  }
}

/** Shows what is waited for and how long already, where there is a terminal to show it on. */
function showWaiting(what: string): () => void {
  if (!Deno.stdout.isTerminal()) return () => {};
  const start = Date.now();
  const show = () => write(`\r  ${dim(`… ${what}, ${((Date.now() - start) / 1000).toFixed(1)} s`)}`);
  const timer = setInterval(show, 100);
  return () => {
    clearInterval(timer);
    write("\r\x1b[K");
  };
}

function costOf(job: Record<string, unknown>): string {
  return typeof job.cost === "number" ? `$${job.cost.toFixed(4)}` : "cost not told";
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function say(text: string): void {
  write(`${text}\n`);
}

const style = (code: number) => (text: string) =>
  Deno.stdout.isTerminal() && !Deno.noColor ? `\x1b[${code}m${text}\x1b[0m` : text;
const bold = style(1);
const dim = style(2);
const red = style(31);
const green = style(32);

Deno.exit(await main());
