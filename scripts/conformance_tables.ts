/**
 * The tables of the conformance run, from the recordings.
 *
 * @module
 */
import { casesFor } from "../tests/conformance/all_cases.ts";
import type { Recording } from "../tests/conformance/recording.ts";
import { RECORDINGS } from "../tests/data/recorded/all.ts";

/** Requests that are sent as they stand have no right answer. */
const UNJUDGED = "plain requests";

/** What came of the cases of each feature, by feature. */
function outcomesOf(
  { abilities, cases }: Recording,
): Map<string, Array<{ name: string; outcome: string; peer?: string }>> {
  const outcomes = new Map<string, Array<{ name: string; outcome: string; peer?: string }>>();
  for (const { name, feature } of casesFor(abilities)) {
    const recorded = cases[name];
    if (recorded === undefined || feature === UNJUDGED) continue;
    outcomes.set(feature, [...outcomes.get(feature) ?? [], { name, ...recorded }]);
  }
  return outcomes;
}

const works = (outcome: string | undefined) => outcome === "works";

/** "yes", or how many of the cases work. */
function share(list: Array<{ outcome: string }> | undefined): string {
  if (list === undefined) return "";
  const good = list.filter(({ outcome }) => works(outcome)).length;
  return good === list.length ? "yes" : good === 0 ? "no" : `${good} of ${list.length}`;
}

/** Features by server: whether the cases work with this provider. */
export function featureTable(): string[][] {
  const columns = RECORDINGS.map(outcomesOf);
  const features = [...new Set(columns.flatMap((outcomes) => [...outcomes.keys()]))];
  return [
    ["", ...RECORDINGS.map(({ title, version }) => `${title} ${version}`)],
    ...features.map((feature) => [feature, ...columns.map((outcomes) => share(outcomes.get(feature)))]),
  ];
}

/** How many cases work with this provider and with the peer, of those that both were asked. */
export function peerTable(): string[][] {
  return [
    ["Server", "Cases", "This provider", "`@ai-sdk/openai-compatible`"],
    ...RECORDINGS.flatMap((recording) => {
      const asked = [...outcomesOf(recording).values()].flat().filter(({ peer }) => peer !== undefined);
      if (asked.length === 0) return [];
      const count = (key: "outcome" | "peer") => String(asked.filter((each) => works(each[key])).length);
      return [[`${recording.title} ${recording.version}`, String(asked.length), count("outcome"), count("peer")]];
    }),
  ];
}

/** The cases that do not work with this provider, and why. */
export function failureTable(): string[][] {
  return [
    ["Server", "Case", "What comes of it"],
    ...RECORDINGS.flatMap((recording) =>
      [...outcomesOf(recording).values()].flat()
        .filter(({ outcome }) => !works(outcome))
        .map(({ name, outcome }) => [recording.title, name, cell(outcome)])
    ),
  ];
}

/** A text that fits into a cell. */
function cell(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("`", "'");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
