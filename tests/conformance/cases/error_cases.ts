/** Cases of refusals: the caller must learn what is wrong, and nothing may be tried again in vain. */
import { embed, generateText, streamText } from "ai";
import type { Case, Reading, World } from "../case.ts";
import { quiet, readSteps } from "../read.ts";

/** A judge of an error: its words, its status, and that nobody tries again. */
const refuses = (words: RegExp, status?: number) => ({ error, steps }: Reading) => {
  if (error === undefined) return `there is no error, but ${JSON.stringify(steps)}`;
  if (!words.test(error.message)) return `the message is ${JSON.stringify(error.message)}`;
  if (error.isRetryable) return "the error is marked as retryable";
  if (status !== undefined && error.status !== status) return `the status is ${error.status}`;
};

/** A prompt that is longer than the context of the tiny models. */
const LONG = "a ".repeat(2100);

type Row = [name: string, judge: Case["judge"], run: (world: World) => Promise<Reading>, peer?: false];

/** What every server has to refuse. */
const ERRORS: Row[] = [
  [
    "a prompt that is too long",
    refuses(/context|too long|maximum/i, 400),
    async ({ chat }) => readSteps((await generateText({ ...quiet, model: chat(), prompt: LONG })).steps),
  ],
  [
    "a prompt that is too long, streamed",
    refuses(/context|too long|maximum/i, 400),
    async ({ chat }) => await streamed(chat(), { prompt: LONG }),
  ],
  [
    "a system message in the middle",
    refuses(/System message must be at the beginning/),
    async ({ chat }) => {
      const messages = [
        { role: "user" as const, content: "Hello" },
        { role: "system" as const, content: "Be kind." },
        { role: "user" as const, content: "Hello" },
      ];
      return readSteps((await generateText({ ...quiet, model: chat(), messages, allowSystemInMessages: true })).steps);
    },
  ],
  [
    "an image for a text model",
    refuses(/image|multimodal/i),
    async ({ chat }) => {
      const image = { type: "image" as const, image: PIXEL };
      const content = [{ type: "text" as const, text: "What is this?" }, image];
      return readSteps((await generateText({ ...quiet, model: chat(), messages: [{ role: "user", content }] })).steps);
    },
  ],
  [
    "a route that is not served",
    refuses(/embed/i),
    async ({ other, models }) => {
      const { embedding } = await embed({
        maxRetries: 0,
        model: other({ model: models.chat }).embedding,
        value: "Hello",
      });
      return { embeddings: [embedding] };
    },
  ],
];

/** What a strict server refuses besides. */
const STRICT_ERRORS: Row[] = [
  [
    "an answer that is too long",
    refuses(/max_tokens|context|maximum/i, 400),
    async ({ chat }) =>
      readSteps((await generateText({ ...quiet, model: chat(), prompt: "Hello", maxOutputTokens: 100_000 })).steps),
  ],
  [
    "a parameter out of range",
    refuses(/top_p/, 400),
    async ({ chat }) => readSteps((await generateText({ ...quiet, model: chat(), prompt: "Hello", topP: 7 })).steps),
  ],
  [
    "a field of the wrong type",
    refuses(/logit_bias|stop|valid/, 400),
    async ({ chat }) =>
      readSteps(
        (await generateText({
          ...quiet,
          model: chat(),
          prompt: "Hello",
          providerOptions: { runpod: { stop: { not: "a list" }, logit_bias: "none" } },
        })).steps,
      ),
    false,
  ],
  [
    "an unknown model",
    refuses(/nope/, 404),
    async ({ other }) =>
      readSteps((await generateText({ ...quiet, model: other({ model: "nope" }).chat, prompt: "Hello" })).steps),
  ],
  [
    "an unknown model, streamed",
    refuses(/nope/, 404),
    async ({ other }) => await streamed(other({ model: "nope" }).chat, { prompt: "Hello" }),
  ],
];

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const ERROR_CASES: Case[] = [
  ...ERRORS.map((row) => errorCase(row, ["chat"])),
  ...STRICT_ERRORS.map((row) => errorCase(row, ["chat", "strict"])),
  {
    name: "error: a wrong key",
    feature: "errors",
    needs: ["chat", "key"],
    wantsError: true,
    run: async ({ other }) => {
      const { chat } = other({ apiKey: "rpa_ANOTHER_FAKE_KEY_000" });
      return readSteps((await generateText({ ...quiet, model: chat, prompt: "Hello" })).steps);
    },
    judge: refuses(/key|auth/i, 401),
  },
];

function errorCase([name, judge, run, peer]: Row, needs: Case["needs"]): Case {
  return {
    name: `error: ${name}`,
    feature: "errors",
    needs,
    wantsError: true,
    run,
    judge,
    ...(peer === false && { peer }),
  };
}

/** A stream; its first error is thrown. */
async function streamed(model: Parameters<typeof streamText>[0]["model"], call: { prompt: string }): Promise<Reading> {
  let failure: unknown;
  const result = streamText({ ...quiet, model, ...call, onError: ({ error }) => void (failure ??= error) });
  await result.consumeStream();
  if (failure !== undefined) throw failure;
  return readSteps(await result.steps);
}
