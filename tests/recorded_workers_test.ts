/** What real workers answered, and what the emulator answers to the same jobs: same fields, same kinds, same errors. */
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import type { Exchange, Recording } from "./conformance/recording.ts";
import { SERVER_KEY } from "./conformance/world.ts";
import { RECORDINGS } from "./data/recorded/all.ts";
import { jobShape } from "./job_shape.ts";

/** Where the emulator differs, and why that stays so. By case. */
const KNOWN: Record<string, string> = {
  "comfyui: one output of two fails":
    "ComfyUI runs outputs in an order that changes; the emulator in that of the workflow",
  "vLLM worker: too long a prompt": "more tokens fit into the emulated model",
};

/** A job with its input and its end, as a client saw it. */
interface RecordedJob {
  input: unknown;
  end: Record<string, unknown>;
}

/** The jobs of a case that ended. */
function jobsOf(exchanges: Exchange[]): RecordedJob[] {
  return exchanges.flatMap(({ method, path, sent, body }) => {
    if (method !== "POST" || !/\/run(sync)?(\?|$)/.test(path)) return [];
    const { input } = sent as { input: unknown };
    const { id } = body as { id: string };
    const end = exchanges.map(({ body }) => body as Record<string, unknown>)
      .findLast((job) => job?.id === id && /^(COMPLETED|FAILED)$/.test(String(job.status)));
    return input !== undefined && end !== undefined ? [{ input, end }] : [];
  });
}

/** Runs a job on the emulator of a worker. */
async function emulated({ emulated }: Recording, input: unknown): Promise<Record<string, unknown>> {
  const { fetch } = createRunpodEmulator({ endpoints: { mine: emulated as EmulatedEndpoint } });
  const response = await fetch("https://api.runpod.ai/v2/mine/runsync", {
    method: "POST",
    headers: { authorization: `Bearer ${SERVER_KEY}` },
    body: JSON.stringify({ input }),
  });
  return await response.json();
}

for (const recording of RECORDINGS.filter(({ abilities, emulated }) => abilities.includes("queue") && emulated)) {
  describe(`${recording.title} ${recording.version}, emulated`, () => {
    for (const [name, { exchanges = [] }] of Object.entries(recording.cases)) {
      // Chats are compared where there is no worker in between.
      if (!/^(comfyui|[A-Za-z]+ worker): /.test(name)) continue;
      for (const { input, end } of jobsOf(exchanges)) {
        it(name, async () => {
          const [real, own] = [jobShape(end), jobShape(await emulated(recording, input))];
          if (KNOWN[name] === undefined) assertEquals(own, real);
          else {assertEquals(
              JSON.stringify(own) === JSON.stringify(real),
              false,
              "it is the same now: take it from the list",
            );}
        });
      }
    }
  });
}
