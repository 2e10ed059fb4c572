/** A `fetch` of the caller's gets every request, downloads too: apps are tested without a network. */
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import {
  experimental_generateVideo as generateVideo,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
} from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { stub } from "@std/testing/mock";
import { emulate } from "./emulated.ts";
import { ENDPOINTS, EVERY_CALL } from "./every_call.ts";
import { isMp4 } from "./files.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const PROMPT = "A lighthouse";
const VIDEO_ID = "vidu/q3-t2v";

describe("a fetch of the caller's", () => {
  for (const [what, call] of Object.entries(EVERY_CALL)) {
    it(`gets every request for ${what}`, () =>
      withVirtualTime(async () => {
        const { runpod } = emulate({ endpoints: ENDPOINTS });
        using network = stub(globalThis, "fetch", () => Promise.reject(new Error("there is no network")));
        assert(await call(runpod) > 1);
        assertEquals(network.calls.length, 0);
      }));
  }
});

/** An emulator whose videos are what `answer` says. */
function withVideos(answer: () => Response) {
  return emulate({ intercept: async ({ operation }, next) => operation === "file" ? answer() : await next() });
}

describe("a video, with a fetch of the caller's", () => {
  const call = { prompt: PROMPT, n: 1, providerOptions: {}, image: undefined } as never;

  it("has its URL in the metadata, and the model gives its bytes", () =>
    withVirtualTime(async () => {
      const { runpod } = emulate();
      const { videos: [video], providerMetadata } = await runpod.video(VIDEO_ID).doGenerate!(call);
      assert(video.type === "binary" && isMp4(video.data));
      assertStringIncludes(JSON.stringify(providerMetadata), '"url":"https://');
    }));

  it("stays a URL where its operation was stored, because the result goes on as JSON", () =>
    withVirtualTime(async () => {
      const { runpod } = emulate();
      const model = runpod.video(VIDEO_ID);
      const { operation } = await startVideo({ model, prompt: PROMPT });
      await settled(600_000);
      const result = await getVideoStatus(model, { operation: JSON.parse(JSON.stringify(operation)) });
      assert(result.status === "completed");
      assertEquals(result.videos.map(({ type }) => type), ["url"]);
    }));

  for (
    const [what, answer] of Object.entries({
      "is too large": () =>
        new Response("x", { headers: { "content-type": "video/mp4", "content-length": "999999999" } }),
      "is no file, from a fetch that only knows the API": () => Response.json({ status: "ok" }),
    })
  ) {
    it(`is left to the AI SDK where it ${what}`, () =>
      withVirtualTime(async () => {
        const { runpod } = withVideos(answer);
        const { videos } = await runpod.video(VIDEO_ID).doGenerate!(call);
        assertEquals(videos.map(({ type }) => type), ["url"]);
      }));
  }

  it("that cannot be downloaded is an error with the job's id", () =>
    withVirtualTime(async () => {
      const { runpod, emulator } = withVideos(() => new Response("gone", { status: 404 }));
      const error = await assertRejects(() => generateVideo({ model: runpod.video(VIDEO_ID), prompt: PROMPT }));
      assertInstanceOf(error, RunpodJobError);
      assertEquals([error.kind, error.jobId], ["no-output", emulator.jobs[0].id]);
    }));
});
