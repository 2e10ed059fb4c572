/**
 * Shows what the provider does, in a minute: every kind of model once.
 *
 * Without a key it talks to the emulator, over real HTTP on a loopback port; with `RUNPOD_API_KEY` set, to Runpod.
 */
import { createRunpod, type RunpodJobUpdate } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { bold, green, red, say } from "./demo_screen.ts";
import { BASE_ENDPOINT, INFINITY_ENDPOINT, STEPS, WHISPER_ENDPOINT } from "./demo_steps.ts";

async function main(): Promise<number> {
  const abort = new AbortController();
  Deno.addSignalListener("SIGINT", () => abort.abort(new Error("Stopped by Ctrl-C")));

  const apiKey = Deno.env.get("RUNPOD_API_KEY");
  const server = apiKey ? undefined : serveEmulator();
  say(bold("\nThe Runpod provider for the AI SDK\n"));
  say(
    server
      ? `RUNPOD_API_KEY is not set, so the emulator plays Runpod at ${server.baseURL}.\nIts answers are canned; requests, streams and jobs are what the real service sees.`
      : "RUNPOD_API_KEY is set, so this runs on Runpod itself (and costs about ten cents).\nSteps that need an endpoint of your own are left out.",
  );

  let listener: (update: RunpodJobUpdate) => void = () => {};
  const onJob = (next: typeof listener) => void (listener = next);
  const runpod = createRunpod({
    ...(server ? { apiKey: "rpa_demo", baseURL: server.baseURL } : { apiKey }),
    onJobUpdate: (update) => listener(update),
  });
  let failures = 0;
  const steps = STEPS.filter(({ needsEndpoint }) => server || !needsEndpoint);
  for (const [index, { title, run }] of steps.entries()) {
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
      : `\n${red(`${failures} of ${steps.length} steps failed.`)}`,
  );
  return failures === 0 ? 0 : 1;
}

function serveEmulator(): { baseURL: string; close: () => Promise<void> } {
  const emulator = createRunpodEmulator({
    timing: { coldStartMillis: 800, runMillis: 400, tokenMillis: 30 },
    endpoints: {
      [WHISPER_ENDPOINT]: { worker: "transcription" },
      [INFINITY_ENDPOINT]: { worker: "embedding" },
      [BASE_ENDPOINT]: { worker: "chat" },
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

Deno.exit(await main());
