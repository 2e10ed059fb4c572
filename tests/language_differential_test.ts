/**
 * Random and recorded streams, read by this provider and by `@ai-sdk/openai-compatible`. Where the two differ, one of the
 * rules below has to say why; a rule that nothing needs fails too.
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import fc from "fast-check";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { eventsBeforeEnd, stream } from "./answers.ts";
import { capture } from "./capture.ts";
import { STREAMS } from "./data/recordings.ts";
import { PROMPT } from "./smallest_calls.ts";

/** What a stream says. */
interface Outcome {
  text: string;
  reasoning: string;
  calls: string;
  finish: string;
  output: number | undefined;
  errors: number;
}

type Field = keyof Outcome;

/** Why the two may differ: what the stream has, and in which fields of the outcome. */
const RULES: Record<string, [has: RegExp, fields: Field[]]> = {
  "a tag at the start of the text begins reasoning": [/"content":"\s*<think>/, ["text", "reasoning"]],
  "white space between tags and text belongs to the template": [/<\/think>/, ["text", "reasoning"]],
  "calls mean tool-calls, whatever the reason is called": [/"tool_calls"/, ["finish"]],
  "other servers have other names of finish reasons": [/"finish_reason":"(end_turn|eos_token|max_tokens)"/, ["finish"]],
  "a refusal is text, and ends the answer as filtered": [/"refusal":"/, ["text", "finish"]],
  "a heartbeat is nothing": [/data: ?(\n|: keepalive|null)/, ["errors", "finish"]],
  "a stream without an end was cut, and its calls are not run": [
    /^(?![^]*"finish_reason":")/,
    ["errors", "finish", "calls"],
  ],
  "an error has many dresses": [/event: error|^error: |"object":"error"/, [
    "errors",
    "finish",
    "text",
    "reasoning",
    "calls",
    "output",
  ]],
  "content may be a list of parts": [/"content":\[/, ["text", "reasoning", "errors", "finish", "calls", "output"]],
  "arguments may be an object": [/"arguments":\{/, ["calls", "errors", "finish", "output"]],
  "of several answers one is read": [/"index":1,"delta"/, ["text", "reasoning", "calls"]],
  "reasoning may be counted apart": [/"reasoning_tokens":[1-9]/, ["output"]],
  "Moonshot has its usage in the choice": [/"finish_reason":"\w+","usage"/, ["output"]],
};

async function read(model: LanguageModelV4): Promise<Outcome> {
  const outcome: Outcome = { text: "", reasoning: "", calls: "", finish: "", output: undefined, errors: 0 };
  const fail = () => {
    outcome.errors = 1;
    outcome.finish = "error";
  };
  try {
    for await (const part of (await model.doStream({ prompt: PROMPT })).stream) {
      if (part.type === "text-delta") outcome.text += part.delta;
      else if (part.type === "reasoning-delta") outcome.reasoning += part.delta;
      else if (part.type === "tool-call") outcome.calls += `${part.toolName}(${part.input})`;
      else if (part.type === "error") fail();
      else if (part.type === "finish") {
        outcome.output = part.usage.outputTokens.total;
        outcome.finish = outcome.errors ? "error" : part.finishReason.unified;
      }
    }
  } catch {
    fail();
  }
  return outcome;
}

const used = new Set<string>();

/** The differences of the two that no rule explains. */
async function unexplained(body: string): Promise<string[]> {
  const ours = await read(capture(() => stream(body)).runpod("mine", { model: "m" }));
  const peer = createOpenAICompatible({
    name: "peer",
    baseURL: "https://peer.test/v1",
    fetch: () => Promise.resolve(stream(body)),
  });
  const theirs = await read(peer("m"));
  return (Object.keys(ours) as Field[]).filter((field) => ours[field] !== theirs[field]).flatMap((field) => {
    const rules = Object.entries(RULES).filter(([, [has, fields]]) => fields.includes(field) && has.test(body));
    for (const [name] of rules) used.add(name);
    return rules.length > 0 ? [] : [`${field}: ${ours[field]} here, ${theirs[field]} there`];
  });
}

/** A choice of what stands in a chunk. */
const delta = fc.oneof(
  { weight: 6, arbitrary: fc.record({ content: fc.constantFrom("Hi", " there", "<b>", "日本", "\n", "") }) },
  fc.record({ role: fc.constant("assistant"), content: fc.constantFrom("", null) }),
  fc.record({ reasoning_content: fc.constantFrom("Hm", " so") }),
  fc.record({ reasoning: fc.constantFrom("Hm", " so") }),
  fc.record({ content: fc.constant(null), refusal: fc.constant("No.") }),
  fc.record({ content: fc.constant([{ type: "text", text: "part" }]) }),
);

const CALL = [
  { tool_calls: [{ index: 0, id: "c0", type: "function", function: { name: "add", arguments: "" } }] },
  { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] },
  { tool_calls: [{ index: 0, function: { arguments: "1}" } }] },
];
const OBJECT_CALL = [{ tool_calls: [{ index: 0, id: "c0", function: { name: "add", arguments: { a: 1 } } }] }];
const THINKS = [{ content: "<think>" }, { content: "Hm" }, { content: "</think>\n\nSo" }];
const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

const chunkOf = (delta: unknown, finish_reason: string | null = null, index = 0) => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index, delta, finish_reason }],
});

const bodies = fc.record({
  first: fc.constantFrom([], THINKS),
  deltas: fc.array(delta, { maxLength: 5 }),
  call: fc.constantFrom([], [], CALL, OBJECT_CALL),
  other: fc.boolean(),
  reason: fc.constantFrom("stop", "length", "tool_calls", "end_turn", "max_tokens", undefined),
  usage: fc.constantFrom(undefined, USAGE, {
    ...USAGE,
    total_tokens: 15,
    completion_tokens_details: { reasoning_tokens: 3 },
  }),
  strange: fc.constantFrom(
    ...["", "", "", "data:\n\n", ": comment\n\n", "data: : keepalive\n\n", "data: null\n\n"],
    'event: error\ndata: {"message":"broken"}\n\n',
    'error: {"message":"broken"}\n\n',
    'data: {"object":"error","message":"broken"}\n\n',
  ),
  done: fc.boolean(),
}).map(({ first, deltas, call, other, reason, usage, strange, done }) => {
  const answer = [{ role: "assistant", content: "" }, ...first, ...deltas, ...call].map((delta) => chunkOf(delta));
  const others = other ? [chunkOf({ content: "another" }, null, 1)] : [];
  const end = reason === undefined ? [] : [chunkOf({}, reason)];
  const last = usage ? [{ id: "c", choices: [], usage }] : [];
  return strange + eventsBeforeEnd(...answer, ...others, ...end, ...last) + (done ? "data: [DONE]\n\n" : "");
});

describe("this provider and @ai-sdk/openai-compatible", () => {
  for (const [name, { body }] of Object.entries(STREAMS)) {
    it(`differ on the stream of ${name} as the rules say`, async () => {
      assertEquals(await unexplained(body), []);
    });
  }

  it("differ on random streams as the rules say", async () => {
    const property = fc.asyncProperty(bodies, async (body) => assertEquals(await unexplained(body), []));
    await fc.assert(property, { seed: 17, numRuns: 400 });
  });

  it("need every one of the rules", () => {
    assertEquals(Object.keys(RULES).filter((name) => !used.has(name)), []);
  });
});
