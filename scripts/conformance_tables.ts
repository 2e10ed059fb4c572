/**
 * The tables of the conformance run, from the recordings.
 *
 * @module
 */
import { casesFor } from "../tests/conformance/cases/all_cases.ts";
import { outcomeOf } from "../tests/conformance/outcome.ts";
import type { Recording } from "../tests/conformance/recording.ts";
import { replayCase } from "../tests/conformance/replay_case.ts";
import { RECORDINGS } from "../tests/data/recorded/all.ts";

/** Requests that are sent as they stand have no right answer. */
const UNJUDGED = "plain requests";

interface Outcome {
  name: string;
  outcome: string;
  peer?: string;
}

/**
 * What comes of the cases of each feature, by feature: what the provider reads in the recordings today, and the recorded
 * outcome where nothing else was recorded.
 */
async function outcomesOf(recording: Recording): Promise<Map<string, Outcome[]>> {
  const outcomes = new Map<string, Outcome[]>();
  for (const each of casesFor(recording.abilities)) {
    const recorded = recording.cases[each.name];
    if (recorded === undefined || each.feature === UNJUDGED) continue;
    const { exchanges, peer, outcome } = recorded;
    const today = exchanges ? outcomeOf(each, await replayCase(recording, each, exchanges)) : outcome;
    outcomes.set(each.feature, [...outcomes.get(each.feature) ?? [], { name: each.name, outcome: today, peer }]);
  }
  return outcomes;
}

/** All recordings, with their outcomes. */
async function allOutcomes(): Promise<Array<{ recording: Recording; outcomes: Map<string, Outcome[]> }>> {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  return await Promise.all(RECORDINGS.map(async (recording) => ({ recording, outcomes: await outcomesOf(recording) })));
}

const works = (outcome: string | undefined) => outcome === "works";

/** "yes", or how many of the cases work. */
function share(list: Array<{ outcome: string }> | undefined): string {
  if (list === undefined) return "";
  const good = list.filter(({ outcome }) => works(outcome)).length;
  return good === list.length ? "yes" : good === 0 ? "no" : `${good} of ${list.length}`;
}

/** The tables of the documentation of servers, by name. */
export async function conformanceTables(): Promise<Record<string, string[][]>> {
  const all = await allOutcomes();
  const features = [...new Set(all.flatMap(({ outcomes }) => [...outcomes.keys()]))];
  return {
    // Features by server: whether the cases work with this provider.
    features: [
      ["", ...all.map(({ recording: { title, version } }) => `${title} ${version}`)],
      ...features.map((feature) => [feature, ...all.map(({ outcomes }) => share(outcomes.get(feature)))]),
    ],
    // How many cases work with this provider and with the peer, of those that both were asked.
    peer: [
      ["Server", "Cases", "This provider", "`@ai-sdk/openai-compatible`"],
      ...all.flatMap(({ recording: { title, version }, outcomes }) => {
        const asked = [...outcomes.values()].flat().filter(({ peer }) => peer !== undefined);
        if (asked.length === 0) return [];
        const count = (key: "outcome" | "peer") => String(asked.filter((each) => works(each[key])).length);
        return [[`${title} ${version}`, String(asked.length), count("outcome"), count("peer")]];
      }),
    ],
    // The cases that do not work with this provider, and why.
    failures: [
      ["Server", "Case", "What comes of it"],
      ...all.flatMap(({ recording: { title }, outcomes }) =>
        [...outcomes.values()].flat()
          .filter(({ outcome }) => !works(outcome))
          .map(({ name, outcome }) => [title, name, cell(outcome)])
      ),
    ],
  };
}

/** A text that fits into a cell. */
function cell(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("`", "'");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
