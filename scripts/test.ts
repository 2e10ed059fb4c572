/**
 * Runs the tests with npm as the only registry: `@std/*` comes from the stand-ins in `tests/std/`.
 *
 *     deno task test            all of them
 *     deno task test stream     the files whose names contain "stream"
 */
import { importMapArgument, root } from "./import_map.ts";

function testFiles(filters: string[]): string[] {
  return [...Deno.readDirSync(new URL("tests/", root))]
    .map((entry) => entry.name)
    .filter((file) =>
      file.endsWith("_test.ts") && (filters.length === 0 || filters.some((part) => file.includes(part)))
    )
    .sort()
    .map((file) => `tests/${file}`);
}

const child = new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "--allow-net",
    "--allow-read",
    "--allow-env",
    "--allow-sys",
    importMapArgument(),
    ...testFiles(Deno.args),
  ],
  cwd: root,
  env: { NO_COLOR: "1" },
  stdout: "piped",
}).spawn();

let output = "";
for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
  output = (output + text).slice(-2000);
  await Deno.stdout.write(new TextEncoder().encode(text));
}
const { code } = await child.status;

// Deno counts a describe block as one test and what is in it as steps.
const counts = /\| (\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed(?: \((\d+) steps?\))?/.exec(output);
const [passed, passedSteps, failed, failedSteps] = (counts ?? []).slice(1).map((count) => Number(count ?? 0));
console.log(`deno: ${passedSteps || passed || 0} passed, ${failedSteps || failed || 0} failed`);
Deno.exit(code);
