/** Cases of completions: text goes on, without messages. */
import { generateText, streamText } from "ai";
import type { Case, Reading } from "../case.ts";
import { quiet, readSteps } from "../read.ts";

const settings = { ...quiet, prompt: "Once upon a time", maxOutputTokens: 40 };

const goesOn = ({ steps: [step] = [] }: Reading) => {
  if (!step?.text) return "the text is empty";
  if (!step.outputTokens) return "there is no usage";
};

export const COMPLETION_CASES: Case[] = [
  {
    name: "completion: an answer",
    feature: "completions",
    needs: ["completion"],
    run: async ({ completion }) => readSteps((await generateText({ ...settings, model: completion() })).steps),
    judge: goesOn,
  },
  {
    name: "completion: a stream",
    feature: "completions",
    needs: ["completion"],
    run: async ({ completion }) => readSteps(await streamText({ ...settings, model: completion() }).steps),
    judge: goesOn,
  },
  ...["whole", "streamed"].map((way): Case => ({
    name: `completion: log probabilities, ${way}`,
    feature: "completions",
    needs: ["completion", "logprobs"],
    peer: false,
    run: async ({ completion }) => {
      const call = { ...settings, model: completion(), providerOptions: { runpod: { logprobs: 2 } } };
      const steps = way === "whole" ? (await generateText(call)).steps : await streamText(call).steps;
      return { ...readSteps(steps), value: steps[0].providerMetadata?.runpod?.logprobs };
    },
    judge: ({ value }) => Array.isArray(value) && value.length > 0 ? undefined : "there are no log probabilities",
  })),
];
