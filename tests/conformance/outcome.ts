/**
 * Runs a case and says what came of it.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { Case, ErrorReading, Reading, World } from "./case.ts";

/** Runs a case. It never fails: what is thrown is part of the reading. */
export async function readCase({ run }: Case, world: World): Promise<Reading> {
  try {
    return await run(world);
  } catch (error) {
    return { error: readError(error) };
  }
}

/** "works", or "refused: …" where an error or a warning tells the caller, or "wrong: …". */
export function outcomeOf({ judge, wantsError }: Case, reading: Reading): string {
  const problem = wantsError === undefined && reading.error ? reading.error.message : judge(reading);
  if (problem === undefined) return "works";
  const told = wantsError === undefined && (reading.error !== undefined || (reading.warnings ?? []).length > 0);
  return told ? `refused: ${reading.error?.message ?? reading.warnings!.join("; ")}` : `wrong: ${problem}`;
}

/** What an error says. Those of the AI SDK that wrap others say what the last one says. */
export function readError(error: unknown): ErrorReading {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  if ("lastError" in error && error.lastError instanceof Error) return readError(error.lastError);
  const { name, message } = error;
  if (!APICallError.isInstance(error)) return { name, message };
  return { name, message, status: error.statusCode, isRetryable: error.isRetryable };
}
