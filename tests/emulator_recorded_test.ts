/** The emulator beside real servers: it is asked what they were asked, and has to answer in the same shape. */
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { differencesOf, shapeOf } from "./conformance/shape.ts";
import { DIFFERENCES } from "./conformance/differences.ts";
import type { Exchange, Recording } from "./conformance/recording.ts";
import { SERVER_KEY } from "./conformance/world.ts";
import { RECORDINGS } from "./data/recorded/all.ts";

/** What the emulator answers to a recorded request. */
async function emulated({ emulated, basePath }: Recording, exchange: Exchange): Promise<Exchange> {
  const emulator = createRunpodEmulator({ apiKey: SERVER_KEY, endpoints: { mine: emulated as EmulatedEndpoint } });
  const { method, path, sent, wrongKey } = exchange;
  // A model server is at the host of a load balancer, a queue where all queues are.
  const origin = basePath.startsWith("/v2") ? "https://api.runpod.ai" : "https://mine.api.runpod.ai";
  const response = await emulator.fetch(origin + path, {
    method,
    headers: {
      authorization: `Bearer ${wrongKey ? "rpa_ANOTHER_FAKE_KEY_000" : SERVER_KEY}`,
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
    },
    body: sent === undefined ? undefined : typeof sent === "string" ? sent : JSON.stringify(sent),
  });
  const headers = Object.fromEntries(response.headers);
  const text = await response.text();
  return { ...exchange, status: response.status, headers, body: text === "" ? undefined : text };
}

for (const recording of RECORDINGS.filter(({ emulated }) => emulated !== undefined)) {
  describe(`the emulator answers like ${recording.title} ${recording.version} to`, () => {
    const known = DIFFERENCES.filter(({ servers }) => servers.includes(recording.server));
    for (const [name, { exchanges = [] }] of Object.entries(recording.cases)) {
      if (exchanges.length === 0) continue;
      it(name, async () => {
        for (const exchange of exchanges) {
          const found = differencesOf(shapeOf(exchange), shapeOf(await emulated(recording, exchange)));
          const listed = known.filter(({ cases }) => cases.test(name));
          assertEquals(found.filter((difference) => !listed.some(({ place }) => place.test(difference))), []);
        }
      });
    }
  });
}
