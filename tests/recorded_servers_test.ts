/** What real servers answered, as ours reads it. Recorded by `deno task servers`. */
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { casesFor } from "./conformance/all_cases.ts";
import type { Case, StepReading } from "./conformance/case.ts";
import { outcomeOf, readCase } from "./conformance/outcome.ts";
import { plainReading } from "./conformance/plain_reading.ts";
import type { Exchange, Recording } from "./conformance/recording.ts";
import { REPLAY_ORIGIN, replayingFetch } from "./conformance/replay.ts";
import { worldOf } from "./conformance/world.ts";
import { RECORDINGS } from "./data/recorded/all.ts";

/** "works", "refused" or "wrong". */
const kindOf = (outcome: string) => outcome.split(":")[0];

/** Runs a case on its recording. */
async function replay(recording: Recording, each: Case, exchanges: Exchange[]) {
  const { fetch } = replayingFetch(exchanges);
  return await readCase(each, worldOf(recording, REPLAY_ORIGIN, fetch));
}

/** A step without the white space beside tags, which belongs to the template. */
const trimmed = (step: StepReading) => ({ ...step, text: step.text.trim(), reasoning: step.reasoning.trim() });

for (const recording of RECORDINGS) {
  describe(`${recording.title} ${recording.version}, recorded`, () => {
    for (const each of casesFor(recording.abilities)) {
      const { exchanges, outcome: recorded } = recording.cases[each.name] ?? {};
      if (exchanges === undefined) continue;
      it(`${each.name}: ${kindOf(recorded)}`, async () => {
        const reading = await replay(recording, each, exchanges);
        const outcome = outcomeOf(each, reading);
        assertEquals(kindOf(outcome), kindOf(recorded), outcome);
        const plain = exchanges.map(plainReading);
        if (reading.steps === undefined || plain.length !== reading.steps.length) return;
        assertEquals(reading.steps.map(trimmed), plain.map((step) => trimmed(step!)));
      });
    }
  });
}

describe("the recordings of real servers", () => {
  it("have no case that is not in the list any more", () => {
    for (const { title, abilities, cases } of RECORDINGS) {
      const names = casesFor(abilities).map(({ name }) => name);
      assertEquals(Object.keys(cases).filter((name) => !names.includes(name)), [], title);
    }
  });

  it("have no names of the machine on which they were made", () => {
    for (const { title, cases } of RECORDINGS) {
      const found = JSON.stringify(cases).match(/\/(home|root|tmp|Users)\/[^"\\]*|localhost:\d+/);
      assert(found === null, `${title}: ${found?.[0]}`);
    }
  });
});
