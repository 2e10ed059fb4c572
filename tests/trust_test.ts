/** Who gets the key and the configured headers, and where they must not be shown. */
import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import { createRunpod, RunpodJobError, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { completion } from "./answers.ts";
import { capture, KEY, MODEL } from "./capture.ts";
import { IMAGE_CALL, PROMPT } from "./smallest_calls.ts";

const SECRET = "tenant-7f3a99";

/** What a request of a model carries: the key, and the configured header. */
async function carried(modelId: string, settings: RunpodProviderSettings = {}): Promise<Array<string | null>> {
  const { runpod, sent } = capture(() => completion({ content: "a" }), {
    headers: { "x-tenant": SECRET },
    ...settings,
  });
  await runpod(modelId, { model: "m" }).doGenerate({ prompt: PROMPT });
  return [sent[0].headers.get("authorization"), sent[0].headers.get("x-tenant")];
}

describe("the key and the configured headers", () => {
  const BOTH = [`Bearer ${KEY}`, SECRET];
  const cases: Array<[modelId: string, baseURL: string | undefined, expected: Array<string | null>]> = [
    [MODEL, undefined, BOTH],
    ["https://mine.api.runpod.ai/v1", undefined, BOTH],
    ["http://api.runpod.ai/v2/mine", undefined, BOTH],
    ["http://api.runpod.ai:8080/v2/mine", undefined, BOTH],
    ["m", "http://127.0.0.1:8000/v1", BOTH],
    ["https://proxy.example/other/v1", "https://proxy.example/runpod", BOTH],
    ["https://evil.example/v1", undefined, [null, null]],
    ["https://evil.example/v1", "https://proxy.example/runpod", [null, null]],
    ["https://api.runpod.ai.evil.example/v1", undefined, [null, null]],
    ["https://evilapi.runpod.ai/v1", undefined, [null, null]],
    ["http://proxy.example/v1", "https://proxy.example/runpod", [null, null]],
    ["https://proxy.example:8443/v1", "https://proxy.example/runpod", [null, null]],
    ["http://localhost:8000/v1", undefined, [null, null]],
  ];
  for (const [modelId, baseURL, expected] of cases) {
    it(`${expected[0] ? "go" : "do not go"} to "${modelId}" with the base URL ${baseURL}`, async () => {
      assertEquals(await carried(modelId, { baseURL }), expected);
    });
  }

  it("never travel unencrypted to Runpod", async () => {
    const { runpod, sent } = capture(() => completion({ content: "a" }));
    for (const id of ["http://api.runpod.ai:8080/v2/mine", "http://mine.api.runpod.ai:81/v1"]) {
      await runpod(id, { model: "m" }).doGenerate({ prompt: PROMPT });
    }
    assertEquals(sent.map(({ url }) => new URL(url).protocol), ["https:", "https:"]);
  });

  it("are not asked for where they are not sent, and headers of a call are", async () => {
    const { runpod, sent } = capture(() => completion({ content: "a" }), {
      apiKey: () => {
        throw new Error("asked");
      },
    });
    const headers = { authorization: "Bearer for-this-server" };
    await runpod("https://server.example/v1", { model: "m" }).doGenerate({ prompt: PROMPT, headers });
    assertEquals(sent[0].headers.get("authorization"), "Bearer for-this-server");
  });

  it("are named by the error of a server that wants them", async () => {
    const { runpod } = capture(() => Response.json({ error: "no key" }, { status: 401 }));
    const call = async () => await runpod("https://server.example/v1", { model: "m" }).doGenerate({ prompt: PROMPT });
    assertStringIncludes((await assertRejects(call, APICallError)).message, "set baseURL to this server");
  });
});

/** Everything that an error can show. */
function allOf(error: unknown, seen = new Set<unknown>()): string {
  if (typeof error !== "object" || error === null || seen.has(error)) return String(error);
  seen.add(error);
  return Reflect.ownKeys(error).map((key) => allOf((error as Record<PropertyKey, unknown>)[key], seen)).join("\n");
}

describe("no error shows", () => {
  const escapes: Record<string, (text: string) => string> = {
    "as it is": (text) => text,
    "with its first letter escaped": (text) => text.replace(/./, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    "with each letter escaped": (text) =>
      [...text].map((char) => `\\u00${char.charCodeAt(0).toString(16).toUpperCase()}`).join(""),
    "with slashes escaped": (text) => text.replaceAll("/", "\\/"),
  };
  const SLASHED = "s3cr3t/with/slashes";
  for (const [how, escape] of Object.entries(escapes)) {
    it(`a key or a configured header that a server quotes ${how}`, async () => {
      const names = ["x-auth", "x-password", "x-session", "x-jwt", "x-signature", "cf-access-client-id", "x-made-up"];
      const headers = Object.fromEntries(names.map((name, index) => [name, `${SLASHED}/${index}`]));
      const quoted = [KEY, ...Object.values(headers)].map(escape).join(" ");
      for (const status of [200, 400, 502]) {
        for (const body of [`{"error":"got ${quoted}"}`, `{"error":${JSON.stringify(`{"message":"${quoted}"}`)}}`]) {
          const { runpod } = capture(() => new Response(body, { status }), { headers });
          const error = await assertRejects(
            async () => await runpod(MODEL).doGenerate({ prompt: PROMPT }),
            APICallError,
          );
          const shown = allOf(error);
          for (const secret of [KEY, SLASHED]) {
            assert(!shown.includes(secret) && !shown.includes(escape(secret)), shown);
          }
        }
      }
    });
  }

  it("a secret in the error of a fetch, wherever it is", async () => {
    const leaks: Array<(headers: Headers) => unknown> = [
      (headers) => Object.assign(new TypeError("fetch failed"), { options: { headers: Object.fromEntries(headers) } }),
      (headers) => Object.assign(new TypeError("fetch failed"), { request: { headers } }),
      (headers) => new AggregateError([new Error(headers.get("authorization")!)], "all failed"),
      (headers) =>
        new TypeError("fetch failed", { cause: { raw: [`authorization: ${headers.get("authorization")}`] } }),
      (headers) => `failed with ${headers.get("authorization")}`,
      (headers) => new DOMException(`failed with ${headers.get("x-tenant")}`, "NetworkError"),
    ];
    for (const leak of leaks) {
      const { runpod } = capture(({ headers }) => Promise.reject(leak(headers)), { headers: { "x-tenant": SECRET } });
      const error = await assertRejects(async () => await runpod(MODEL).doGenerate({ prompt: PROMPT }), APICallError);
      const shown = allOf(error);
      for (const secret of [KEY, SECRET]) assert(!shown.includes(secret), shown);
      assertStringIncludes(error.message, "failed");
    }
  });

  it("a secret of a base URL or of a model id", () => {
    const urls = [
      "https://h.example/v1?api_key=S3CR3T",
      "https://me:S3CR3T@h.example/v1",
      "https:me:S3CR3T@h.example/v1",
      "https:/me:S3CR3T@h.example/v1",
      "ftp://me:S3CR3T@h.example/v1",
      "https://h.example/v1#S3CR3T",
    ];
    for (const url of urls) {
      const forId = assertThrows(() => createRunpod({ apiKey: KEY })(url.replace("/v1", "/ v1")), InvalidArgumentError);
      const forBase = assertThrows(() => createRunpod({ apiKey: KEY, baseURL: url })("m"), InvalidArgumentError);
      for (const { message } of [forId, forBase]) assert(!message.includes("S3CR3T"), message);
    }
  });

  it("the secret of a bucket or of a webhook, also where the worker quotes it", async () => {
    const s3Config = {
      accessId: "AKIA-ID",
      accessSecret: "s3-secret-value",
      bucketName: "b",
      endpointUrl: "https://s3",
    };
    const webhook = "https://app.example/hooks/path-s3cr3t?secret=query-s3cr3t";
    const quoted = `upload failed with ${s3Config.accessSecret} for ${webhook}`;
    const bodies = [{ id: "j", status: "FAILED", error: quoted }, {
      id: "j",
      status: "COMPLETED",
      output: { error: quoted },
    }];
    for (const body of bodies) {
      const { runpod } = capture(() => Response.json(body));
      const errors = [
        body.status === "FAILED" &&
        await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }, { s3Config, webhook }), RunpodJobError),
        await assertRejects(
          async () =>
            await runpod.imageModel("mine").doGenerate({ ...IMAGE_CALL, providerOptions: { runpod: { webhook } } }),
          RunpodJobError,
        ),
      ];
      for (const error of errors) {
        const shown = allOf(error).replaceAll(error === errors[1] ? s3Config.accessSecret : "\0", "");
        for (const secret of ["s3-secret-value", "path-s3cr3t", "query-s3cr3t"]) assert(!shown.includes(secret), shown);
      }
    }
  });
});
