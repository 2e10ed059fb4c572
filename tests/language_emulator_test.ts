import { createRunpodEmulator, type EmulatedEndpoint, type EmulatedToolDeltas } from "@runpod/ai-sdk-provider/testing";
import { generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MODEL } from "./capture.ts";
import { emulate } from "./emulated.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const MESSAGES = [{ role: "user", content: "What is the weather in Rome?" }];
const TOOLS = [{
  type: "function",
  function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
}];

/** Asks the model server behind a load balancer, which answers as the server itself does. */
async function ask(body: Record<string, unknown>, config: Partial<EmulatedEndpoint> = {}) {
  const { fetch } = createRunpodEmulator({ endpoints: { mine: { worker: "chat", models: ["m"], ...config } } });
  const response = await fetch("https://mine.api.runpod.ai/v1/chat/completions", {
    method: "POST",
    headers: { authorization: "Bearer any" },
    body: JSON.stringify({ model: "m", messages: MESSAGES, ...body }),
  });
  const text = await response.text();
  const chunks = text.startsWith("data:")
    ? text.split("\n\n").filter((event) => event.startsWith("data: {")).map((event): Json => JSON.parse(event.slice(6)))
    : [];
  return { status: response.status, json: (chunks.length > 0 ? undefined : JSON.parse(text)) as Json, chunks };
}

describe("the emulated model server", () => {
  const REFUSED: Record<string, [body: Record<string, unknown>, message: string, config?: Partial<EmulatedEndpoint>]> =
    {
      "a choice without tools": [{ tool_choice: "auto" }, "When using `tool_choice`, `tools` must be set."],
      "an empty list of tools": [{ tools: [] }, "`tools` must not be an empty array."],
      "tools without a parser": [
        { tools: TOOLS },
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        { toolParser: false },
      ],
      "alternatives without log probabilities": [
        { top_logprobs: 2 },
        "when using `top_logprobs`, `logprobs` must be set to true.",
      ],
      "stream options without a stream": [
        { stream_options: { include_usage: true } },
        "Stream options can only be defined when `stream=True`.",
      ],
      "more tokens than fit": [
        { max_tokens: 40_000 },
        "max_tokens=40000 cannot be greater than max_model_len=32768. Please request fewer output tokens.",
      ],
    };
  for (const [name, [body, message, config]] of Object.entries(REFUSED)) {
    it(`refuses ${name} with the message of vLLM, in the form of either server`, async () => {
      const vllm = await ask(body, config);
      assertEquals([vllm.status, vllm.json.error.code], [400, 400]);
      assertStringIncludes(vllm.json.error.message, message);
      const sglang = await ask(body, { ...config, server: "sglang" });
      assertEquals([sglang.status, sglang.json], [
        400,
        { object: "error", message: vllm.json.error.message, type: "BadRequestError", param: null, code: 400 },
      ]);
    });
  }

  it("refuses unknown models as vLLM does, and accepts any name as SGLang does", async () => {
    assertEquals((await ask({ model: "x" })).status, 404);
    assertEquals((await ask({ model: "x" }, { server: "sglang" })).json.model, "x");
  });

  it("returns log probabilities where they are requested, one for each token", async () => {
    const { json } = await ask({ logprobs: true, top_logprobs: 2 });
    const { content } = json.choices[0].logprobs;
    assertEquals(content.map(({ token }: Json) => token).join(""), json.choices[0].message.content);
    assertEquals([content[0].top_logprobs.length, content[0].bytes.length > 0], [2, true]);
    assertEquals((await ask({})).json.choices[0].logprobs, null);

    const model = emulate().runpod(MODEL);
    const providerOptions = { runpod: { logprobs: 1 } };
    const { providerMetadata } = await generateText({ model, prompt: "Hi", providerOptions });
    const live = streamText({ model, prompt: "Hi", providerOptions });
    assertEquals((await live.providerMetadata)?.runpod?.logprobs, providerMetadata?.runpod?.logprobs);
    assert((providerMetadata?.runpod?.logprobs as unknown[]).length > 5);
  });

  it("has the usage in every chunk where that is requested", async () => {
    const stream_options = { include_usage: true, continuous_usage_stats: true };
    const { chunks } = await ask({ stream: true, stream_options });
    assert(chunks.every(({ usage }) => usage.completion_tokens > 0));
  });

  it("answers with one of the choices, and with JSON of the schema", async () => {
    const model = emulate().runpod(MODEL);
    const prompt = "Is Rome sunny?";
    const choice = { structuredOutputs: { choice: ["rainy", "sunny"] } };
    assertEquals((await generateText({ model, prompt, providerOptions: { runpod: choice } })).text, "sunny");
    const json = { structuredOutputs: { json: { type: "object", properties: { city: { const: "Rome" } } } } };
    const { text } = await generateText({ model, prompt, providerOptions: { runpod: json } });
    assertEquals(JSON.parse(text), { city: "Rome" });
  });

  const FIRST: Record<EmulatedToolDeltas, (delta: Json) => boolean> = {
    "usual": ({ index, id, type, function: { name, arguments: args } }) =>
      index === 0 && id !== "" && type === "function" && name === "weather" && args === undefined,
    "whole": ({ function: { arguments: args } }) => JSON.parse(args).city === "Rome",
    "object": ({ function: { arguments: args } }) => args.city === "Rome",
    "no-id": (delta) => !("id" in delta),
    "empty-id": ({ id }) => id === "",
    "no-type": (delta) => !("type" in delta),
    "no-index": (delta) => !("index" in delta),
    "late-name": (delta) => !("function" in delta),
    "repeated": ({ function: { name } }) => name === "weather",
    "index-1": ({ index }) => index === 1,
  };
  for (const [toolDeltas, isSo] of Object.entries(FIRST)) {
    it(`streams tool calls with ${toolDeltas} deltas`, async () => {
      const { chunks } = await ask({ tools: TOOLS, stream: true }, { toolDeltas: toolDeltas as EmulatedToolDeltas });
      const deltas = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
      assert(isSo(deltas[0]), `Unexpected first delta ${JSON.stringify(deltas[0])}`);
      assertEquals(deltas.length === 1, toolDeltas === "whole" || toolDeltas === "object");
    });
  }
});
