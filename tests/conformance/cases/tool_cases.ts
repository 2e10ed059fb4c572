/** Cases of tools: choices, parallel calls, streams, agents of several steps. */
import { generateText, jsonSchema, stepCountIs, streamText, tool, type ToolChoice } from "ai";
import type { Case, Reading } from "../case.ts";
import { quiet, readSteps } from "../read.ts";

type City = { city: string };

const inputSchema = jsonSchema<City>({
  type: "object",
  properties: { city: { type: "string", enum: ["Oslo", "Rome"] } },
  required: ["city"],
  additionalProperties: false,
});

const SKIES: Record<string, string> = { Oslo: "clear", Rome: "rainy" };
const description = "The weather of a city";
const asked = { weather: tool({ description, inputSchema }) };
const answered = {
  weather: tool({ description, inputSchema, execute: ({ city }: City) => ({ city, sky: SKIES[city] }) }),
};

/** A judge of the calls of the only step. The model is too small to name the right city each time. */
const calls = (count: number) => ({ steps: [step] = [] }: Reading) => {
  const calls = step?.toolCalls ?? [];
  const isRight = ({ name, input }: typeof calls[number]) =>
    name === "weather" && (input as City | undefined)?.city as string in SKIES;
  if (calls.length !== count || !calls.every(isRight)) return `the calls are ${JSON.stringify(calls)}`;
  if (step.finishReason !== "tool-calls") return `the finish reason is ${step.finishReason}`;
};

/** The same call whole and streamed. */
const bothWays = (
  name: string,
  feature: string,
  needs: Case["needs"],
  settings: { prompt: string; toolChoice?: ToolChoice<typeof asked> },
  judge: Case["judge"],
): Case[] => [
  {
    name: `tools: ${name}`,
    feature,
    needs: ["chat", "tools", ...needs],
    run: async ({ chat }) =>
      readSteps((await generateText({ ...quiet, model: chat(), tools: asked, ...settings })).steps),
    judge,
  },
  {
    name: `tools: ${name}, streamed`,
    feature,
    needs: ["chat", "tools", ...needs],
    run: async ({ chat }) => readSteps(await streamText({ ...quiet, model: chat(), tools: asked, ...settings }).steps),
    judge,
  },
];

/** The same agent whole and streamed. */
const agents = (name: string, prompt: string, steps: number, text: RegExp): Case[] => {
  const judge = ({ steps: taken = [] }: Reading) => {
    if (taken.length !== steps) return `there are ${taken.length} steps`;
    if (!text.test(taken.at(-1)!.text.trim())) return `the text is ${JSON.stringify(taken.at(-1)!.text)}`;
  };
  const settings = { ...quiet, prompt, tools: answered, stopWhen: stepCountIs(5) };
  return [
    {
      name: `agent: ${name}`,
      feature: "agents",
      needs: ["chat", "tools"],
      run: async ({ chat }) => readSteps((await generateText({ ...settings, model: chat() })).steps),
      judge,
    },
    {
      name: `agent: ${name}, streamed`,
      feature: "agents",
      needs: ["chat", "tools"],
      run: async ({ chat }) => readSteps(await streamText({ ...settings, model: chat() }).steps),
      judge,
    },
  ];
};

export const TOOL_CASES: Case[] = [
  ...bothWays("auto", "tools", [], { prompt: "Weather in Oslo?" }, calls(1)),
  ...bothWays("two calls", "parallel tools", [], { prompt: "Weather in Oslo and Rome?" }, calls(2)),
  ...bothWays(
    "required",
    "tool choice",
    ["tool choice"],
    { prompt: "Weather in Rome?", toolChoice: "required" },
    calls(1),
  ),
  ...bothWays(
    "named",
    "tool choice",
    ["tool choice"],
    { prompt: "Weather in Rome?", toolChoice: { type: "tool", toolName: "weather" } },
    // Nothing holds the model to the schema of a tool that is not strict.
    ({ steps: [step] = [] }) => {
      if (step?.toolCalls.length !== 1) return `there are ${step?.toolCalls.length} calls`;
      if (step.finishReason !== "tool-calls") return `the finish reason is ${step.finishReason}`;
    },
  ),
  ...bothWays(
    "none",
    "tool choice",
    ["tool choice"],
    { prompt: "Weather in Oslo?", toolChoice: "none" },
    ({ steps: [step] = [] }) => step?.toolCalls.length === 0 ? undefined : "there is a call",
  ),
  ...agents("two steps", "Weather in Oslo?", 2, /^The sky over \w+ is \w+\.$/),
  ...agents("three steps", "First Oslo, then Rome.", 3, /^\w+ is \w+ and \w+ is \w+\.$/),
];
