/**
 * Guards against slow code, in a few seconds: compares ratios of CPU times with limits. `deno task check` runs it.
 *
 *     deno run --allow-all bench/guard.ts stream queue
 */
import { compile, runScript } from "./runtimes.ts";

/** The limit of the ratio that a section reports when it is called with "guard". */
interface Guard {
  /** What the ratio compares. */
  what: string;
  atMost?: number;
  atLeast?: number;
}

const GUARDS: Record<string, Guard> = {
  // Usually about 6; on a busy machine 4 was seen.
  stream: { what: "CPU time of a stream, @ai-sdk/openai-compatible to ours", atLeast: 3 },
  queue: { what: "CPU time of chunks, in a job's output to in a stream", atMost: 2 },
};

let failures = 0;
for (const section of Deno.args) {
  const { what, atMost = Infinity, atLeast = -Infinity } = GUARDS[section];
  await compile([section]);
  const ratio = await runScript<number>("node-26", `bench/${section}.js`, ["guard"]);
  if (ratio >= atLeast && ratio <= atMost) continue;
  failures++;
  const limit = ratio < atLeast ? `at least ${atLeast}` : `at most ${atMost}`;
  console.error(`${what}: ${ratio.toFixed(2)}, should be ${limit}; see: deno task bench --section=${section}`);
}
Deno.exit(failures === 0 && Deno.args.length > 0 ? 0 : 1);
