import { APICallError, InvalidArgumentError, LoadAPIKeyError, type SharedV4Warning } from "@ai-sdk/provider";
import { createRunpod, runpod as defaultRunpod, type RunpodProvider } from "@runpod/ai-sdk-provider";
import { createProviderRegistry, customProvider, generateText, jsonSchema, tool } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { assertSpyCalls, returnsNext, stub } from "@std/testing/mock";
import { completed, completion } from "./answers.ts";
import { overridden } from "./calls.ts";
import { capture, KEY, MODEL } from "./capture.ts";
import { PNG_BASE64 } from "./files.ts";
import { IS_BROWSER, withApiKey } from "./globals.ts";
import { IMAGE_CALL, PROMPT, VIDEO_CALL } from "./smallest_calls.ts";

const hello = () => completion({ content: "Hello" });

describe("the provider", () => {
  it("implements all of specification v4, with the aliases of earlier versions", () => {
    assertEquals(defaultRunpod.specificationVersion, "v4");
    for (const model of [defaultRunpod(MODEL), defaultRunpod.languageModel(MODEL), defaultRunpod.chatModel(MODEL)]) {
      assertEquals([model.specificationVersion, model.provider, model.modelId], ["v4", "runpod.chat", MODEL]);
    }
    for (const model of [defaultRunpod.imageModel("qwen/qwen-image"), defaultRunpod.image("qwen/qwen-image")]) {
      assertEquals([model.specificationVersion, model.provider], ["v4", "runpod.image"]);
    }
    const rest = { embedding: "embeddingModel", reranking: "rerankingModel", video: "videoModel" } as const;
    for (const [alias, name] of Object.entries(rest) as Array<[keyof typeof rest, (typeof rest)[keyof typeof rest]]>) {
      for (const model of [defaultRunpod[alias]("x"), defaultRunpod[name]("x")]) {
        assertEquals([model.specificationVersion, model.provider, model.modelId], ["v4", `runpod.${alias}`, "x"]);
      }
    }
  });

  it("works in a provider registry and in a custom provider", async () => {
    const { runpod } = capture(hello);
    const registry = createProviderRegistry({ runpod });
    assertEquals(
      (await generateText({ model: registry.languageModel(`runpod:${MODEL}`), prompt: "Hi" })).text,
      "Hello",
    );

    const custom = customProvider({ languageModels: { fast: runpod(MODEL) }, fallbackProvider: runpod });
    assertEquals((await generateText({ model: custom.languageModel("fast"), prompt: "Hi" })).text, "Hello");
    assertEquals((await generateText({ model: custom.languageModel(MODEL), prompt: "Hi" })).text, "Hello");
  });

  it("sends the headers of settings and call, and its name in the user agent; the call overrides settings", async () => {
    const { runpod, sent } = capture(hello, {
      headers: { "X-One": "settings", "X-Two": "settings", "User-Agent": "my-app/1", "X-None": undefined },
    });
    await runpod(MODEL).doGenerate({ prompt: PROMPT, headers: { "x-two": "call" } });
    const { headers } = sent[0];
    assertEquals(headers.get("authorization"), `Bearer ${KEY}`);
    assertEquals(headers.get("content-type"), "application/json");
    assertEquals([headers.get("x-one"), headers.get("x-two"), headers.get("x-none")], ["settings", "call", null]);
    const agents = /^my-app\/1 ai-sdk\/runpod\/\d+\.\d+\.\d+ ai-sdk-provider-utils\/\d+\.\d+\.\d+/;
    // Some browsers let no app name itself.
    if (!IS_BROWSER) assertMatch(headers.get("user-agent") ?? "", agents);
    const image = capture(() => Response.json({ id: "1", status: "FAILED" }));
    const call = { ...IMAGE_CALL, headers: { "x-two": "call" } };
    await assertRejects(() => image.runpod.imageModel("qwen/qwen-image").doGenerate(call));
    assertEquals(image.sent[0].headers.get("x-two"), "call");
  });

  it("has errors that name a header which HTTP does not allow, without its value", async () => {
    for (const headers of [{ "x-bad": "secret\nvalue" }, { "x bad": "secret value" }]) {
      const { runpod, sent } = capture(hello, { headers });
      const error = await assertRejects(
        () => runpod(MODEL).doGenerate({ prompt: PROMPT }),
        InvalidArgumentError,
      );
      assertStringIncludes(error.message, Object.keys(headers)[0]);
      assert(!error.message.includes("secret"));
      assertEquals(sent.length, 0);
    }
  });
});

describe("fetch", () => {
  /** A fetch as Workers and browsers have it: it refuses to be called as the method of another object. */
  function strictFetch(this: unknown): Promise<Response> {
    if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
    return Promise.resolve(hello());
  }

  it("is called as a function, not as a method: given, bound or global", async () => {
    const { fetch } = globalThis;
    const apiKey = KEY;
    globalThis.fetch = strictFetch;
    try {
      for (
        const settings of [{ apiKey, fetch: strictFetch }, { apiKey, fetch: strictFetch.bind(globalThis) }, { apiKey }]
      ) {
        await createRunpod(settings)(MODEL).doGenerate({ prompt: PROMPT });
      }
    } finally {
      globalThis.fetch = fetch;
    }
  });

  it("is the global one at the time of the call", async () => {
    const runpod = createRunpod({ apiKey: KEY });
    using fetch = stub(globalThis, "fetch", () => Promise.resolve(hello()));
    await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertSpyCalls(fetch, 1);
  });
});

describe("the API key", () => {
  it("may be a function, called for each request", async () => {
    const keys = ["rpa_FAKE_1", "rpa_FAKE_2"].map((key) => Promise.resolve(key));
    const { runpod, sent } = capture(hello, { apiKey: returnsNext(keys) });
    await runpod(MODEL).doGenerate({ prompt: PROMPT });
    await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals(sent.map(({ headers }) => headers.get("authorization")), ["Bearer rpa_FAKE_1", "Bearer rpa_FAKE_2"]);
  });

  it("is trimmed, because keys from files end in a line break", async () => {
    const { runpod, sent } = capture(hello, { apiKey: " rpa_FAKE\n" });
    await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals(sent[0].headers.get("authorization"), "Bearer rpa_FAKE");
  });

  for (const apiKey of ["", "  ", "rpa FAKE", "rpa_FAKE\nX-Evil: 1", "rpa_FÄKE", 42]) {
    it(`is refused as ${JSON.stringify(apiKey)} before any request, and not shown`, async () => {
      const { runpod, sent } = capture(hello, { apiKey: apiKey as string });
      const error = await assertRejects(
        () => runpod(MODEL).doGenerate({ prompt: PROMPT }),
        LoadAPIKeyError,
      );
      assertStringIncludes(error.message, "the API key");
      assert(!error.message.includes("FAKE"));
      assertEquals(sent.length, 0);
    });
  }

  it("is not needed when the caller sets an authorization header", async () => {
    const { runpod, sent } = capture(hello, { apiKey: undefined, headers: { Authorization: "Bearer own" } });
    await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals(sent[0].headers.get("authorization"), "Bearer own");
  });

  it("is not needed by a private server, and is sent there when it is given", async () => {
    const baseURL = "http://localhost:8000/v1";
    const without = capture(hello, { apiKey: undefined, baseURL });
    await without.runpod("my/model").doGenerate({ prompt: PROMPT });
    assertEquals(without.sent[0].headers.get("authorization"), null);

    const withKey = capture(hello, { baseURL });
    await withKey.runpod("my/model").doGenerate({ prompt: PROMPT });
    assertEquals(withKey.sent[0].headers.get("authorization"), `Bearer ${KEY}`);
  });

  it("is in no error, even when the server sends it back", async () => {
    const echo = (body: string, init?: ResponseInit) => () => new Response(body, init);
    const answers = [
      echo(JSON.stringify({ error: `bad key ${KEY}` }), { status: 401, headers: { "x-echo": KEY } }),
      echo(`<html>Bearer ${KEY}</html>`, { status: 502 }),
      echo(`{"object":"error","message":"key ${KEY}"}`),
      echo(`no JSON ${KEY}`),
      echo(`data: {"error":{"message":"key ${KEY}"}}\n\n`),
      echo(`data: {"oops ${KEY}\n\n`),
    ];
    for (const answer of answers) {
      const { runpod } = capture(answer);
      const errors: unknown[] = [];
      const model = runpod(MODEL);
      await Promise.resolve(model.doGenerate({ prompt: PROMPT })).catch((error) => errors.push(error));
      try {
        const { stream } = await model.doStream({ prompt: PROMPT });
        for await (const part of stream) if (part.type === "error") errors.push(part.error);
      } catch (error) {
        errors.push(error);
      }
      assertEquals(errors.length, 2);
      for (const error of errors) {
        assert(APICallError.isInstance(error));
        const shown = [
          error.message,
          error.stack,
          JSON.stringify(error),
          JSON.stringify(error.responseHeaders),
          error.responseBody,
        ];
        for (const text of shown) assert(!text?.includes(KEY), text);
      }
    }
  });

  it("is in no network error, and neither is any other secret that was sent", async () => {
    const headers = { "x-api-key": "sk-own-secret", cookie: "session=abcdef123" };
    const { runpod } = capture(({ headers }) => {
      const sent = JSON.stringify(Object.fromEntries(headers));
      return Promise.reject(new TypeError("fetch failed", { cause: new Error(`proxy refused ${sent}`) }));
    }, { headers });
    const error = await assertRejects(() => runpod(MODEL).doGenerate({ prompt: PROMPT }), APICallError);
    assertStringIncludes(error.message, "proxy refused");
    const causes: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at.message, at.stack ?? "");
    for (const secret of [KEY, "sk-own-secret", "abcdef123"]) assert(!causes.join().includes(secret), secret);

    const own = capture(() => Response.json({ error: "bad key sk-header-secret" }, { status: 401 }), {
      headers: { Authorization: "Bearer sk-header-secret" },
    });
    const refused = await assertRejects(
      () => own.runpod(MODEL).doGenerate({ prompt: PROMPT }),
      APICallError,
    );
    assert(!`${refused.message} ${refused.responseBody}`.includes("sk-header-secret"));
  });

  it("is not sent to the target of a redirect", async () => {
    for (const status of [301, 302, 307, 308]) {
      const { runpod, sent } = capture(() =>
        new Response(null, { status, headers: { location: "https://evil.example/" } })
      );
      const models = runpod(MODEL);
      for (const call of [models.doGenerate({ prompt: PROMPT }), models.doStream({ prompt: PROMPT })]) {
        const error = await assertRejects(
          () => call,
          APICallError,
          'it redirects to "https://evil.example/"',
        );
        assertEquals([error.statusCode, error.isRetryable], [status, false]);
      }
      assertEquals(sent.map(({ redirect }) => redirect), ["manual", "manual"]);
    }
  });

  it("is sent to Runpod over https alone", async () => {
    const given: Array<[modelId: string, baseURL?: string]> = [
      ["abc", "http://api.runpod.ai/v2"],
      ["abc", "http://api.runpod.ai/v2/abc"],
      ["http://abc.api.runpod.ai/v1"],
      ["http://abc.api.runpod.ai/other"],
      ["http://api.runpod.ai/v2/abc"],
    ];
    for (const [modelId, baseURL] of given) {
      const { runpod, sent } = capture(hello, { baseURL });
      await runpod(modelId, { model: "m" }).doGenerate({ prompt: PROMPT });
      assertMatch(sent[0].url, /^https:/);
    }
  });

  it("is in no serialized provider or model", () => {
    const { runpod } = capture(hello);
    for (const value of [runpod, runpod(MODEL), runpod.imageModel("qwen/qwen-image"), runpod.video("abc")]) {
      assert(!(JSON.stringify(value) ?? "").includes(KEY));
    }
  });

  it("is not sent to the hosts of images", async () => {
    const { runpod, sent } = capture(({ url }) =>
      url.includes("/runsync")
        ? Response.json({ id: "1", status: "COMPLETED", output: { image_url: "https://cdn.example.com/a.png" } })
        : new Response(new Uint8Array([0x89, 0x50]))
    );
    await runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL);
    assertEquals(sent.at(-1)?.url, "https://cdn.example.com/a.png");
    assertEquals(sent.at(-1)?.headers.get("authorization"), null);
  });
});

describe("the environment's API key", () => {
  const WHERE: Array<[modelId: string, baseURL: string | undefined, isSent: boolean]> = [
    ["abc", undefined, true],
    ["https://abc.api.runpod.ai/v1", undefined, true],
    ["abc", "https://proxy.example/v2", true],
    ["https://proxy.example/other/v1", "https://proxy.example/v2", true],
    ["https://evil.example/v1", undefined, false],
    ["https://evil.example/v1", "https://proxy.example/v2", false],
    ["https://evilapi.runpod.ai/v1", undefined, false],
    ["https://api.runpod.ai.evil.example/v1", undefined, false],
    ["http://localhost:8000/v1", undefined, false],
  ];
  for (const [modelId, baseURL, isSent] of WHERE) {
    it(`${isSent ? "is" : "is not"} sent to ${modelId}${baseURL ? ` at ${baseURL}` : ""}`, () =>
      withApiKey(async () => {
        const { runpod, sent } = capture(hello, { apiKey: undefined, baseURL });
        await runpod(modelId, { model: "m" }).doGenerate({ prompt: PROMPT });
        assertEquals(sent[0].headers.get("authorization"), isSent ? `Bearer ${KEY}` : null);
      }));
  }

  it("does not replace a given key that is empty", () =>
    withApiKey(async () => {
      const { runpod } = capture(hello, { apiKey: "" });
      await assertRejects(() => runpod(MODEL).doGenerate({ prompt: PROMPT }), LoadAPIKeyError);
    }));
});

describe("a provider without a key", () => {
  it("makes models, and only a call fails, with an error that names RUNPOD_API_KEY", async () => {
    const runpod = createRunpod({ fetch: () => Promise.reject(new Error("no request may leave")) });
    const models = [runpod(MODEL), runpod.imageModel("qwen/qwen-image")];
    assertEquals(models.length, 2);
    const calls: Array<[() => PromiseLike<unknown>, string]> = [
      [() => runpod(MODEL).doGenerate({ prompt: PROMPT }), 'Cannot generate text with "qwen/qwen3-32b-awq"'],
      [
        () => runpod.imageModel("qwen/qwen-image").doGenerate(IMAGE_CALL),
        'Cannot generate an image with "qwen/qwen-image"',
      ],
    ];
    for (const [call, attempt] of calls) {
      const error = await assertRejects(call, LoadAPIKeyError);
      assertStringIncludes(error.message, "RUNPOD_API_KEY");
      assertStringIncludes(error.message, attempt);
    }
  });
});

describe("a setting that an option overrides", () => {
  type Options = { runpod: Record<string, string | number | string[]> };
  type Run = (runpod: RunpodProvider, providerOptions: Options) => PromiseLike<{ warnings: SharedV4Warning[] }>;
  interface Kind {
    kind: string;
    setting: string;
    /** Its name in requests. */
    key: string;
    value: Options["runpod"][string];
    other: Options["runpod"][string];
    run: Run;
  }
  const done = { finish_reason: "stop" };
  const OUTPUT = {
    image_url: "https://files.test/a.png",
    video_url: "https://files.test/a.mp4",
    audio_url: "https://files.test/a.wav",
  };
  const ANSWER = {
    choices: [{ message: { content: "Hi" }, text: "Hi", ...done }],
    data: [{ index: 0, embedding: [1] }],
  };
  const KINDS: Kind[] = [
    {
      kind: "chat",
      setting: "stopSequences",
      key: "stop",
      value: ["a"],
      other: ["b"],
      run: (runpod, providerOptions) =>
        runpod(MODEL).doGenerate({ prompt: PROMPT, stopSequences: ["a"], providerOptions }),
    },
    {
      kind: "completion",
      setting: "maxOutputTokens",
      key: "max_tokens",
      value: 5,
      other: 10,
      run: (runpod, providerOptions) =>
        runpod.completionModel("mine", { model: "m" }).doGenerate({
          prompt: PROMPT,
          maxOutputTokens: 5,
          providerOptions,
        }),
    },
    {
      kind: "image",
      setting: "aspectRatio",
      key: "size",
      value: "1328*1328",
      other: "512*512",
      run: (runpod, providerOptions) =>
        runpod.image("qwen/qwen-image").doGenerate({ ...IMAGE_CALL, aspectRatio: "1:1", providerOptions }),
    },
    {
      kind: "video",
      setting: "duration",
      key: "duration",
      value: 5,
      other: 10,
      run: (runpod, providerOptions) =>
        runpod.video("alibaba/wan-2.6-t2v").doGenerate!({ ...VIDEO_CALL, duration: 5, providerOptions }),
    },
    {
      kind: "speech",
      setting: "outputFormat",
      key: "format",
      value: "wav",
      other: "mp3",
      run: (runpod, providerOptions) =>
        runpod.speech("mine").doGenerate({ text: "Hi", outputFormat: "wav", providerOptions }),
    },
    {
      kind: "embedding",
      setting: "dimensions",
      key: "dimensions",
      value: 1,
      other: 2,
      run: (runpod, providerOptions) =>
        runpod.embedding("mine", { model: "m" }).doEmbed({ values: ["a"], dimensions: 1, providerOptions }),
    },
  ];
  for (const { kind, setting, key, value, other, run } of KINDS) {
    it(`is not sent, with a warning, by a ${kind} model, except where both are the same`, async () => {
      const { runpod, sent } = capture(({ url }) => {
        if (url.startsWith("https://files.test/")) return new Response(new Uint8Array([1]));
        return /\/run(sync)?(\?|$)/.test(url) ? completed(OUTPUT) : Response.json(ANSWER);
      });
      const sentWith = async (option: Kind["value"]) => {
        const { length } = sent;
        const { warnings } = await run(runpod, { runpod: { [key]: option } });
        const { body } = sent[length];
        return [(body.input && kind !== "embedding" ? body.input : body)[key], warnings];
      };
      assertEquals(await sentWith(other), [other, overridden(setting, key)]);
      assertEquals(await sentWith(value), [value, []]);
    });
  }

  it("is passed to the caller's function beside the option", async () => {
    const { runpod, sent } = capture(() => completed({ image: PNG_BASE64 }));
    const model = runpod.image("mine", { input: ({ seed, options }) => ({ one: seed, two: options.seed }) });
    const { warnings } = await model.doGenerate({ ...IMAGE_CALL, seed: 5, providerOptions: { runpod: { seed: 6 } } });
    assertEquals([sent[0].body.input, warnings], [{ one: 5, two: 6 }, []]);
  });

  it("has no warning where the AI SDK or the provider has set it", async () => {
    const { runpod } = capture(() => Response.json(ANSWER));
    const tools = { add: tool({ inputSchema: jsonSchema({ type: "object" }) }) };
    const called = await generateText({
      model: runpod(MODEL),
      prompt: "Hi",
      tools,
      providerOptions: { runpod: { tool_choice: "required" } },
    });
    assertEquals(called.warnings, []);
    const { warnings } = await runpod.completionModel("mine", { model: "m" }).doGenerate({
      prompt: [...PROMPT, { role: "assistant", content: [{ type: "text", text: "Hello" }] }, ...PROMPT],
      providerOptions: { runpod: { stop: ["###"] } },
    });
    assertEquals(warnings, []);
  });

  it("may be the reasoning, which reasoningEffort overrides", async () => {
    const { runpod, sent } = capture(() => Response.json(ANSWER));
    const { warnings } = await runpod("openai/gpt-oss-120b").doGenerate({
      prompt: PROMPT,
      reasoning: "high",
      providerOptions: { runpod: { reasoningEffort: "low" } },
    });
    assertEquals(sent[0].body.reasoning_effort, "low");
    assertEquals(warnings, overridden("reasoning", "reasoningEffort"));
  });
});
