/**
 * Uses each kind of model once, in about a minute.
 *
 * With `RUNPOD_API_KEY` set it calls Runpod, otherwise the emulator on a local port.
 */
import { createRunpod, type RunpodJobUpdate } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { bold, green, red, say } from "./demo_screen.ts";
import { BASE_ENDPOINT, INFINITY_ENDPOINT, STEPS, WHISPER_ENDPOINT } from "./demo_steps.ts";
import { type EmulatorServer, FAKE_KEY, serveEmulator } from "./emulator.ts";

async function main(): Promise<number> {
  const abort = new AbortController();
  Deno.addSignalListener("SIGINT", () => abort.abort(new Error("Stopped with Ctrl-C")));

  const apiKey = Deno.env.get("RUNPOD_API_KEY");
  const server = apiKey ? undefined : startEmulator();
  say(bold("\nThe Runpod provider for the AI SDK\n"));
  say(
    server
      ? `RUNPOD_API_KEY is not set, so this runs against an emulator of Runpod at ${server.baseURL}.\nThe results are made up; the requests, streams and jobs are the same as with Runpod.`
      : "RUNPOD_API_KEY is set, so this runs on Runpod (and costs about ten cents).\nSteps that need an endpoint of your own are left out.",
  );

  let onJobUpdate: (update: RunpodJobUpdate) => void = () => {};
  const runpod = createRunpod({
    ...(server ? { apiKey: FAKE_KEY, baseURL: server.baseURL } : { apiKey }),
    onJobUpdate: (update) => onJobUpdate(update),
  });
  let failures = 0;
  const steps = STEPS.filter(({ needsEndpoint }) => server || !needsEndpoint);
  for (const [index, { title, run }] of steps.entries()) {
    if (abort.signal.aborted) break;
    say(bold(`\n${index + 1}. ${title}`));
    try {
      await run({ runpod, abortSignal: abort.signal, onJob: (listener) => void (onJobUpdate = listener) });
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

function startEmulator(): EmulatorServer {
  return serveEmulator(createRunpodEmulator({
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
  }));
}

Deno.exit(await main());
