/** What real servers answered, as ours reads it. Recorded by `deno task servers`. */
import { APICallError } from "@ai-sdk/provider";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { generateText, jsonSchema, streamText, tool } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { casesFor } from "./conformance/cases/all_cases.ts";
import type { StepReading } from "./conformance/case.ts";
import { outcomeOf } from "./conformance/outcome.ts";
import { plainReading, wordsOfError } from "./conformance/plain_reading.ts";
import { readSteps } from "./conformance/read.ts";
import { REPLAY_ORIGIN, replayingFetch } from "./conformance/replay.ts";
import { replayCase } from "./conformance/replay_case.ts";
import { SERVER_KEY } from "./conformance/world.ts";
import { withVirtualTime } from "./virtual_time.ts";
import { RECORDINGS } from "./data/recorded/all.ts";

/** Requests that are sent as they stand have no right answer. */
const UNJUDGED = "plain requests";

/** How good an outcome is. */
const rankOf = (outcome: string) => ["wrong", "refused", "works"].indexOf(outcome.split(":")[0]);

const WEATHER = tool({ inputSchema: jsonSchema({ type: "object" }) });

/** A step without the white space beside tags, which belongs to the template. */
const trimmed = (step: StepReading) => ({ ...step, text: step.text.trim(), reasoning: step.reasoning.trim() });

for (const recording of RECORDINGS) {
  describe(`${recording.title} ${recording.version}, recorded`, () => {
    for (const each of casesFor(recording.abilities)) {
      const { exchanges, outcome: recorded } = recording.cases[each.name] ?? {};
      if (exchanges === undefined || each.feature === UNJUDGED) continue;
      it(each.name, async () => {
        const reading = await withVirtualTime(() => replayCase(recording, each, exchanges));
        const outcome = outcomeOf(each, reading);
        // It was recorded with an earlier version of the provider, which may have read worse, but not better.
        assert(rankOf(outcome) >= rankOf(recorded), `${outcome}; when it was recorded: ${recorded}`);
        const plain = exchanges.map(plainReading);
        // Where an object came as the call of a tool of ours, its text is the arguments.
        const isOurTool = each.feature === 'schemas by "tool"';
        if (isOurTool || reading.steps === undefined || plain.length !== reading.steps.length) return;
        assertEquals(reading.steps.map(trimmed), plain.map((step) => trimmed(step!)));
      });
    }
  });
}

for (const { title, version, models, cases } of RECORDINGS) {
  describe(`${title} ${version}, recorded: our reading of its answer to`, () => {
    for (const [name, { exchanges = [] }] of Object.entries(cases)) {
      const [exchange] = exchanges;
      if (!name.startsWith("plain chat") || exchange?.path !== "/v1/chat/completions" || exchange.method !== "POST") {
        continue;
      }
      it(name, async () => {
        // The server is asked something else here, which does not matter to its answer.
        const { fetch } = replayingFetch(exchanges);
        const runpod = createRunpod({ baseURL: `${REPLAY_ORIGIN}/v1`, apiKey: SERVER_KEY, fetch });
        const call = { model: runpod(models.chat!), prompt: "Hello", maxRetries: 0, tools: { weather: WEATHER } };
        const isStream = exchange.headers["content-type"]?.startsWith("text/event-stream");
        if (exchange.status === 200) {
          const steps = isStream ? await streamText(call).steps : (await generateText(call)).steps;
          assertEquals(readSteps(steps).steps!.map(trimmed), [trimmed(plainReading(exchange)!)]);
          return;
        }
        const error = await assertRejects(() => generateText(call), APICallError);
        assertEquals(error.statusCode, exchange.status);
        assert(exchange.status >= 500 || !error.isRetryable, `retryable: ${error.message}`);
        assertStringIncludes(error.message, wordsOfError(exchange)!.trim().split(/[\n:({[<]/)[0].trim());
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
