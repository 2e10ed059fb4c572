/** Cases of Runpod's worker for vLLM: what its jobs take, yield and refuse. */
import { generateText, streamText } from "ai";
import type { Case, World } from "../case.ts";
import { failsWith, jobWhen, queueOf, runJob } from "../jobs.ts";

type Input = Record<string, unknown>;
type Body = Pick<Case, "run" | "judge">;

const HELLO = "Hello! How can I help you today?";
const messages = [{ role: "user", content: "Hello" }];
const sampling_params = { temperature: 0, max_tokens: 40, chat_template_kwargs: { enable_thinking: false } };

const worker = (name: string, feature: string, body: Body): Case => ({
  name: `vLLM worker: ${name}`,
  feature,
  needs: ["chat worker"],
  peer: false,
  ...body,
});

const job = (name: string, input: Input, holds: (output: string) => boolean) =>
  worker(name, "jobs", {
    run: (world) => runJob(world, "tiny", input),
    judge: ({ value }) => {
      const output = JSON.stringify(value);
      return Array.isArray(value) && holds(output) ? undefined : `the output is ${output}`;
    },
  });

const fails = (name: string, input: Input, ...texts: string[]): Case => ({
  ...worker(name, "job errors", { run: (world) => runJob(world, "tiny", input), judge: failsWith(...texts) }),
  wantsError: true,
});

/** What a streaming job yields, and what its output is at the end. */
const streamed = (name: string, input: Input, holds: (text: string) => boolean) =>
  worker(name, "job streams", {
    run: async (world) => {
      const queue = queueOf(world, "tiny");
      const { id } = await queue.run(input);
      const value: unknown[] = [];
      for await (const item of queue.stream(id)) value.push(item);
      return { value };
    },
    judge: ({ value }) => {
      const items = value as unknown[];
      if (!items.every((item) => typeof item === "string")) return `it yields ${JSON.stringify(items)}`;
      return holds(items.join("")) ? undefined : `it yields ${JSON.stringify(items)}`;
    },
  });

const openai = (openai_input: Input, openai_route = "/v1/chat/completions") => ({ openai_route, openai_input });
const chat = (more: Input = {}) => openai({ model: "tiny", messages, ...sampling_params, ...more });

const says = (world: World, prompt: string, more: Input = {}) => ({
  model: world.chat(),
  prompt,
  temperature: 0,
  maxRetries: 0,
  onError: () => {},
  providerOptions: { runpod: { chat_template_kwargs: { enable_thinking: false } } },
  ...more,
});

export const WORKER_VLLM_CASES: Case[] = [
  job("an OpenAI request", chat(), (output) => output.includes(HELLO)),
  job(
    "an OpenAI request without a model",
    openai({ messages, ...sampling_params }),
    (output) => output.includes(HELLO),
  ),
  job(
    "a completion",
    openai({ model: "tiny", prompt: "Once upon", max_tokens: 3 }, "/v1/completions"),
    (output) => output.includes("text_completion"),
  ),
  job("its models", { openai_route: "/v1/models" }, (output) => output.includes('"id":"tiny"')),
  job("messages", { messages, sampling_params }, (output) => output.includes(HELLO)),
  job(
    "a prompt",
    { prompt: "Once upon", sampling_params: { max_tokens: 3, temperature: 0 } },
    (output) => output.includes("text_completion"),
  ),
  job("a route", { route: "/v1/models" }, (output) => output.includes('"id":"tiny"')),
  job(
    "a route and a body",
    { route: "/tokenize", body: { model: "tiny", prompt: "Hello" } },
    (output) => output.includes("tokens"),
  ),
  job("a method", { route: "/version", method: "get" }, (output) => output.includes("version")),
  streamed(
    "an OpenAI request that streams",
    chat({ stream: true, stream_options: { include_usage: true } }),
    (text) => text.startsWith("data: {") && text.trimEnd().endsWith("data: [DONE]") && text.includes('"usage":{'),
  ),
  streamed("messages that stream", { messages, sampling_params, stream: true }, (text) => text.startsWith("data: {")),
  streamed("a prompt that streams", {
    prompt: "Once upon",
    sampling_params: { max_tokens: 3, temperature: 0 },
    stream: true,
  }, (text) => text.includes("text_completion")),
  job(
    "an OpenAI request that streams, and whose job is awaited",
    chat({ stream: true, max_tokens: 4 }),
    (output) => output.includes("data: [DONE]"),
  ),
  fails("nothing that it knows", { text: "Hello" }, "Job input must contain one of"),
  fails("an unknown model", chat({ model: "nobody" }), "The model `nobody` does not exist"),
  fails("a route that is not served", openai({ model: "tiny", input: "Hello" }, "/v1/embeddings"), "404"),
  fails("a route that does not exist", { route: "/v1/nothing", body: { a: 1 } }, "404"),
  fails("a method that is not allowed", { route: "/v1/chat/completions", method: "GET" }, "405"),
  fails("a parameter of another type", chat({ max_tokens: "many" }), "max_tokens"),
  fails("a parameter out of range", chat({ temperature: -1 }), "temperature"),
  fails("no messages", openai({ model: "tiny" }), "messages"),
  fails("an empty request", openai({}), "405"),
  fails(
    "too long a prompt",
    openai({ model: "tiny", messages: [{ role: "user", content: "Hello ".repeat(2100) }] }),
    "2048",
  ),
  fails(
    "an image for a model of text",
    chat({
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }],
    }),
    "multimodal",
  ),
  fails(
    "a tool that is required where there is none",
    chat({ tool_choice: { type: "function", function: { name: "none" } } }),
    "tool",
  ),
  {
    ...worker("an unknown model, through ai", "job errors", {
      run: async (world) => {
        await generateText(
          says(world, "Hello", {
            model: world.other({ model: "tiny" }).chat,
            providerOptions: { runpod: { model: "nobody" } },
          }),
        );
        return {};
      },
      judge: failsWith("nobody"),
    }),
    wantsError: true,
  },
  worker("letters of several bytes, streamed", "job streams", {
    run: async (world) => {
      const { textStream } = streamText(says(world, "Say something in Japanese"));
      let value = "";
      for await (const part of textStream) value += part;
      return { value };
    },
    judge: ({ value }) => (value as string).length > 0 ? undefined : "there is no text",
  }),
  {
    ...worker("a running job that is cancelled", "abort", {
      run: async (world) => {
        const queue = queueOf(world, "tiny");
        const { id } = await queue.run(chat({ stream: true, max_tokens: 1500, ignore_eos: true }));
        await jobWhen(() => queue.status(id), ({ status }) => status === "IN_PROGRESS");
        const { status } = await queue.cancel(id);
        return { value: [status, (await queue.status(id)).status] };
      },
      judge: ({ value }) => `${value}` === "CANCELLED,CANCELLED" ? undefined : `the statuses are ${value}`,
    }),
    unrecorded: true,
  },
];
