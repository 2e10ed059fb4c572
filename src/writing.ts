/**
 * What the writing of a worker's input needs everywhere: whom it is for, and where its warnings go.
 *
 * @module
 */
import { InvalidArgumentError, type SharedV4Warning } from "@ai-sdk/provider";
import type { CatalogueEntry } from "./catalogue.ts";

/** The writing of one input. */
export interface Writing {
  modelId: string;
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  warnings: SharedV4Warning[];
}

/** The error for what a model cannot do. */
export function refuse({ attempt }: Writing, argument: string, reason: string): InvalidArgumentError {
  return new InvalidArgumentError({ argument, message: `Cannot ${attempt}: ${reason}` });
}

/** Warns that a setting is not sent. */
export function warnUnsupported({ warnings }: Pick<Writing, "warnings">, feature: string, details: string): void {
  warnings.push({ type: "unsupported", feature, details });
}

/** Warns that a setting is not sent because an option of the worker's own says it too, which is the more exact of the two. */
export function warnOverruled(writing: Pick<Writing, "warnings">, feature: string, key: string): void {
  warnUnsupported(writing, feature, `providerOptions.runpod has "${key}"`);
}

/** Puts the worker's own options over the settings of a call. */
export function withOptions<Value>(
  writing: Pick<Writing, "warnings">,
  settings: Record<string, Value>,
  options: Record<string, Value>,
): Record<string, Value> {
  for (const [key, value] of Object.entries(options)) {
    if (settings[key] !== undefined && settings[key] !== value) warnOverruled(writing, key, key);
  }
  return { ...settings, ...options };
}

/** Warns of what is sent although it is not documented. */
export function warnUndocumented({ modelId, warnings }: Writing, what: string, documented: string): void {
  warnings.push({ type: "other", message: `${what} is sent as it is, but "${modelId}" documents ${documented}` });
}

/** Warns of a model whose endpoint may be gone. */
export function warnRemoved({ modelId, warnings }: Writing, { removed }: CatalogueEntry): void {
  if (removed === undefined) return;
  const message = `"${modelId}" has not been in Runpod's documentation since ${removed}, so it may no longer run`;
  warnings.push({ type: "deprecated", setting: "model", message });
}

/** Values as a sentence has them. */
export function quoteAll(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}
