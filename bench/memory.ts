/**
 * The memory that a long stream and many jobs at once take in addition to their data, each in a process of its own.
 *
 * @module
 */
import { quantile, round, type Table } from "./harness.ts";
import type { Memory } from "./memory_run.ts";
import { FLOOR, INCUMBENT, OPENAI_COMPATIBLE, OURS } from "./peers.ts";
import { runScript, type Runtime } from "./runtimes.ts";

const ROUNDS = 3;
/** How much a constant may vary, in MB. */
const NOISE = 2;

/** Measures on one runtime. */
export async function measureMemory(runtime: Runtime): Promise<Table[]> {
  const run = async (...args: string[]): Promise<Memory> => {
    const runs: Memory[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      runs.push(await runScript<Memory>(runtime, "bench/memory_run.js", args, ["--expose-gc"]));
    }
    const median = (key: keyof Memory) => round(quantile(runs.map((run) => run[key])), 1);
    return { live: median("live"), peak: median("peak") };
  };

  const stream: Table = {
    title: "MB in addition to a stream whose chunks are not kept",
    columns: ["provider", "live after 5 MB", "live after 50 MB", "peak of 5 MB", "peak of 50 MB"],
    rows: [],
    targets: [],
  };
  for (const name of [FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT]) {
    const [short, long] = [await run("stream", name, "5"), await run("stream", name, "50")];
    stream.rows.push([name, short.live, long.live, short.peak, long.peak]);
    if (name !== OURS) continue;
    stream.targets.push({
      what: "live MB that 45 more MB of stream add",
      value: round(long.live - short.live, 1),
      atMost: NOISE,
    });
  }

  const jobs: Table = {
    title: "MB in addition to the 1000 MB of 200 images, generated at once",
    columns: ["provider", "images arrive", "live above the images", "peak above the images"],
    rows: [],
    targets: [],
  };
  for (const [name, way] of [[OURS, "by URL"], [INCUMBENT, "by URL"], [OURS, "in the job's output"]]) {
    const { live, peak } = await run("images", name, way);
    jobs.rows.push([name, way, live, peak]);
  }
  return [stream, jobs];
}
