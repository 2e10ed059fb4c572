/** The emulator beside real servers: it is asked what they were asked, and has to answer in the same shape. */
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { differencesOf, shapeOf } from "./conformance/shape.ts";
import { DIFFERENCES } from "./conformance/differences.ts";
import type { Exchange, Recording } from "./conformance/recording.ts";
import { SERVER_KEY } from "./conformance/world.ts";
import { RECORDINGS } from "./data/recorded/all.ts";

/** What the emulator answers to a recorded request. */
async function ask({ emulated }: Recording, { method, path, sent, wrongKey }: Exchange): Promise<Exchange> {
  const emulator = createRunpodEmulator({ apiKey: SERVER_KEY, endpoints: { mine: emulated as EmulatedEndpoint } });
  const response = await emulator.fetch(`https://mine.api.runpod.ai${path}`, {
    method,
    headers: {
      authorization: `Bearer ${wrongKey ? "rpa_ANOTHER_FAKE_KEY_000" : SERVER_KEY}`,
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
    },
    body: sent === undefined ? undefined : typeof sent === "string" ? sent : JSON.stringify(sent),
  });
  const text = await response.text();
  const headers = Object.fromEntries(response.headers);
  return { method, path, status: response.status, headers, ...(text === "" ? {} : { body: text }) };
}

/** How the emulator's answers to the requests of a case differ from the recorded ones. */
async function differences(recording: Recording, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const exchange of recording.cases[name].exchanges ?? []) {
    found.push(...differencesOf(shapeOf(exchange), shapeOf(await ask(recording, exchange))));
  }
  return found;
}

/** Workers behind a queue have a test of their own. */
const emulated = RECORDINGS.filter(({ emulated, abilities }) => emulated !== undefined && !abilities.includes("queue"));

for (const recording of emulated) {
  describe(`the emulator answers like ${recording.title} ${recording.version} to`, () => {
    const known = DIFFERENCES.filter(({ servers }) => servers.includes(recording.server));
    for (const [name, { exchanges = [] }] of Object.entries(recording.cases)) {
      if (exchanges.length === 0) continue;
      it(name, async () => {
        const listed = known.filter(({ cases }) => cases.test(name));
        const found = await differences(recording, name);
        assertEquals(found.filter((difference) => !listed.some(({ place }) => place.test(difference))), []);
      });
    }
  });
}

describe("the list of known differences", () => {
  for (const { servers, cases, place, reason } of DIFFERENCES) {
    it(`has one that is still there: ${reason}`, async () => {
      const found: string[] = [];
      for (const recording of emulated.filter(({ server }) => servers.includes(server))) {
        for (const name of Object.keys(recording.cases).filter((name) => cases.test(name))) {
          found.push(...await differences(recording, name));
        }
      }
      assert(found.some((difference) => place.test(difference)));
    });
  }
});
