/**
 * CPU time of a whole call without the network: a long conversation becomes a request, and the answer becomes content.
 *
 * @module
 */
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
} from "@ai-sdk/provider";
import { compare, report, round, someBytes, type Table } from "./harness.ts";
import { FLOOR, INCUMBENT, languageModels, OPENAI_COMPATIBLE, OURS } from "./peers.ts";

const MESSAGES = 200;
const TOOLS = 20;
const IMAGES = 8;
const IMAGE_BYTES = 256 * 1024;
/** How many calls are measured together, because one is too short. */
const CALLS = 20;

const ANSWER = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "Qwen/Qwen3-32B-AWQ",
  choices: [{ index: 0, message: { role: "assistant", content: "Well. ".repeat(400) }, finish_reason: "stop" }],
  usage: { prompt_tokens: 30_000, completion_tokens: 800, total_tokens: 30_800 },
});

/** Makes turns of a question, a tool call, its result and an answer. The first questions come with an image. */
function conversation(images: number): LanguageModelV4Prompt {
  const image = someBytes(IMAGE_BYTES);
  const prompt: LanguageModelV4Prompt = [];
  for (let turn = 0; prompt.length < MESSAGES; turn++) {
    const id = `call_${turn}`;
    const messages: LanguageModelV4Message[] = [
      {
        role: "user",
        content: [
          { type: "text", text: `Question ${turn}: ${"why is it so? ".repeat(20)}` },
          ...(turn < images
            ? [{ type: "file" as const, mediaType: "image/png", data: { type: "data" as const, data: image } }]
            : []),
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look it up. ".repeat(10) },
          { type: "tool-call", toolCallId: id, toolName: `tool_${turn % TOOLS}`, input: { query: `query ${turn}` } },
        ],
      },
      {
        role: "tool",
        content: [{
          type: "tool-result",
          toolCallId: id,
          toolName: `tool_${turn % TOOLS}`,
          output: {
            type: "json",
            value: { found: Array.from({ length: 10 }, (_, index) => ({ index, text: "found it" })) },
          },
        }],
      },
      { role: "assistant", content: [{ type: "text", text: "Because it is. ".repeat(30) }] },
    ];
    prompt.push(...messages);
  }
  return prompt.slice(0, MESSAGES);
}

const tools: LanguageModelV4FunctionTool[] = Array.from({ length: TOOLS }, (_, index) => ({
  type: "function",
  name: `tool_${index}`,
  description: "Looks something up. ".repeat(5),
  inputSchema: {
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [`field_${at}`, { type: "string", description: "What to look for" }]),
    ),
    required: ["field_0"],
  },
}));

/** Converts a prompt to the specification V3, where the data of a file is not wrapped in an object with a type. */
function toV3(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  return prompt.map((message) =>
    message.role !== "user" ? message : {
      ...message,
      content: message.content.map((part) =>
        part.type === "file" && part.data.type === "data" ? { ...part, data: part.data.data } : part
      ),
    }
  ) as LanguageModelV4Prompt;
}

async function measure(images: number): Promise<Table["rows"][number]> {
  let body = "";
  const fetch = (_: unknown, init?: RequestInit) => {
    body = String(init?.body);
    return Promise.resolve(new Response(ANSWER, { headers: { "content-type": "application/json" } }));
  };
  const models = await languageModels(fetch as typeof globalThis.fetch);
  const prompt = conversation(images);
  const callOf = (name: string): LanguageModelV4CallOptions => ({
    prompt: name === INCUMBENT ? toV3(prompt) : prompt,
    tools,
    toolChoice: { type: "auto" },
  });
  await models[OURS].doGenerate(callOf(OURS));
  const request = JSON.parse(body);
  const candidates = Object.fromEntries(
    Object.entries(models).map(([name, model]) => {
      const call = callOf(name);
      return [name, async () => {
        for (let i = 0; i < CALLS; i++) await model.doGenerate(call);
      }];
    }),
  );
  const times = await compare({
    // Only JSON: the request (whose base64 is made before) and the answer.
    [FLOOR]: async () => {
      for (let i = 0; i < CALLS; i++) {
        const response = await fetch("", { body: JSON.stringify(request) });
        JSON.parse(await response.text());
      }
    },
    ...candidates,
  });
  const peer = Math.min(times[OPENAI_COMPATIBLE], times[INCUMBENT]);
  const cells = [FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT].map((name) => round(times[name] / CALLS));
  return [
    images === 0 ? "no image" : `${images} images of ${IMAGE_BYTES / 1024} KB`,
    ...cells,
    round(times[OURS] / peer),
  ];
}

const rows = [await measure(0), await measure(IMAGES)];
const table: Table = {
  title: `CPU milliseconds of doGenerate with ${MESSAGES} messages and ${TOOLS} tools`,
  columns: ["conversation", FLOOR, OURS, OPENAI_COMPATIBLE, INCUMBENT, "to the better peer"],
  rows,
  targets: rows.map((row) => ({ what: `${row[0]}: to the better peer`, value: Number(row.at(-1)), atMost: 1 })),
};
report([table]);
