/**
 * Measuring, and reporting the results to the process that started this one.
 *
 * @module
 */
import process from "node:process";

/** The results of a section on one runtime. */
export interface Table {
  title: string;
  /** The first column has the names of the rows, the others have what was measured. */
  columns: string[];
  rows: Array<[name: string, ...cells: Array<number | string>]>;
  targets: Target[];
}

/** A value that we want to reach. */
export interface Target {
  what: string;
  value: number;
  atMost?: number;
  atLeast?: number;
}

/** Whether a target is met. */
export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Target): boolean {
  return value <= atMost && value >= atLeast;
}

/** What to measure, by name. */
export type Candidates = Record<string, () => unknown>;

/** How often to measure. */
export interface Rounds {
  /** @default 7 */
  rounds?: number;
  /** Rounds before those that count. @default 2 */
  warmups?: number;
}

/** The rounds of a guard: few, because `deno task check` waits for them. */
export const GUARD_ROUNDS: Rounds = { rounds: 3, warmups: 1 };

/**
 * Runs each candidate several times and returns its median CPU time in milliseconds.
 *
 * The candidates take turns, and CPU time is measured instead of elapsed time, because the machine has other work too.
 */
export async function compare(
  candidates: Candidates,
  { rounds = 7, warmups = 2 }: Rounds = {},
): Promise<Record<string, number>> {
  const names = Object.keys(candidates);
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    // In a new order each time, so that no candidate always pays for the garbage of the same other one.
    for (const name of shuffled(names)) {
      const start = process.cpuUsage();
      await candidates[name]();
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) times[name].push((user + system) / 1000);
    }
  }
  return Object.fromEntries(names.map((name) => [name, quantile(times[name])]));
}

function shuffled<T>(items: T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** Returns the median, or another quantile. */
export function quantile(values: number[], share = 0.5): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Rounds a number to the digits that mean something. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Makes bytes that are the same on each run and do not repeat soon. */
export function someBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = Math.imul(index, 0x9e3779b1) >>> 13;
  return bytes;
}

/** How the line that reports a result begins. */
export const RESULT = "RESULT ";

/** The arguments of this process. */
export const args: string[] = process.argv.slice(2);

/** Reports a result to the process that started this one. */
export function report(result: unknown): void {
  console.log(RESULT + JSON.stringify(result));
}

/** Reads the result in the output of a process. */
export function readReport<T>(output: string): T {
  const line = output.split("\n").find((line) => line.startsWith(RESULT));
  if (line === undefined) throw new Error(`No result in:\n${output}`);
  return JSON.parse(line.slice(RESULT.length));
}
