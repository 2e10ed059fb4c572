/**
 * Runs cases on recordings.
 *
 * @module
 */
import type { Case, Reading } from "./case.ts";
import { readCase } from "./outcome.ts";
import type { Exchange, Recording } from "./recording.ts";
import { REPLAY_ORIGIN, replayingFetch } from "./replay.ts";
import { worldOf } from "./world.ts";

/** Runs a case on what was recorded of it. */
export async function replayCase(recording: Recording, each: Case, exchanges: Exchange[]): Promise<Reading> {
  const { fetch } = replayingFetch(exchanges);
  return await readCase(each, worldOf(recording, REPLAY_ORIGIN, fetch));
}
