/**
 * The cost of importing the package and making the first model, each in a process of its own.
 *
 * @module
 */
import { consumer } from "../scripts/consumer.ts";
import { quantile, RESULT, round, type Table } from "./harness.ts";
import { API_KEY, CHAT_MODEL, INCUMBENT, OURS, SPECIFIERS } from "./peers.ts";
import { runScript, type Runtime } from "./runtimes.ts";

const ROUNDS = 7;
/** Packages that every app with `ai` has loaded. */
const SHARED = "its shared dependencies alone";

interface Cost {
  cpuMillis: number;
  megabytes: number;
}

/** Loads a package in its process, after other packages whose cost does not count. */
const SCRIPT = `import process from "node:process";
const [specifier, ...before] = process.argv.slice(2);
for (const name of before) await import(name);
const memory = process.memoryUsage().rss;
const start = process.cpuUsage();
const { createRunpod } = await import(specifier);
createRunpod?.({ apiKey: "${API_KEY}" })("${CHAT_MODEL}");
const { user, system } = process.cpuUsage(start);
const megabytes = (process.memoryUsage().rss - memory) / 1024 / 1024;
console.log("${RESULT}" + JSON.stringify({ cpuMillis: (user + system) / 1000, megabytes }));
`;

/** Measures on one runtime. */
export async function measureImport(runtime: Runtime): Promise<Table[]> {
  await Deno.writeTextFile(new URL("bench/import.mjs", consumer), SCRIPT);
  const loads: Record<string, string[]> = {
    [SHARED]: ["@ai-sdk/provider-utils"],
    [OURS]: [SPECIFIERS[OURS]],
    [INCUMBENT]: [SPECIFIERS[INCUMBENT]],
    [`${OURS}, after ai`]: [SPECIFIERS[OURS], "ai"],
    [`${INCUMBENT}, after ai`]: [SPECIFIERS[INCUMBENT], "ai"],
  };
  const costs: Record<string, Cost[]> = {};
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(loads)) {
      const cost = await runScript<Cost>(runtime, "bench/import.mjs", args);
      if (round >= 0) (costs[name] ??= []).push(cost);
    }
  }
  const table: Table = {
    title: "Import and first model",
    columns: ["package", "CPU ms", "MB"],
    rows: Object.entries(costs).map(([name, costs]) => [
      name,
      round(quantile(costs.map(({ cpuMillis }) => cpuMillis)), 1),
      round(quantile(costs.map(({ megabytes }) => megabytes)), 1),
    ]),
    targets: [],
  };
  const of = (wanted: string) => table.rows.find(([name]) => name === wanted)!;
  for (const after of ["", ", after ai"]) {
    const [[, cpu, memory], [, peerCpu, peerMemory]] = [of(OURS + after), of(INCUMBENT + after)].map((row) =>
      row.map(Number)
    );
    table.targets.push({ what: `CPU time to the incumbent's${after}`, value: round(cpu / peerCpu), atMost: 0.5 });
    table.targets.push({ what: `memory to the incumbent's${after}`, value: round(memory / peerMemory), atMost: 0.5 });
  }
  return [table];
}
