/** Cases of plain text: answers, streams, messages, sampling. */
import { generateText, streamText } from "ai";
import type { Case, Reading } from "../case.ts";
import { quiet, readSteps } from "../read.ts";

const HELLO = "Hello! How can I help you today?";
const UNICODE = { "Say something in Japanese": "日本語で話しましょう。🎌", "Emoji please": "👩‍🚀🚀✨ é ü ß" };
const NUMBERS = "one two three four five six seven eight nine ten";

/** Settings with which an answer takes so long that only an abort can end it soon. */
const endless = { maxOutputTokens: 1900, providerOptions: { runpod: { ignore_eos: true } } };

/** A judge of the text of the only step, and of its finish reason. */
const says = (text: string, finishReason = "stop") => ({ steps: [step, ...others] = [] }: Reading) => {
  if (step === undefined || others.length > 0) return `there are ${others.length} more steps`;
  if (step.text.trim() !== text) return `the text is ${JSON.stringify(step.text)}`;
  if (step.finishReason !== finishReason) return `the finish reason is ${step.finishReason}`;
  if (!step.inputTokens || !step.outputTokens) return "there is no usage";
};

export const TEXT_CASES: Case[] = [
  {
    name: "text: an answer",
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) => readSteps((await generateText({ ...quiet, model: chat(), prompt: "Hello" })).steps),
    judge: says(HELLO),
  },
  {
    name: "text: a stream",
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) => readSteps(await streamText({ ...quiet, model: chat(), prompt: "Hello" }).steps),
    judge: says(HELLO),
  },
  {
    name: "text: a system message",
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) =>
      readSteps((await generateText({ ...quiet, model: chat(), system: "Be kind.", prompt: "Hello" })).steps),
    judge: says(HELLO),
  },
  {
    name: "text: parts of a message",
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) => {
      const content = ["Hel", "lo"].map((text) => ({ type: "text" as const, text }));
      const { steps } = await generateText({ ...quiet, model: chat(), messages: [{ role: "user", content }] });
      return readSteps(steps);
    },
    judge: ({ steps = [] }) => steps[0]?.text === "" ? "the text is empty" : undefined,
  },
  ...Object.entries(UNICODE).map(([prompt, answer]): Case => ({
    name: `text: characters of several bytes, "${prompt}"`,
    feature: "text",
    needs: ["chat"],
    run: async ({ chat }) => readSteps(await streamText({ ...quiet, model: chat(), prompt }).steps),
    judge: says(answer),
  })),
  {
    name: "sampling: stop sequences",
    feature: "sampling",
    needs: ["chat"],
    run: async ({ chat }) => {
      const stopSequences = [" five", "seven"];
      const { steps } = await generateText({ ...quiet, model: chat(), prompt: "Count to ten", stopSequences });
      return readSteps(steps);
    },
    judge: says("one two three four"),
  },
  {
    name: "sampling: a limit of tokens",
    feature: "sampling",
    needs: ["chat"],
    run: async ({ chat }) => {
      const { steps } = await generateText({ ...quiet, model: chat(), prompt: "Count to ten", maxOutputTokens: 5 });
      return readSteps(steps);
    },
    judge: ({ steps: [step] = [] }) => {
      if (step?.finishReason !== "length") return `the finish reason is ${step?.finishReason}`;
      if (step.outputTokens !== 5) return `it used ${step.outputTokens} tokens`;
    },
  },
  {
    name: "sampling: a seed",
    feature: "sampling",
    needs: ["chat"],
    run: async ({ chat }) => {
      const settings = { ...quiet, temperature: 1.5, topP: 0.95, topK: 50, seed: 7, maxOutputTokens: 30 };
      const readings = [];
      for (let index = 0; index < 2; index++) {
        readings.push(
          readSteps((await generateText({ ...settings, model: chat(), prompt: "Weather in Oslo?" })).steps),
        );
      }
      return { steps: readings.flatMap(({ steps }) => steps!), warnings: readings[0].warnings };
    },
    judge: ({ steps: [first, second] = [] }) =>
      first?.text + first?.reasoning === second?.text + second?.reasoning ? undefined : "the texts differ",
  },
  {
    name: "sampling: penalties",
    feature: "sampling",
    needs: ["chat"],
    run: async ({ chat }) => {
      const { steps } = await generateText({
        ...quiet,
        model: chat(),
        prompt: "Hello",
        presencePenalty: 0.1,
        frequencyPenalty: 0.1,
      });
      return readSteps(steps);
    },
    judge: ({ steps: [step] = [] }) => step?.text ? undefined : "the text is empty",
  },
  ...["whole", "streamed"].map((way): Case => ({
    name: `sampling: log probabilities, ${way}`,
    feature: "log probabilities",
    needs: ["chat", "logprobs"],
    peer: false,
    run: async ({ chat }) => {
      const settings = {
        ...quiet,
        model: chat(),
        prompt: "Hello",
        reasoning: "none" as const,
        providerOptions: { runpod: { logprobs: 2 } },
      };
      const steps = way === "whole" ? (await generateText(settings)).steps : await streamText(settings).steps;
      return { ...readSteps(steps), value: steps[0].providerMetadata?.runpod?.logprobs };
    },
    judge: ({ value }) => {
      if (!Array.isArray(value) || value.length === 0) return "there are no log probabilities";
      const [{ token, logprob, top_logprobs: top }] = value;
      if (typeof token !== "string" || typeof logprob !== "number") return "they have another form";
      if (top?.length !== 2) return `there are ${top?.length} alternatives`;
    },
  })),
  {
    name: "load: forty at once",
    feature: "40 at once",
    needs: ["chat"],
    unrecorded: true,
    run: async ({ chat }) => {
      const one = async () => await streamText({ ...quiet, model: chat(), prompt: "Count to ten" }).steps;
      const all = await Promise.all(Array.from({ length: 40 }, one));
      return { steps: all.flatMap((steps) => readSteps(steps).steps!) };
    },
    judge: ({ steps = [] }) => {
      const others = steps.filter(({ text }) => text.trim() !== NUMBERS);
      if (steps.length !== 40 || others.length > 0) return `${40 - steps.length + others.length} texts are wrong`;
    },
  },
  {
    name: "abort: a stream",
    feature: "abort stops the server",
    needs: ["chat", "busy"],
    unrecorded: true,
    run: async ({ chat, busy }) => {
      const controller = new AbortController();
      const { fullStream } = streamText({
        ...quiet,
        model: chat(),
        prompt: "Hello",
        ...endless,
        abortSignal: controller.signal,
      });
      for await (const { type } of fullStream) {
        if (type === "reasoning-delta" || type === "text-delta") controller.abort();
      }
      return { value: await busyAfterAbort(busy) };
    },
    judge: stopped,
  },
  {
    name: "abort: an answer",
    feature: "abort stops the server",
    needs: ["chat", "busy"],
    unrecorded: true,
    run: async ({ chat, busy }) => {
      const controller = new AbortController();
      const call = generateText({
        ...quiet,
        model: chat(),
        prompt: "Hello",
        ...endless,
        abortSignal: controller.signal,
      });
      setTimeout(() => controller.abort(), 300);
      await call.catch(() => {});
      return { value: await busyAfterAbort(busy) };
    },
    judge: stopped,
  },
];

/**
 * How many requests the server still works on, some seconds after an abort.
 *
 * It is rarely asked, because llama.cpp looks for a client that has gone only after a second in which nobody asks.
 */
async function busyAfterAbort(busy: () => Promise<number>): Promise<number> {
  let count = Infinity;
  for (let attempt = 0; attempt < 4 && count > 0; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 2500));
    count = await busy();
  }
  return count;
}

function stopped({ value }: Reading): string | undefined {
  return value === 0 ? undefined : `the server still works on ${value} requests`;
}
