/**
 * Writes the page of the command `local` into one module, because nothing else can be read alike from a JSR package, from
 * the sources on Deno and Node, and from the npm package.
 *
 *     deno task page
 */
import { pathOf, readJson, readText, root } from "./files.ts";
import { mustRun } from "./shell.ts";

const MODULE = "cli/local/page_files.ts";

/** Returns the module's text: the page's files as strings. */
async function pageModule(): Promise<string> {
  const { dependencies } = await readJson("tests/runtimes/package.json");
  const bundle = async (file: string) =>
    await mustRun("npm", [
      ...["exec", "--yes", "--prefer-offline", `--package=esbuild@${dependencies.esbuild}`, "--", "esbuild"],
      pathOf(new URL(`cli/page/${file}`, root)),
      "--bundle",
      "--minify",
      "--format=esm",
      "--target=es2023",
      "--charset=utf8",
      "--log-level=warning",
    ]);
  const files = {
    PAGE_HTML: await readText("cli/page/page.html"),
    PAGE_CSS: await bundle("page.css"),
    PAGE_JS: await bundle("main.ts"),
    PAGE_ICON: await readText("cli/page/icon.svg"),
  };
  return `// deno-fmt-ignore-file
// Written by "deno task page" from the files in cli/page/. Do not edit.

${
    Object.entries(files).map(([name, text]) =>
      `/** A file of the page. */\nexport const ${name}: string = ${JSON.stringify(text)};\n`
    ).join("\n")
  }`;
}

/** Returns a problem if the module is not what the files in `cli/page/` make. */
export async function checkPage(): Promise<string[]> {
  return await pageModule() === await readText(MODULE) ? [] : [`${MODULE} is out of date: run "deno task page"`];
}

if (import.meta.main) {
  const text = await pageModule();
  await Deno.writeTextFile(new URL(MODULE, root), text);
  console.log(`${MODULE}: ${(text.length / 1024).toFixed(1)} KB`);
}
