/** Cases of reasoning, on and off. */
import { generateText, streamText } from "ai";
import type { Case, Reading } from "../case.ts";
import { quiet, readSteps } from "../read.ts";

const HELLO = "Hello! How can I help you today?";

/** Reasoning or none, but apart from the text. */
const keepsApart = ({ steps: [step] = [] }: Reading) =>
  step?.text.trim() === HELLO ? undefined : `the text is ${JSON.stringify(step?.text)}`;
const thinks = ({ steps: [step] = [] }: Reading) => {
  if (!step?.reasoning.includes("A greeting. I greet back.")) {
    return `the reasoning is ${JSON.stringify(step?.reasoning)}`;
  }
  if (step.text.trim() !== HELLO) return `the text is ${JSON.stringify(step.text)}`;
};
const thinksNot = ({ steps: [step] = [] }: Reading) => {
  if (step?.reasoning !== "") return `the reasoning is ${JSON.stringify(step?.reasoning)}`;
  if (step.text.trim() !== HELLO) return `the text is ${JSON.stringify(step.text)}`;
};

const levels: Array<[name: string, reasoning: "none" | "high" | "provider-default", judge: Case["judge"]]> = [
  ["as the server likes", "provider-default", keepsApart],
  ["high", "high", thinks],
  ["none", "none", thinksNot],
];

export const REASONING_CASES: Case[] = levels.flatMap(([name, reasoning, judge]): Case[] => [
  {
    name: `reasoning: ${name}`,
    feature: reasoning === "none" ? "reasoning off" : "reasoning",
    needs: ["chat", "thinking"],
    run: async ({ chat }) =>
      readSteps((await generateText({ ...quiet, model: chat(), prompt: "Hello", reasoning })).steps),
    judge,
  },
  {
    name: `reasoning: ${name}, streamed`,
    feature: reasoning === "none" ? "reasoning off" : "reasoning",
    needs: ["chat", "thinking"],
    run: async ({ chat }) => readSteps(await streamText({ ...quiet, model: chat(), prompt: "Hello", reasoning }).steps),
    judge,
  },
]);
