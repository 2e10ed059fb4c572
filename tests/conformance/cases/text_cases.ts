/** Cases of plain text: answers, streams, sampling. */
import { generateText, streamText } from "ai";
import type { Case, Reading } from "../case.ts";
import { readSteps } from "../read.ts";

const quiet = { maxRetries: 0, temperature: 0, onError: () => {} };
const HELLO = "Hello! How can I help you today?";

const saysHello = ({ steps = [] }: Reading) => {
  const [step] = steps;
  if (step?.text.trim() !== HELLO) return `the text is ${JSON.stringify(step?.text)}`;
  if (step.finishReason !== "stop") return `the finish reason is ${step.finishReason}`;
  if (!step.inputTokens || !step.outputTokens) return "there is no usage";
};

export const TEXT_CASES: Case[] = [
  {
    name: "text: an answer",
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) => readSteps((await generateText({ ...quiet, model: chat(), prompt: "Hello" })).steps),
    judge: saysHello,
  },
  {
    name: "text: a stream",
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) => readSteps(await streamText({ ...quiet, model: chat(), prompt: "Hello" }).steps),
    judge: saysHello,
  },
];
