import { APICallError, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import fc from "fast-check";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { pieces, stream } from "./answers.ts";
import { capture } from "./capture.ts";
import { COMPLETIONS, ERRORS, type Recording, STREAMS } from "./data/recordings.ts";
import { goodFinishOf, partsOfType, reasoningOf, textOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";

const CALL = { prompt: PROMPT, reasoning: "high" as const };

const modelFor = ({ model }: Recording, answer: () => Response) => {
  const { runpod } = capture(answer);
  return model in KNOWN ? runpod(model) : runpod("abc123", { model });
};
const KNOWN: Record<string, true> = {
  "qwen/qwen3-32b-awq": true,
  "openai/gpt-oss-120b": true,
  "moonshotai/kimi-k3": true,
  "deep-cogito/deep-cogito-v2-llama-70b": true,
};

async function partsOf(recording: Recording, body: Parameters<typeof stream>[0]): Promise<LanguageModelV4StreamPart[]> {
  return await Array.fromAsync((await modelFor(recording, () => stream(body)).doStream(CALL)).stream);
}

/** The parts, with neighbouring deltas of a block joined. */
function joined(parts: LanguageModelV4StreamPart[]): LanguageModelV4StreamPart[] {
  return parts.reduce<LanguageModelV4StreamPart[]>((list, part) => {
    const last = list.at(-1);
    if ("delta" in part && last && "delta" in last && last.type === part.type && last.id === part.id) {
      list[list.length - 1] = { ...last, delta: last.delta + part.delta } as LanguageModelV4StreamPart;
    } else list.push(part);
    return list;
  }, []);
}

describe("a stream in the form of", () => {
  for (const [name, recording] of Object.entries(STREAMS)) {
    it(`${name} has its text, reasoning and tool calls`, async () => {
      const parts = await partsOf(recording, recording.body);
      assertEquals([reasoningOf(parts), textOf(parts)], [recording.reasoning ?? "", recording.text]);
      assertEquals(
        partsOfType(parts, "tool-call").map(({ toolCallId, toolName, input }) => [toolCallId, toolName, input]),
        recording.calls ?? [],
      );
      const { finishReason, usage } = goodFinishOf(parts);
      assertEquals(finishReason.unified, recording.finishReason as "stop");
      assertEquals(usage.outputTokens.total, recording.outputTokens);
      if (name === "Kimi") assertEquals(usage.inputTokens.cacheRead, 128);
    });

    it(`${name} has the same parts wherever its bytes are split`, async () => {
      const bytes = new TextEncoder().encode(recording.body);
      const expected = await partsOf(recording, recording.body);
      const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 80 });
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          const edges = [0, ...places.sort((a, b) => a - b), bytes.length];
          const body = pieces(edges.slice(1).map((end, index) => bytes.slice(edges[index], end)));
          assertEquals(await partsOf(recording, body), expected);
        }),
        { numRuns: 25 },
      );
    });

    it(`${name} has the same parts as the output of a job, in pieces of any size`, async () => {
      const expected = joined(await partsOf(recording, recording.body));
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
          const output = [...recording.body].reduce<string[]>((list, letter, index) => {
            if (index % size === 0) list.push("");
            list[list.length - 1] += letter;
            return list;
          }, []);
          const answer = () => Response.json({ id: "1-u1", status: "COMPLETED", output });
          const { stream } = await modelFor(recording, answer).doStream(CALL);
          assertEquals(joined(await Array.fromAsync(stream)), expected);
        }),
        { numRuns: 5 },
      );
    });
  }
});

describe("a completion in the form of", () => {
  for (const [name, recording] of Object.entries(COMPLETIONS)) {
    it(`${name} has its text, reasoning and tool calls, whole and where a stream was requested`, async () => {
      const answer = () => new Response(recording.body, { headers: { "content-type": "application/json" } });
      const result = await modelFor(recording, answer).doGenerate(CALL);
      const told = (type: string) =>
        result.content.map((part) => part.type === type && "text" in part ? part.text : "").join("");
      assertEquals([told("reasoning"), told("text")], [recording.reasoning ?? "", recording.text]);
      assertEquals(
        result.content.flatMap((part) =>
          part.type === "tool-call" ? [[part.toolCallId, part.toolName, part.input]] : []
        ),
        recording.calls ?? [],
      );
      assertEquals(result.finishReason.unified, recording.finishReason as "stop");
      assertEquals(result.usage.outputTokens.total, recording.outputTokens);

      const { stream } = await modelFor(recording, answer).doStream(CALL);
      const parts = await Array.fromAsync(stream);
      assertEquals([reasoningOf(parts), textOf(parts)], [recording.reasoning ?? "", recording.text]);
    });
  }
});

describe("an error in the form of", () => {
  for (const [name, [status, body, says, isRetryable]] of Object.entries(ERRORS)) {
    it(`${name} has the message of the server`, async () => {
      const { runpod } = capture(({ method }) =>
        method === "GET" ? new Response("", { status: 404 }) : new Response(body, { status })
      );
      for (const method of ["doGenerate", "doStream"] as const) {
        const error = await assertRejects(
          () => runpod("abc123", { model: "x" })[method]({ prompt: PROMPT }),
          APICallError,
        );
        for (const words of says) assertStringIncludes(error.message, words);
        assertEquals([error.statusCode, error.isRetryable, error.responseBody], [status, isRetryable, body]);
      }
    });
  }
});
