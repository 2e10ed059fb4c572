import { InvalidArgumentError } from "@ai-sdk/provider";
import { describe, it } from "node:test";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { completed, completion } from "./answers.ts";
import { capture } from "./capture.ts";
import { IMAGE_CALL, PROMPT } from "./smallest_calls.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";

/** The URLs of a model id: the chat route, with the served name in the body, and the job route. */
async function urlsOf(modelId: string, baseURL?: string) {
  const { runpod, sent } = capture(
    ({ url }) =>
      url.endsWith("/models")
        ? Response.json({ object: "list", data: [{ id: "served/name" }] })
        : url.endsWith("/chat/completions")
        ? completion({ content: "Hello" })
        : completed({ image_url: PIXEL }),
    { baseURL },
  );
  await runpod(modelId).doGenerate({ prompt: PROMPT });
  const chat = sent.at(-1)!;
  try {
    await runpod.imageModel(modelId).doGenerate(IMAGE_CALL);
  } catch (error) {
    if (!InvalidArgumentError.isInstance(error)) throw error;
    return { chat: chat.url, model: chat.body.model, job: undefined };
  }
  return { chat: chat.url, model: chat.body.model, job: sent.at(-1)!.url };
}

const V2 = "https://api.runpod.ai/v2";

interface Row {
  given: string;
  baseURL?: string;
  /** The endpoint root, if jobs can run there. */
  root?: string;
  openai: string;
  /** The served name; `served/name` is what `/models` answers. */
  model: string;
}

const TABLE: Record<string, Row[]> = {
  "a catalogue id or alias": [
    {
      given: "qwen/qwen3-32b-awq",
      root: `${V2}/qwen3-32b-awq`,
      openai: `${V2}/qwen3-32b-awq/openai/v1`,
      model: "Qwen/Qwen3-32B-AWQ",
    },
    {
      given: "Qwen/Qwen3-32B-AWQ",
      openai: `${V2}/qwen3-32b-awq/openai/v1`,
      model: "Qwen/Qwen3-32B-AWQ",
      root: `${V2}/qwen3-32b-awq`,
    },
    {
      given: "qwen3-32b-awq",
      root: `${V2}/qwen3-32b-awq`,
      openai: `${V2}/qwen3-32b-awq/openai/v1`,
      model: "Qwen/Qwen3-32B-AWQ",
    },
  ],
  "a bare endpoint id": [
    { given: "abc123xyz", root: `${V2}/abc123xyz`, openai: `${V2}/abc123xyz/openai/v1`, model: "served/name" },
    { given: "a%b", root: `${V2}/a%25b`, openai: `${V2}/a%25b/openai/v1`, model: "served/name" },
    { given: "é", root: `${V2}/%C3%A9`, openai: `${V2}/%C3%A9/openai/v1`, model: "served/name" },
  ],
  "a console link": [
    "https://console.runpod.io/serverless/user/endpoint/abc123xyz",
    "https://www.console.runpod.io/serverless/user/endpoint/abc123xyz?tab=logs#top",
    "https://console.runpod.io/serverless/user/endpoint/abc123xyz/",
  ].map((given) => ({
    given,
    root: `${V2}/abc123xyz`,
    openai: `${V2}/abc123xyz/openai/v1`,
    model: "served/name",
  })),
  "a job URL": [
    "https://api.runpod.ai/v2/abc123xyz",
    "https://api.runpod.ai/v2/abc123xyz/",
    "https://api.runpod.ai/v2/abc123xyz/runsync?wait=1000",
    "https://api.runpod.ai/v2/abc123xyz/openai/v1",
    "http://api.runpod.ai/v2/abc123xyz", // https all the same
  ].map((given) => ({
    given,
    root: `${V2}/abc123xyz`,
    openai: `${V2}/abc123xyz/openai/v1`,
    model: "served/name",
  })),
  "a load balancer": [
    "https://abc123xyz.api.runpod.ai",
    "https://abc123xyz.api.runpod.ai/",
    "https://abc123xyz.api.runpod.ai/v1",
    "https://abc123xyz.api.runpod.ai/v1/",
  ].map((given) => ({ given, openai: "https://abc123xyz.api.runpod.ai/v1", model: "served/name" })),
  "any other URL": [
    { given: "http://localhost:8000/v1", openai: "http://localhost:8000/v1", model: "served/name" },
    { given: "https://proxy.example.com/a/v1/", openai: "https://proxy.example.com/a/v1", model: "served/name" },
    {
      given: "https://console.runpod.io.example.com/endpoint/x/",
      root: "https://console.runpod.io.example.com/endpoint/x",
      openai: "https://console.runpod.io.example.com/endpoint/x/openai/v1",
      model: "served/name",
    },
  ],
  "an unknown vendor/name": [
    {
      given: "meta-llama/Llama-3.1-8B",
      root: `${V2}/meta-llama-Llama-3.1-8B`,
      openai: `${V2}/meta-llama-Llama-3.1-8B/openai/v1`,
      model: "meta-llama/Llama-3.1-8B",
    },
  ],
  "a baseURL that is a prefix": [
    {
      given: "qwen/qwen3-32b-awq",
      baseURL: "https://proxy.example/runpod/",
      root: "https://proxy.example/runpod/qwen3-32b-awq",
      openai: "https://proxy.example/runpod/qwen3-32b-awq/openai/v1",
      model: "Qwen/Qwen3-32B-AWQ",
    },
    {
      given: "https://console.runpod.io/serverless/user/endpoint/abc",
      baseURL: "https://proxy.example/v2",
      root: "https://proxy.example/v2/abc",
      openai: "https://proxy.example/v2/abc/openai/v1",
      model: "served/name",
    },
  ],
  "a baseURL that is an OpenAI root": [
    {
      given: "Qwen/Qwen3-0.6B",
      baseURL: "http://localhost:8000/v1",
      openai: "http://localhost:8000/v1",
      model: "Qwen/Qwen3-0.6B",
    },
    {
      given: "/models/llama.gguf",
      baseURL: "http://localhost:8000/v1/",
      openai: "http://localhost:8000/v1",
      model: "/models/llama.gguf",
    },
    {
      given: "qwen/qwen3-32b-awq",
      baseURL: "http://localhost:8000/v1",
      openai: "http://localhost:8000/v1",
      model: "qwen/qwen3-32b-awq",
    },
    {
      given: "org/name",
      baseURL: "https://api.runpod.ai/v2/abc/openai/v1",
      root: "https://api.runpod.ai/v2/abc",
      openai: "https://api.runpod.ai/v2/abc/openai/v1",
      model: "org/name",
    },
  ],
  "a baseURL that is Runpod itself, a load balancer or half an OpenAI root": [
    {
      given: "abc",
      baseURL: "https://api.runpod.ai",
      root: `${V2}/abc`,
      openai: `${V2}/abc/openai/v1`,
      model: "served/name",
    },
    {
      given: "org/name",
      baseURL: "https://abc.api.runpod.ai",
      openai: "https://abc.api.runpod.ai/v1",
      model: "org/name",
    },
    {
      given: "org/name",
      baseURL: `${V2}/abc/openai`,
      root: `${V2}/abc`,
      openai: `${V2}/abc/openai/v1`,
      model: "org/name",
    },
  ],
  "a baseURL that is an endpoint root": [
    {
      given: "org/name",
      baseURL: "https://api.runpod.ai/v2/abc",
      root: "https://api.runpod.ai/v2/abc",
      openai: "https://api.runpod.ai/v2/abc/openai/v1",
      model: "org/name",
    },
    {
      given: "abc",
      baseURL: "https://api.runpod.ai/v2/abc/",
      root: "https://api.runpod.ai/v2/abc",
      openai: "https://api.runpod.ai/v2/abc/openai/v1",
      model: "served/name",
    },
    {
      given: "qwen/qwen3-32b-awq",
      baseURL: "https://proxy.example/v2/qwen3-32b-awq",
      root: "https://proxy.example/v2/qwen3-32b-awq",
      openai: "https://proxy.example/v2/qwen3-32b-awq/openai/v1",
      model: "Qwen/Qwen3-32B-AWQ",
    },
  ],
};

describe("a model id", () => {
  for (const [name, rows] of Object.entries(TABLE)) {
    for (const { given, baseURL, root, openai, model } of rows) {
      it(`${name}: ${given}${baseURL ? ` at ${baseURL}` : ""}`, async () => {
        assertEquals(await urlsOf(given, baseURL), {
          chat: `${openai}/chat/completions`,
          model,
          job: root && `${root}/runsync?wait=90000`,
        });
      });
    }
  }

  const HOSTILE: Record<string, string> = {
    "": "empty",
    "   ": "empty",
    "..": '".."',
    ".": '"."',
    "../admin": '".."',
    "a/../b": '".."',
    "a//b": "empty",
    "/a": "empty",
    "a/": "empty",
    "abc?x=1": '"?"',
    "abc#x": '"#"',
    "a\\b": '"\\\\"',
    "a b": '" "',
    "a\nb": '"\\n"',
    "a\u0000b": '"\\u0000"',
    "\ud800": "Unicode",
    "https://": "not a valid URL",
    "https://user:secret@example.com/v1": "credentials",
    "https://example.com/v1?key=secret": "query",
    "https://console.runpod.io/serverless": "no endpoint",
    "https://console.runpod.io/serverless/user/endpoint/..": '".."',
    "https://user:secret@console.runpod.io/serverless/user/endpoint/abc": "credentials",
    "https://api.runpod.ai/v1/abc": "does not start",
    "https://api.runpod.ai/v2/..": '".."',
  };
  for (const [id, reason] of Object.entries(HOSTILE)) {
    it(`is refused as ${JSON.stringify(id)}, without a request`, () => {
      const { runpod, sent } = capture(() => completion({}));
      for (const make of [runpod.languageModel, runpod.imageModel]) {
        const error = assertThrows(() => make(id), InvalidArgumentError, "Cannot use");
        assertStringIncludes(error.message, reason);
        assertEquals(error.message.includes("user:secret"), false);
        assertEquals(error.argument, "modelId");
      }
      assertEquals(sent.length, 0);
    });
  }

  for (
    const baseURL of ["custom-url", "", "ftp://example.com", "https://a:b@example.com", "https://example.com/?x=1"]
  ) {
    it(`is refused with the baseURL ${JSON.stringify(baseURL)}`, () => {
      const { runpod } = capture(() => completion({}), { baseURL });
      assertEquals(assertThrows(() => runpod("abc"), InvalidArgumentError).argument, "baseURL");
    });
  }
});
