import { describe, it } from "node:test";
import { assert, assertRejects, assertStringIncludes } from "@std/assert";
import { capture } from "./capture.ts";
import { IMAGE_CALL, PROMPT } from "./smallest_calls.ts";

/** Ids that Runpod does not know, with the one that is meant; none for ids that are like no other. */
const IDS: Array<[given: string, meant: string | undefined]> = [
  ["qwen/qwen3-32b", "qwen/qwen3-32b-awq"],
  ["openai/gpt-oss-120", "openai/gpt-oss-120b"],
  ["flux-1-dev", "black-forest-labs/flux-1-dev"],
  ["qwen/qwen-imgae", "qwen/qwen-image"],
  ["pruna/p-vidoe", "pruna/p-video"],
  ["abc123xyz", undefined],
  ["my-llama", undefined],
];

const notFound = () => Response.json({ error: "endpoint not found" }, { status: 404 });

describe("an id that Runpod does not know", () => {
  for (const [given, meant] of IDS) {
    it(`${given} has a hint: ${meant ?? "none"}`, async () => {
      const { runpod } = capture(notFound);
      for (
        const call of [
          () => runpod(given, { model: "any" }).doGenerate({ prompt: PROMPT }),
          () => runpod.image(given).doGenerate(IMAGE_CALL),
          () => runpod.endpoint(given).health(),
        ]
      ) {
        const { message } = await assertRejects(async () => await call(), Error);
        if (meant === undefined) assert(!message.includes("did you mean"), message);
        else assertStringIncludes(message, `(did you mean "${meant}"?)`);
      }
    });
  }

  it("has no hint on a server of the caller's, which has names of its own", async () => {
    const { runpod } = capture(notFound, { baseURL: "https://models.example.com/v1" });
    const error = await assertRejects(async () => await runpod("qwen/qwen3-32b").doGenerate({ prompt: PROMPT }), Error);
    assert(!error.message.includes("did you mean"));
  });
});
