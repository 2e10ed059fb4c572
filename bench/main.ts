/**
 * Measures the npm package beside its peers and the floor, on Node, Deno and Bun.
 *
 *     deno task bench                        everything, in a quarter of an hour
 *     deno task bench --section=stream       one section, or several with commas
 *     deno task bench --on=node-26           one runtime, or several
 *     deno task bench --json                 the results as JSON
 */
import { prepareConsumer } from "../scripts/consumer.ts";
import { isReached, type Table } from "./harness.ts";
import { ALL_RUNTIMES, compile, measureOn, type Runtime } from "./runtimes.ts";
import { measureImport } from "./import.ts";
import { measureMemory } from "./memory.ts";
import { measureSize } from "./size.ts";

/** A section: where it runs, and what it needs to know of where. */
interface Section {
  runtimes: readonly Runtime[];
  measure: (runtime: Runtime) => Promise<Table[]>;
}

const NEWEST = ["node-26", "deno", "bun"] as const;

const SECTIONS: Record<string, Section> = {
  stream: { runtimes: NEWEST, measure: (runtime) => measureOn(runtime, "stream") },
  call: { runtimes: NEWEST, measure: (runtime) => measureOn(runtime, "call") },
  // On a virtual clock every runtime has the same times.
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

const option = (name: string) => Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.split("=")[1].split(",");

const names = option("section") ?? Object.keys(SECTIONS);
const unknown = names.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`There is no section "${unknown}"; the sections are ${Object.keys(SECTIONS).join(", ")}`);
  Deno.exit(1);
}

const isJson = Deno.args.includes("--json");
const results: Result[] = [];
await prepareConsumer();
await compile();
for (const name of names) {
  const { runtimes, measure } = SECTIONS[name];
  for (const runtime of runtimes.filter((runtime) => option("on")?.includes(runtime) ?? true)) {
    for (const table of await measure(runtime)) {
      const result = { section: name, runtime, ...table };
      results.push(result);
      if (!isJson) console.log(`${format(result)}\n`);
    }
  }
}
if (isJson) {
  console.log(JSON.stringify(results.map((result) => ({ ...result, marks: result.marks.map(judge) })), null, 2));
}

function judge(mark: Table["marks"][number]) {
  return { ...mark, isReached: isReached(mark) };
}

/** A table as Markdown, and the marks that are missed. */
function format({ section, runtime, title, columns, rows, marks }: Result): string {
  const lines = [columns, columns.map((_, index) => index === 0 ? "---" : "---:"), ...rows];
  const missed = marks.filter((mark) => !isReached(mark));
  return [
    `${section} on ${runtime}: ${title}`,
    "",
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    marks.length === 0 ? "" : `Marks: ${marks.length - missed.length} of ${marks.length} reached`,
    ...missed.map(({ what, value, atMost, atLeast }) =>
      `missed  ${what}: ${value}, should be at ${atMost === undefined ? `least ${atLeast}` : `most ${atMost}`}`
    ),
  ].join("\n");
}
