/** What real servers answered, read by ours. Recorded by `deno task servers`. */
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { casesFor } from "./conformance/all_cases.ts";
import { outcomeOf, readCase } from "./conformance/outcome.ts";
import { REPLAY_ORIGIN, replayingFetch } from "./conformance/replay.ts";
import { worldOf } from "./conformance/world.ts";
import { RECORDINGS } from "./data/recorded/all.ts";

const kindOf = (outcome: string) => outcome.split(":")[0];

for (const recording of RECORDINGS) {
  describe(`${recording.title} ${recording.version}, recorded`, () => {
    for (const each of casesFor(recording.abilities)) {
      const recorded = recording.cases[each.name];
      if (recorded?.exchanges === undefined) continue;
      it(each.name, async () => {
        const { fetch } = replayingFetch(recorded.exchanges!);
        const outcome = outcomeOf(each, await readCase(each, worldOf(recording, REPLAY_ORIGIN, fetch)));
        assertEquals(kindOf(outcome), kindOf(recorded.outcome), outcome);
      });
    }
  });
}
