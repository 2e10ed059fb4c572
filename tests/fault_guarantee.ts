/**
 * What the provider guarantees for each cell of the fault matrix.
 *
 * @module
 */
import type { Meaning } from "./fault_kinds.ts";
import type { StageName } from "./fault_stages.ts";
import { type Outcome, RETRIED, type WayName } from "./job_ways.ts";

/** How a call ends, and what it costs. */
export interface Expected {
  outcome: Outcome;
  /** The number of submissions that were sent; "many" for more than three. */
  submissions: number | "many";
  /** The number of jobs that the service has accepted. */
  jobs: number;
  /** The number of cancels that were sent. */
  cancels: number;
}

/** A line of the guarantee. Without `meaning` it holds for any fault, without `ways` for any way. */
interface Rule {
  meaning?: Meaning;
  ways?: WayName[];
  expected: Expected;
}

/** Of each stage the first rule holds that fits. */
const GUARANTEE: Record<StageName, Rule[]> = {
  // A submission is sent again only when there is certainly no job of it: by the provider after a rate limit, and by the
  // AI SDK, twice, when it was not sent. The client of an endpoint leaves that to its caller.
  "the submission": [
    { meaning: "rate limited", expected: { outcome: "result", submissions: 2, jobs: 1, cancels: 0 } },
    { meaning: "not sent", ways: RETRIED, expected: { outcome: "result", submissions: 2, jobs: 1, cancels: 0 } },
    { meaning: "not sent", expected: { outcome: "retryable", submissions: 1, jobs: 0, cancels: 0 } },
    { expected: { outcome: "not retryable", submissions: 1, jobs: 0, cancels: 0 } },
  ],
  "every submission": [
    { meaning: "rate limited", expected: { outcome: "not retryable", submissions: "many", jobs: 0, cancels: 0 } },
    {
      meaning: "not sent",
      ways: RETRIED,
      expected: { outcome: "retries exhausted", submissions: 3, jobs: 0, cancels: 0 },
    },
    { meaning: "not sent", expected: { outcome: "retryable", submissions: 1, jobs: 0, cancels: 0 } },
    { expected: { outcome: "not retryable", submissions: 1, jobs: 0, cancels: 0 } },
  ],
  // Nobody can know the id of this job, so it cannot be read or cancelled. But no second job runs.
  "the answer to an accepted submission": [
    { expected: { outcome: "not retryable", submissions: 1, jobs: 1, cancels: 0 } },
  ],

  // A transient fault does not cost the result of an accepted job.
  "the first status read": [{ expected: { outcome: "result", submissions: 1, jobs: 1, cancels: 0 } }],
  "the third status read": [{ expected: { outcome: "result", submissions: 1, jobs: 1, cancels: 0 } }],
  "the download": [{ expected: { outcome: "result", submissions: 1, jobs: 1, cancels: 0 } }],

  // A permanent fault does not cost the id of the job: it is in the error.
  "every status read": [{ expected: { outcome: "deadline", submissions: 1, jobs: 1, cancels: 1 } }],
  "every plain status read": [{ expected: { outcome: "deadline", submissions: 1, jobs: 1, cancels: 1 } }],
  "every download": [{ expected: { outcome: "no-output", submissions: 1, jobs: 1, cancels: 0 } }],
};

/** What must come of a call. */
export function expectedOf(stage: StageName, meaning: Meaning, way: WayName): Expected {
  // A late answer is an answer.
  if (meaning === "late") return { outcome: "result", submissions: 1, jobs: 1, cancels: 0 };
  const fits = (rule: Rule) => (rule.meaning ?? meaning) === meaning && (rule.ways ?? [way]).includes(way);
  return GUARANTEE[stage].find(fits)!.expected;
}
