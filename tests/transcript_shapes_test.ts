/** Transcripts in the shapes of real workers, and others of their kinds: all of it is read, or its loss is told. */
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { completed } from "./answers.ts";
import { capture } from "./capture.ts";
import { WAV } from "./files.ts";

async function read(output: unknown) {
  const { runpod } = capture(() => completed(output));
  const result = await runpod.transcription("mine").doGenerate({ audio: WAV, mediaType: "audio/wav" });
  const timed = (list: typeof result.segments = []) =>
    list.map(({ text, startSecond, endSecond }) => `${text} ${startSecond}-${endSecond}`);
  const told = result.warnings.map((warning) => "message" in warning ? warning.message : warning.type);
  return {
    text: result.text,
    segments: timed(result.segments),
    words: timed(result.words),
    language: result.language,
    told,
  };
}

const segment = (text: string, start: number | null, end: number | null, words?: unknown[]) => ({
  id: 0,
  text: ` ${text}`,
  start,
  end,
  ...(words && { words }),
});
const word = (word: string, start?: number, end?: number) => ({ word: ` ${word}`, start, end, probability: 0.9 });

const withoutTimes = (what: string, count: number) =>
  `The output has ${what} without times, which are in the text alone: ${count}`;

describe("a transcript", () => {
  const SHAPES: Array<[name: string, output: unknown, right: Partial<Awaited<ReturnType<typeof read>>>]> = [
    ["of one segment in a list", [segment("Four score.", 0.1, 1.2)], {
      text: "Four score.",
      segments: ["Four score. 0.1-1.2"],
    }],
    ["of one segment under a key", { segments: [segment("Four score.", 0.1, 1.2)], detected_language: "en" }, {
      text: "Four score.",
      segments: ["Four score. 0.1-1.2"],
      language: "en",
    }],
    ["of one segment that is the output", segment("Four score.", 0, 1.2), { text: "Four score." }],
    ["in groups, as a list of generators has them", [{
      result: [
        [segment("Shalom", 0, 1, [word("Shalom", 0, 1)])],
        [segment("olam", 1, 2, [word("olam", 1, 2)]), segment("tov", 2, 3, [word("tov", 2, 3)])],
      ],
    }], {
      text: "Shalom olam tov",
      segments: ["Shalom 0-1", "olam 1-2", "tov 2-3"],
      words: ["Shalom 0-1", "olam 1-2", "tov 2-3"],
    }],
    ["in groups, as they are yielded", [[segment("Shalom", 0, 1)], [segment("olam", 1, 2)]], {
      text: "Shalom olam",
      segments: ["Shalom 0-1", "olam 1-2"],
    }],
    ["in one group", [[segment("Shalom", 0, 1)]], { text: "Shalom", segments: ["Shalom 0-1"] }],
    ["in parts that are transcripts", [
      { text: "One.", segments: [segment("One.", 0, 1)], language: "en" },
      { text: "Two.", segments: [segment("Two.", 1, 2)], language: "en" },
    ], { text: "One. Two.", segments: ["One. 0-1", "Two. 1-2"], language: "en" }],
    ["in JSON text", JSON.stringify({ text: "One.", segments: [segment("One.", 0, 1)] }), {
      text: "One.",
      segments: ["One. 0-1"],
    }],
    ["of chunks whose last one has no end", {
      text: " One. Two.",
      chunks: [{ timestamp: [0, 1.5], text: " One." }, { timestamp: [1.5, null], text: " Two." }],
    }, { text: "One. Two.", segments: ["One. 0-1.5", "Two. 1.5-1.5"] }],
    ["of chunks whose last one ends with the recording", {
      duration: 4,
      chunks: [{ timestamp: [0, 1.5], text: " One." }, { timestamp: [1.5, null], text: " Two." }],
    }, { segments: ["One. 0-1.5", "Two. 1.5-4"] }],
    ["of segments whose first one has no end", [segment("One.", 0, null), segment("Two.", 2, 3)], {
      segments: ["One. 0-2", "Two. 2-3"],
    }],
    ["with times as a clock shows them", { segments: [{ text: "One.", start: "00:00:01.500", end: "00:00:02,5" }] }, {
      segments: ["One. 1.5-2.5"],
    }],
    ["with other names of the times", { utterances: [{ text: "One.", start_time: 1, end_time: 2 }] }, {
      segments: ["One. 1-2"],
    }],
    ["with words that could not be aligned", {
      segments: [segment("In 1863 he spoke.", 0, 2, [word("In", 0, 0.2), word("1863"), word("he", 1, 1.2)])],
      word_segments: [word("In", 0, 0.2), word("1863"), word("he", 1, 1.2)],
      detected_language: "en",
    }, {
      text: "In 1863 he spoke.",
      language: "en",
      words: ["In 0-0.2", "he 1-1.2"],
    }],
    ["with words that are texts", { text: "In 1863", words: ["In", "1863"] }, {
      words: [],
      told: [withoutTimes("words", 2)],
    }],
    ["with a segment without times", { segments: [segment("One.", 0, 1), { text: "Two." }] }, {
      text: "One. Two.",
      segments: ["One. 0-1"],
      told: [withoutTimes("segments", 1)],
    }],
    ["beside parts without a text", [segment("One.", 0, 1), { status: "completed" }], {
      text: "One.",
      segments: ["One. 0-1"],
      told: ["The output has parts without a text, which are left out: 1"],
    }],
    ["that begins with a bracket", "[music] Hello", { text: "[music] Hello", told: [] }],
  ];
  for (const [name, output, right] of SHAPES) {
    it(name, async () => {
      const result = await read(output);
      const asked = Object.fromEntries(Object.keys(right).map((key) => [key, result[key as keyof typeof result]]));
      assertEquals(asked, right);
      if (right.told === undefined && !name.includes("aligned")) assertEquals(result.told, []);
    });
  }

  it("with words that could not be aligned tells of them", async () => {
    const words = [word("In", 0, 0.2), word("1863"), word("he", 1, 1.2)];
    for (const output of [{ text: "In 1863 he", words }, { segments: [segment("In 1863 he", 0, 2, words)] }]) {
      assertEquals((await read(output)).told, [withoutTimes("words", 1)]);
    }
  });
});
