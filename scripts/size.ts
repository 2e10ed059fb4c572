/**
 * Measures the size of the provider in a bundle for browsers or Workers, next to that of version 1.4.0 (the incumbent), and
 * compares it with a budget.
 *
 *     deno task size
 */
import { bundle, consumer, prepareConsumer } from "./consumer.ts";

const INCUMBENT = "runpod-incumbent";
const OWN = "@runpod/ai-sdk-provider";
/** Packages that every app with `ai` has. */
const SHARED = ["@ai-sdk/provider", "@ai-sdk/provider-utils", "eventsource-parser", "zod"];

/** The largest allowed sizes in bytes, gzipped. The bundle contains every kind of model. */
export const BUDGET = { everything: 71 * 1024, own: 61 * 1024 };

interface Size {
  minified: number;
  gzipped: number;
}

async function measure(specifier: string, external: string[]): Promise<Size> {
  await Deno.writeTextFile(
    new URL("size.js", consumer),
    `import { createRunpod } from "${specifier}";\nglobalThis.createRunpod = createRunpod;\n`,
  );
  await bundle(["size.js"], [
    "--minify",
    "--platform=browser",
    "--outfile=size.out.js",
    ...external.flatMap((name) => [`--external:${name}`, `--external:${name}/*`]),
  ]);
  const bytes = await Deno.readFile(new URL("size.out.js", consumer));
  const gzipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return { minified: bytes.length, gzipped: (await new Response(gzipped).arrayBuffer()).byteLength };
}

/** Measures the whole bundle, our own code alone, and the whole bundle of the incumbent. */
export async function measureSizes(): Promise<Array<[what: string, size: Size]>> {
  return [
    ["everything", await measure(OWN, [])],
    ["our own code alone", await measure(OWN, SHARED)],
    [`${INCUMBENT}, everything`, await measure(INCUMBENT, [])],
  ];
}

/** Measures the sizes. Returns a report, and a problem for each size that is over its budget. */
export async function checkSize(): Promise<{ report: string; problems: string[] }> {
  const rows = await measureSizes();
  const format = (bytes: number) => bytes.toLocaleString("en").padStart(12);
  const lines = rows.map(([what, size]) => `${what.padEnd(32)}${format(size.minified)}${format(size.gzipped)}`);
  const [[, everything], [, own]] = rows;
  return {
    report: [`${"bytes".padEnd(32)}${"minified".padStart(12)}${"gzipped".padStart(12)}`, ...lines].join("\n"),
    problems: [
      ...over("everything", everything.gzipped, BUDGET.everything),
      ...over("our own code", own.gzipped, BUDGET.own),
    ],
  };
}

function over(what: string, size: number, budget: number): string[] {
  return size <= budget ? [] : [`${what} has ${size} bytes gzipped; the budget is ${budget}`];
}

if (import.meta.main) {
  await prepareConsumer();
  const { report, problems } = await checkSize();
  console.log(report);
  for (const problem of problems) console.error(problem);
  Deno.exit(problems.length === 0 ? 0 : 1);
}
