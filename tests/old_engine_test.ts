/** Engines of early 2023, and `fetch` functions whose responses have no streams. */
import { createRunpod } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KEY } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { ENDPOINTS, EVERY_CALL } from "./every_call.ts";
import { IMAGE_CALL } from "./smallest_calls.ts";
import { withVirtualTime } from "./virtual_time.ts";

/** What such engines do not have, that apps and their packages may well use today. */
const LATER: Array<[object: object, names: string[]]> = [
  [URL, ["canParse", "parse"]],
  [Promise, ["withResolvers", "try"]],
  [AbortSignal, ["any", "timeout"]],
  [Array, ["fromAsync"]],
  [Array.prototype, ["toReversed", "toSorted", "toSpliced", "with"]],
  [Object, ["groupBy"]],
  [Uint8Array, ["fromBase64"]],
  [Uint8Array.prototype, ["toBase64"]],
  [ReadableStream.prototype, [Symbol.asyncIterator as unknown as string]],
];

async function inOldEngine<T>(run: () => Promise<T>): Promise<T> {
  // Engines load parts of themselves, such as Node its fetch, when they are first used.
  await fetch("data:,loaded").catch(() => {});
  const removed = LATER.flatMap(([object, names]) =>
    names.flatMap((name) => {
      const own = Object.getOwnPropertyDescriptor(object, name);
      return own?.configurable ? [{ object, name, own }] : [];
    })
  );
  for (const { object, name } of removed) delete (object as Record<string, unknown>)[name];
  try {
    return await run();
  } finally {
    for (const { object, name, own } of removed) Object.defineProperty(object, name, own);
  }
}

/** A response whose body can only be read as a whole. */
function withoutStream(response: Response): Response {
  return new Proxy(response, {
    get: (target, key) => {
      const value = key === "body" ? undefined : Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("an engine of early 2023", () => {
  for (const [what, call] of Object.entries(EVERY_CALL)) {
    it(`makes ${what}`, () =>
      withVirtualTime(async () => {
        const { runpod } = emulate({ endpoints: ENDPOINTS });
        assert(await inOldEngine(() => call(runpod)) > 1);
      }));
  }

  it("ends a call with the caller's reason, and cancels its job", () =>
    withVirtualTime(async () => {
      const { runpod, emulator } = emulate({ timing: { runMillis: 60_000 } });
      const abort = new AbortController();
      const reason = new Error("the caller left");
      setTimeout(() => abort.abort(reason), 1000);
      const call = { ...IMAGE_CALL, abortSignal: abort.signal, providerOptions: { runpod: { waitMillis: 0 } } };
      const error = await inOldEngine(() => assertRejects(() => runpod.image("qwen/qwen-image").doGenerate(call)));
      assertEquals(error, reason);
      assertEquals(emulator.jobs.length, 1);
    }));
});

describe("a fetch without streams", () => {
  for (const [what, call] of Object.entries(EVERY_CALL)) {
    it(`gives ${what}`, () =>
      withVirtualTime(async () => {
        const emulator = createRunpodEmulator({ endpoints: ENDPOINTS });
        const fetch: typeof emulator.fetch = async (input, init) => withoutStream(await emulator.fetch(input, init));
        assert(await call(createRunpod({ apiKey: KEY, fetch })) > 1);
      }));
  }

  it("has errors with what the server says", () =>
    withVirtualTime(async () => {
      const fetch = () => Promise.resolve(withoutStream(Response.json({ error: "no such size" }, { status: 400 })));
      const { image } = createRunpod({ apiKey: KEY, fetch });
      await assertRejects(() => image("qwen/qwen-image").doGenerate(IMAGE_CALL), Error, "no such size");
    }));
});
