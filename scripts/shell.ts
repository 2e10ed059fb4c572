/**
 * Runs commands.
 *
 * @module
 */
import { root } from "./files.ts";

/** How a command ended. */
export interface Outcome {
  code: number;
  stdout: string;
  /** Standard output, then standard error. */
  output: string;
}

/** Where and with what a command runs. */
export interface RunOptions {
  /** @default the repository */
  cwd?: URL;
  /** Environment variables, added to those of this process. */
  env?: Record<string, string>;
}

/** Runs a command. */
export async function run(
  command: string,
  args: string[],
  { cwd = root, env = {} }: RunOptions = {},
): Promise<Outcome> {
  const result = await new Deno.Command(command, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const [stdout, stderr] = [result.stdout, result.stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code: result.code, stdout, output: stdout + stderr };
}

/** Runs a command and returns its standard output. If the command fails, prints its output and ends the script. */
export async function mustRun(command: string, args: string[], options?: RunOptions): Promise<string> {
  const { code, stdout, output } = await run(command, args, options);
  if (code === 0) return stdout;
  console.error(`${command} ${args.join(" ")} failed with exit code ${code}:\n${output}`);
  Deno.exit(1);
}
