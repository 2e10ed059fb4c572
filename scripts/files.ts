/**
 * The repository's files.
 *
 * @module
 */

/** The repository's folder. */
export const root: URL = new URL("../", import.meta.url);

/** The path of a file URL, as commands take it. */
export function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** Whether a file or folder exists. */
export async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch {
    return false;
  }
}

/** Reads a text file, given by its path in the repository. */
export async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, root));
}

/** Reads a JSON file, given by its path in the repository. */
// deno-lint-ignore no-explicit-any
export async function readJson(path: string): Promise<any> {
  return JSON.parse(await readText(path));
}

/** Every file in a folder and its subfolders. */
export async function* filesIn(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder));
    else yield new URL(name, folder);
  }
}
