import process from "node:process";
import type { Command } from "../command_line/command.ts";
import { UsageError } from "../command_line/flags.ts";
import { HELP } from "./help.ts";
import { type LocalOptions, readOptions } from "./options.ts";
import { runLocal } from "./run.ts";
import { PortTakenError } from "./server.ts";

/** `local`: a Runpod on this machine. */
export const local: Command = {
  summary: "Run a Runpod on this machine, with your own workers",
  run: async (args) => {
    let options: LocalOptions | undefined;
    try {
      options = readOptions(args);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      process.stderr.write(`${error.message}\nSee: ai-sdk-provider local --help\n`);
      return 2;
    }
    if (options === undefined) {
      process.stdout.write(HELP);
      return 0;
    }
    try {
      return await runLocal(options);
    } catch (error) {
      process.stderr.write(`Cannot start: ${(error as Error).message}${hintFor(error)}\n`);
      return 1;
    }
  },
};

function hintFor(error: unknown): string {
  return error instanceof PortTakenError ? ". Choose another one with --port, or leave it out" : "";
}
