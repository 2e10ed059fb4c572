/** Cases of structured outputs: schemas, JSON without one, choices, grammars. */
import { generateText, jsonSchema, Output, streamText } from "ai";
import type { Case, Reading } from "../case.ts";
import { quiet, readSteps } from "../read.ts";

type Colour = { color: string; count: number };

const COLORS = ["red", "green", "blue"];
const schema = jsonSchema<Colour>({
  type: "object",
  properties: { color: { type: "string", enum: COLORS }, count: { type: "integer" } },
  required: ["color", "count"],
  additionalProperties: false,
});
const settings = { ...quiet, prompt: "A color and a count" };

const isColour = ({ object }: Reading) => {
  const { color, count } = (object ?? {}) as Partial<Colour>;
  if (!COLORS.includes(color!) || !Number.isInteger(count)) return `the object is ${JSON.stringify(object)}`;
};

/** A constraint of `structured_outputs`, and what an answer must look like under it. */
const constrained = (name: string, structuredOutputs: Record<string, string | string[]>, form: RegExp): Case => ({
  name: `grammar: ${name}`,
  feature: "choices and grammars",
  needs: ["chat", "grammar"],
  peer: false,
  run: async ({ chat }) => {
    const { steps } = await generateText({
      ...settings,
      prompt: "Hello",
      model: chat(),
      reasoning: "none",
      providerOptions: { runpod: { structuredOutputs } },
    });
    return readSteps(steps);
  },
  judge: ({ steps: [step] = [] }) =>
    form.test(step?.text ?? "") ? undefined : `the text is ${JSON.stringify(step?.text)}`,
});

export const OUTPUT_CASES: Case[] = [
  {
    name: "schema: an object",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const { steps, output } = await generateText({ ...settings, model: chat(), output: Output.object({ schema }) });
      return { ...readSteps(steps), object: output };
    },
    judge: isColour,
  },
  {
    name: "schema: an object, streamed",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const result = streamText({ ...settings, model: chat(), output: Output.object({ schema }) });
      return { ...readSteps(await result.steps), object: await result.output };
    },
    judge: isColour,
  },
  {
    name: "schema: an object that the prompt does not ask for",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const { steps, output } = await generateText({
        ...settings,
        prompt: "Hello",
        model: chat(),
        output: Output.object({ schema }),
      });
      return { ...readSteps(steps), object: output };
    },
    judge: isColour,
  },
  {
    name: "schema: a list",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const list = jsonSchema<{ colors: string[] }>({
        type: "object",
        properties: { colors: { type: "array", items: { type: "string", enum: COLORS }, minItems: 1, maxItems: 3 } },
        required: ["colors"],
        additionalProperties: false,
      });
      const output = Output.object({ schema: list });
      const result = await generateText({ ...settings, model: chat(), output });
      return { ...readSteps(result.steps), object: result.output };
    },
    judge: ({ object }) => {
      const { colors } = object as { colors: string[] };
      const fits = colors.length > 0 && colors.length < 4 && colors.every((color) => COLORS.includes(color));
      return fits ? undefined : `the object is ${JSON.stringify(object)}`;
    },
  },
  {
    name: "schema: a choice",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const { steps, output } = await generateText({
        ...settings,
        model: chat(),
        output: Output.choice({ options: COLORS }),
      });
      return { ...readSteps(steps), object: output };
    },
    judge: ({ object }) => COLORS.includes(object as string) ? undefined : `the choice is ${JSON.stringify(object)}`,
  },
  {
    name: "schema: a tuple",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const pair = jsonSchema<{ pair: [string, number] }>({
        type: "object",
        properties: {
          pair: {
            type: "array",
            items: [{ type: "string", enum: COLORS }, { type: "integer" }],
            minItems: 2,
            maxItems: 2,
          },
        },
        required: ["pair"],
        additionalProperties: false,
      });
      const { steps, output } = await generateText({
        ...settings,
        model: chat(),
        output: Output.object({ schema: pair }),
      });
      return { ...readSteps(steps), object: output };
    },
    judge: ({ object }) => {
      const { pair } = object as { pair: [string, number] };
      const fits = COLORS.includes(pair[0]) && Number.isInteger(pair[1]) && pair.length === 2;
      return fits ? undefined : `the object is ${JSON.stringify(object)}`;
    },
  },
  {
    name: "schema: JSON without a schema",
    feature: "schemas",
    needs: ["chat", "schema"],
    run: async ({ chat }) => {
      const { steps, output } = await generateText({
        ...settings,
        prompt: "Give me JSON",
        model: chat(),
        output: Output.json(),
      });
      return { ...readSteps(steps), object: output };
    },
    judge: ({ object }) => typeof object === "object" ? undefined : `the value is ${JSON.stringify(object)}`,
  },
  ...["tool", "json_object"].map((mode): Case => ({
    name: `schema: an object by way of "${mode}"`,
    feature: `schemas by "${mode}"`,
    needs: ["chat", "tools", "schema"],
    peer: false,
    run: async ({ chat }) => {
      const { steps, output } = await generateText({
        ...settings,
        model: chat(),
        output: Output.object({ schema }),
        providerOptions: { runpod: { structuredOutputMode: mode } },
      });
      return { ...readSteps(steps), object: output };
    },
    judge: isColour,
  })),
  constrained("a choice", { choice: ["yes", "no"] }, /^(yes|no)$/),
  constrained("a regular expression", { regex: "[a-c]{3}-[0-9]{2}" }, /^[a-c]{3}-[0-9]{2}$/),
  constrained("a grammar", { grammar: 'root ::= "left" | "right"' }, /^(left|right)$/),
];
