import { words } from "../../common/words.ts";

/** Words that do not tell the subject of a prompt, such as the verbs that prompts begin with. */
const commonWords: Set<string> = new Set(
  (
    "a about after all also an and any are as at be because been before but by can could create describe did do does each explain find for from " +
    "generate get give had has have help her here him his how i if in into invent is it its just let like list make may me might more most must my need " +
    "new no not now of on one or our out please provide s say she should show so some tell than that the their them then there these they this those to " +
    "up us use using very want was we were what when where which who why will with word would write you your"
  ).split(" "),
);

/** The words that tell a text's subject, in lower case and in order, each once. */
export function keywords(text: string): string[] {
  return [...new Set(words(text))].filter((word) => !commonWords.has(word));
}

/** The subject of a prompt, in its own words: what follows "about", or else its keywords. */
export function topic(prompt: string): string {
  const about = prompt.match(/\babout\s+([^.?!\n]+)/i)?.[1];
  const source = about ?? prompt;
  const kept = (source.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? []).filter((word) =>
    about !== undefined || !commonWords.has(word.toLowerCase())
  );
  return kept.slice(0, 8).join(" ") || "that";
}

const capitalised = String.raw`\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*)*`;
const afterPreposition = new RegExp(String.raw`\b(?:in|at|for|near|to|from)\s+(${capitalised})`, "u");
const insideSentence = new RegExp(String.raw`[\p{Ll},]\s+(${capitalised})`, "u");

/** The likeliest proper name in a prompt: capitalised words after "in" or a similar word, or else inside a sentence. */
export function properName(prompt: string): string | undefined {
  return prompt.match(afterPreposition)?.[1] ?? prompt.match(insideSentence)?.[1];
}

/** The first quoted part of a prompt. */
export function quoted(prompt: string): string | undefined {
  return prompt.match(/["“”«]([^"“”«»]+)["“”»]/)?.[1];
}

/** The numbers of a prompt, in order. */
export function numbers(prompt: string): number[] {
  return (prompt.match(/(?<![\p{L}\p{N}.])-?\d+(?:\.\d+)?/gu) ?? []).map(Number);
}

/** Capitalises each word. */
export function titleCase(text: string): string {
  return text.replace(/(^|\s)(\p{Ll})/gu, (_, space: string, letter: string) => space + letter.toUpperCase());
}
