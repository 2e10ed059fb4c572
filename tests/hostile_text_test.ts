/** Texts and outputs that a server or a worker makes to be slow to read, or too deep. */
import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { completed } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { IMAGE_CALL, PROMPT } from "./smallest_calls.ts";

/** Texts of a length, each the worst case of one way to read a text. */
const TEXTS: Record<string, (length: number) => string> = {
  "a sentence with a gap": (length) => `out of memory${" ".repeat(length)}see the log`,
  "a sentence with a gap before a brace": (length) => `out of memory:${" ".repeat(length)}{x}`,
  "a handler's error with line breaks": (length) => `handler:x${"\n".repeat(length)}y`,
  "a handler's error with gaps": (length) => `handler:${" \n".repeat(length / 2)}y`,
  "a page of open tags": (length) => "<".repeat(length),
  "a page of open titles": (length) => "<title".repeat(length / 6),
  "a page of open styles": (length) => "<style>".repeat(length / 7),
  "an open Python dict": (length) => `{'message': '${"a\\".repeat(length / 2)}`,
  "a Python dict of names": (length) => `{${"'message':".repeat(length / 10)}`,
};

/**
 * Runs `work` on a size and on its double, and fails if the time more than triples. Short times are noise, and so is all
 * but the shortest of some runs.
 */
async function assertGrowsInProportion(size: number, work: (size: number) => Promise<void>): Promise<void> {
  const millisOf = async (size: number) => {
    let best = Infinity;
    for (let run = 0; run < 3; run++) {
      const startedAt = performance.now();
      await work(size);
      best = Math.min(best, performance.now() - startedAt);
    }
    return best;
  };
  await work(10);
  const once = await millisOf(size);
  const twice = await millisOf(2 * size);
  assert(twice < 3 * Math.max(once, 50), `${size}: ${once} ms, ${2 * size}: ${twice} ms`);
}

describe("the time to read a text grows in proportion to its length", () => {
  for (const [name, textOf] of Object.entries(TEXTS)) {
    it(`as the error of a job: ${name}`, () =>
      assertGrowsInProportion(20_000, async (size) => {
        const { runpod } = capture(() => Response.json({ id: "j", status: "FAILED", error: textOf(size) }));
        const call = async () => await runpod.imageModel("mine").doGenerate(IMAGE_CALL);
        const error = await assertRejects(call, RunpodJobError);
        assert(error.message.length < 1500, String(error.message.length));
      }));

    it(`as the body of an error: ${name}`, () =>
      assertGrowsInProportion(20_000, async (size) => {
        const { runpod } = capture(() => new Response(textOf(size), { status: 400 }));
        await assertRejects(async () => await runpod(MODEL).doGenerate({ prompt: PROMPT }), APICallError);
      }));
  }

  it("as subtitles", () =>
    assertGrowsInProportion(20_000, async (size) => {
      const { runpod } = capture(() => completed(`WEBVTT\n\n${"1".repeat(size)}`));
      const { text } = await runpod.transcriptionModel("mine").doGenerate({
        audio: new Uint8Array(1),
        mediaType: "audio/wav",
        providerOptions: { runpod: { audio: "https://example.com/a.wav" } },
      });
      assertEquals(text, "");
    }));

  it("as a model id", () =>
    assertGrowsInProportion(20_000, async (size) => {
      const { runpod } = capture(() => completed(""));
      await Promise.resolve(runpod.imageModel(`https://example.com/${"/".repeat(size)}x`));
    }));
});

/** JSON that is nested deeper than a function may call itself. */
const nested = (inner: string, depth = 20_000) => `${"[".repeat(depth)}${inner}${"]".repeat(depth)}`;

describe("JSON that is nested too deep", () => {
  it("in an error is shown as text", async () => {
    const { runpod } = capture(() => new Response(nested('"boom"'), { status: 500 }));
    const call = async () => await runpod.imageModel("mine").doGenerate(IMAGE_CALL);
    const error = await assertRejects(call, APICallError);
    assertStringIncludes(error.message, "[[[[");
    assert(error.message.length < 1500, String(error.message.length));
  });

  it("in the error of a job keeps the job's id", async () => {
    const { runpod } = capture(() => new Response(`{"id":"j","status":"FAILED","error":${nested("1")}}`));
    const error = await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }), RunpodJobError);
    assertEquals([error.jobId, error.kind], ["j", "failed"]);
  });

  it("in an output keeps the job's id", async () => {
    const { runpod } = capture(() => new Response(`{"id":"j","status":"COMPLETED","output":${nested("1")}}`));
    const audio = { audio: "https://example.com/a.wav" };
    const calls = [
      async () => await runpod.imageModel("mine").doGenerate(IMAGE_CALL),
      async () =>
        await runpod.transcriptionModel("mine").doGenerate({
          audio: new Uint8Array(1),
          mediaType: "audio/wav",
          providerOptions: { runpod: audio },
        }),
    ];
    for (const call of calls) {
      const error = await assertRejects(call);
      assertInstanceOf(error, RunpodJobError);
      assertEquals([error.jobId, error.kind], ["j", "no-output"]);
    }
  });
});

describe("an error that is no plain text", () => {
  it("may be its own cause", async () => {
    const broken = new TypeError("reset");
    broken.cause = broken;
    const { runpod } = capture(() => Promise.reject(broken));
    await assertRejects(() => runpod.endpoint("mine").run({ a: 1 }), APICallError, "reset");
  });

  it("may have keys that JavaScript calls", async () => {
    const error = { error: "boom", toString: "x" };
    const { runpod } = capture(() => Response.json({ id: "j", status: "FAILED", error }));
    const thrown = await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }), RunpodJobError);
    assertStringIncludes(thrown.message, "failed: boom");
  });

  it("keeps the characters that Python writes as numbers, and survives those that do not exist", async () => {
    const error = "{'message': 'sm\\U0001f600ile \\Uffffffff'}";
    const { runpod } = capture(() => Response.json({ id: "j", status: "FAILED", error }));
    const thrown = await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }), RunpodJobError);
    assertStringIncludes(thrown.message, "sm😀ile Uffffffff");
  });
});
