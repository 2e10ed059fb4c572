/**
 * Measures the npm package and its peers side by side, on Node, Deno and Bun.
 *
 *     deno task bench                        everything, in a quarter of an hour
 *     deno task bench --section=stream       one section, or several, separated by commas
 *     deno task bench --on=node-26           one runtime, or several
 *     deno task bench --json                 the results as JSON
 */
import { listOption } from "../scripts/arguments.ts";
import { prepareConsumer } from "../scripts/consumer.ts";
import { isMet, type Table, type Target } from "./harness.ts";
import { ALL_RUNTIMES, compile, measureOn, type Runtime } from "./runtimes.ts";
import { measureImport } from "./import.ts";
import { measureMemory } from "./memory.ts";
import { measureSize } from "./size.ts";

/** A section: the runtimes it is measured on, and how. */
interface Section {
  runtimes: readonly Runtime[];
  measure: (runtime: Runtime) => Promise<Table[]>;
}

const NEWEST = ["node-26", "deno", "bun"] as const;

const SECTIONS: Record<string, Section> = {
  stream: { runtimes: NEWEST, measure: (runtime) => measureOn(runtime, "stream") },
  queue: { runtimes: NEWEST, measure: (runtime) => measureOn(runtime, "queue") },
  call: { runtimes: NEWEST, measure: (runtime) => measureOn(runtime, "call") },
  // On a virtual clock all runtimes have the same times.
  jobs: { runtimes: ["node-26"], measure: (runtime) => measureOn(runtime, "jobs") },
  base64: { runtimes: ALL_RUNTIMES, measure: (runtime) => measureOn(runtime, "base64") },
  import: { runtimes: ALL_RUNTIMES, measure: measureImport },
  memory: { runtimes: ["node-26"], measure: measureMemory },
  size: { runtimes: ["node-26"], measure: measureSize },
};

interface Result extends Table {
  section: string;
  runtime: Runtime;
}

const names = listOption("section") ?? Object.keys(SECTIONS);
const unknown = names.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`There is no section "${unknown}"; the sections are ${Object.keys(SECTIONS).join(", ")}`);
  Deno.exit(1);
}

const isJson = Deno.args.includes("--json");
const results: Result[] = [];
await prepareConsumer();
await compile(["stream", "queue", "call", "jobs", "base64", "memory_run"]);
for (const name of names) {
  const { runtimes, measure } = SECTIONS[name];
  for (const runtime of runtimes.filter((runtime) => listOption("on")?.includes(runtime) ?? true)) {
    for (const table of await measure(runtime)) {
      const result = { section: name, runtime, ...table };
      results.push(result);
      if (!isJson) console.log(`${format(result)}\n`);
    }
  }
}
if (isJson) {
  console.log(
    JSON.stringify(results.map((result) => ({ ...result, targets: result.targets.map(withVerdict) })), null, 2),
  );
}

function withVerdict(target: Target): Target & { isMet: boolean } {
  return { ...target, isMet: isMet(target) };
}

/** Writes a table as Markdown, followed by the targets that are missed. */
function format({ section, runtime, title, columns, rows, targets }: Result): string {
  const lines = [columns, columns.map((_, index) => index === 0 ? "---" : "---:"), ...rows];
  const missed = targets.filter((target) => !isMet(target));
  return [
    `${section} on ${runtime}: ${title}`,
    "",
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    targets.length === 0 ? "" : `Targets: ${targets.length - missed.length} of ${targets.length} met`,
    ...missed.map(({ what, value, atMost, atLeast }) =>
      `missed  ${what}: ${value}, should be at ${atMost === undefined ? `least ${atLeast}` : `most ${atMost}`}`
    ),
  ].join("\n");
}
