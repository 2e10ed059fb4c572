/**
 * What every section measures with, and how it tells what it found.
 *
 * @module
 */
import process from "node:process";

/** A section's findings on one runtime. */
export interface Table {
  title: string;
  /** The first names what the rows are, the others what was measured. */
  columns: string[];
  rows: Array<[name: string, ...cells: Array<number | string>]>;
  marks: Mark[];
}

/** What we want to reach, and whether we do. */
export interface Mark {
  what: string;
  value: number;
  atMost?: number;
  atLeast?: number;
}

/** Whether a mark is reached. */
export function isReached({ value, atMost = Infinity, atLeast = -Infinity }: Mark): boolean {
  return value <= atMost && value >= atLeast;
}

/** Something that is measured, by name. */
export type Candidates = Record<string, () => unknown>;

/**
 * Runs each candidate in turn, some times over, and returns the median CPU time of each in milliseconds. It is the
 * CPU's time and not the wall's, and in turns and not in blocks, because the machine has other work as well.
 */
export async function compare(
  candidates: Candidates,
  { rounds = 7, warmups = 2 }: { rounds?: number; warmups?: number } = {},
): Promise<Record<string, number>> {
  const names = Object.keys(candidates);
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    // In another order each time, so that none always pays for the garbage of the same one.
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

/** The median, or another quantile. */
export function quantile(values: number[], share = 0.5): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A number with as many digits as have a meaning. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** Bytes that do not repeat soon, and are the same each time. */
export function someBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = Math.imul(index, 0x9e3779b1) >>> 13;
  return bytes;
}

const RESULT = "RESULT ";

/** What a section was asked for on its command line. */
export const args: string[] = process.argv.slice(2);

/** Tells the script that started this process what was found. */
export function tell(result: unknown): void {
  console.log(RESULT + JSON.stringify(result));
}

/** Reads what a process has told. */
export function readTold<T>(output: string): T {
  const line = output.split("\n").find((line) => line.startsWith(RESULT));
  if (line === undefined) throw new Error(`No result in:\n${output}`);
  return JSON.parse(line.slice(RESULT.length));
}
