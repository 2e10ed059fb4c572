/**
 * The commands of this package, for Node, Deno and Bun.
 *
 * - `npx @runpod/ai-sdk-provider local`
 * - `deno run --allow-all jsr:@runpod/ai-sdk-provider/cli local`
 * - `bunx @runpod/ai-sdk-provider local`
 *
 * `local` runs a Runpod on this machine: your own workers, emulated public endpoints, and a page that shows them. Each
 * command has `--help`.
 *
 * Importing this module runs the command that the process was started with.
 *
 * @module
 */
import process from "node:process";
import { VERSION } from "../src/version.ts";
import type { Command } from "./command_line/command.ts";
import { local } from "./local/command.ts";
import { nearest } from "./command_line/nearest.ts";

const COMMANDS: Record<string, Command> = { local };

const HELP = `Usage: ai-sdk-provider COMMAND [OPTIONS]

Commands:
${Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`).join("\n")}

Options:
  --help      Show this text. COMMAND --help shows the options of a command.
  --version   Show the version.
`;

/** Runs a command line and returns the exit code: 0, 1 if the command failed, 2 if it was written wrongly. */
async function run([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (Object.hasOwn(COMMANDS, name)) return await COMMANDS[name].run(rest);
  const kind = name.startsWith("-") ? "option" : "command";
  const known = kind === "option" ? ["--help", "--version"] : Object.keys(COMMANDS);
  const guess = nearest(name, known) ?? (known.length === 1 ? known[0] : undefined);
  const hint = guess === undefined ? "--help lists them" : `did you mean "${guess}"?`;
  process.stderr.write(`There is no ${kind} ${JSON.stringify(name)}: ${hint}\n`);
  return 2;
}

process.exit(await run(process.argv.slice(2)));
