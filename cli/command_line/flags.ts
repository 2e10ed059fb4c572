import { parseArgs } from "node:util";
import { nearest } from "./nearest.ts";

/** An option of a command. */
export interface Flag {
  /** What its value is, in capitals, for the help; undefined if it has none. */
  value?: string;
  /** Whether it may be given more than once. */
  repeats?: boolean;
  /** What it does, for the help. Line breaks are kept. */
  help: string;
}

/** The command line is wrong. The message says what is wrong and what to do. */
export class UsageError extends Error {}

/** The values of each option in their order. An option without a value has the value `""`. */
export type FlagValues = Map<string, string[]>;

/**
 * Reads the options of a command.
 *
 * @throws UsageError
 */
export function readFlags(args: string[], flags: Record<string, Flag>): FlagValues {
  const options = Object.fromEntries(
    Object.entries(flags).map((
      [name, { value }],
    ) => [name, { type: value === undefined ? "boolean" as const : "string" as const }]),
  );
  // The messages of strict mode differ between runtimes, so the tokens are checked here.
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const values: FlagValues = new Map();
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw new UsageError(`${JSON.stringify(token.value)} is not an option. Put a value with spaces into quotes`);
    }
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const flag = Object.hasOwn(flags, name) && rawName === `--${name}` ? flags[name] : undefined;
    if (flag === undefined) throw unknownFlag(rawName, flags);
    if (flag.value === undefined) {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    } else if (value === undefined || value === "" || !inlineValue && value.startsWith("-")) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value}`);
    }
    const earlier = values.get(name);
    if (earlier !== undefined && !flag.repeats) throw new UsageError(`${rawName} is given twice`);
    values.set(name, [...earlier ?? [], value ?? ""]);
  }
  return values;
}

function unknownFlag(rawName: string, flags: Record<string, Flag>): UsageError {
  const guess = nearest(rawName, Object.keys(flags).map((name) => `--${name}`));
  return new UsageError(
    `There is no option ${rawName}: ${guess === undefined ? "--help lists them" : `did you mean ${guess}?`}`,
  );
}

/** Lists options for the help. */
export function describeFlags(flags: Record<string, Flag>): string {
  const rows = Object.entries(flags).map(([name, { value, help }]) => ({
    usage: value === undefined ? `--${name}` : `--${name} ${value}`,
    help,
  }));
  const width = Math.max(...rows.map(({ usage }) => usage.length)) + 3;
  const indent = `\n${" ".repeat(2 + width)}`;
  return rows.map(({ usage, help }) => `  ${usage.padEnd(width)}${help.replaceAll("\n", indent)}`).join("\n");
}
