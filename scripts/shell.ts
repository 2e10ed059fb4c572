/**
 * Running commands from the scripts.
 *
 * @module
 */

/** The repository. */
export const root: URL = new URL("../", import.meta.url);

/** What a command did. */
export interface Outcome {
  code: number;
  /** Both streams. */
  output: string;
}

/** Runs a command in the repository, or in `cwd`, and keeps what it prints. */
export async function run(
  command: string,
  args: string[],
  { cwd = root, env = {} }: { cwd?: URL; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Runs a command that must succeed; ends the script with what it printed otherwise. */
export async function mustRun(
  command: string,
  args: string[],
  options: { cwd?: URL; env?: Record<string, string> } = {},
): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code === 0) return output;
  console.error(`${command} ${args.join(" ")} failed with ${code}:\n${output}`);
  Deno.exit(1);
}

/** A path that commands take. */
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
