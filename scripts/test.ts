/**
 * Runs the tests with npm as the only registry: `@std/*` comes from the stand-ins in `tests/std/`.
 *
 *     deno task test            all of them
 *     deno task test stream     the files whose names contain "stream"
 */
const root = new URL("../", import.meta.url);

/** The import map of `deno.json`, with the stand-ins in the place of JSR's packages. */
function importMap(): string {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  const { name, exports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  const map: Record<string, string> = {};
  for (const [specifier, target] of Object.entries<string>(imports)) {
    if (specifier.startsWith("@std/")) {
      map[specifier] = new URL(`tests/std/${specifier.slice("@std/".length)}.ts`, root).href;
    } else {
      map[specifier] = target;
      map[`${specifier}/`] = `${target.replace("npm:", "npm:/")}/`;
    }
  }
  for (const [path, target] of Object.entries<string>(exports)) {
    map[`${name}${path.slice(1)}`] = new URL(target, root).href;
  }
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports: map }))}`;
}

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
    `--import-map=${importMap()}`,
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
