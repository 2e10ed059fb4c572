/**
 * The stages of the fault matrix: which requests of a job the fault strikes.
 *
 * @module
 */
import { FAULTS } from "./fault_kinds.ts";
import { ALL_WAYS, DOWNLOADED, WAITED_FOR, type WayName } from "./job_ways.ts";
import { type Operation, STATUS_READS, SUBMISSIONS } from "./job_world.ts";

/** How long a job runs. A slow job is longer than the 90 s for which `/runsync` waits, so that its status is read. */
export const RUN_MILLIS = { slow: 130_000, instant: 0 };
export type JobLength = keyof typeof RUN_MILLIS;

/** Some of the requests that a job takes. */
export interface Stage {
  /** What these requests ask of the service. */
  operations: Operation[];
  /** Which of them fail, in the order in which they are sent. */
  which: "first" | "third" | "every";
  /** Whether the service does what it is asked to, and only its answer is lost. */
  isAnswerLost?: boolean;
  /** The ways to run a job that send such requests. */
  ways: WayName[];
  jobs: JobLength[];
  /** What the service does with held status reads. Default: holds them. */
  statusSync?: "missing";
  /** The faults that are tried. */
  faults: string[];
}

const SLOW: JobLength[] = ["slow"];
const BOTH: JobLength[] = ["slow", "instant"];

const ALL_FAULTS = Object.keys(FAULTS);
/** The faults that may follow a submission which the service has accepted. */
const AFTER_ACCEPTANCE = ALL_FAULTS.filter((name) => !["not sent", "rate limited"].includes(FAULTS[name].meaning));

const stages = {
  "the submission": { operations: SUBMISSIONS, which: "first", ways: ALL_WAYS, jobs: BOTH, faults: ALL_FAULTS },
  "every submission": { operations: SUBMISSIONS, which: "every", ways: ALL_WAYS, jobs: BOTH, faults: ALL_FAULTS },
  "the answer to an accepted submission": {
    operations: SUBMISSIONS,
    which: "first",
    isAnswerLost: true,
    ways: ALL_WAYS,
    jobs: BOTH,
    faults: AFTER_ACCEPTANCE,
  },
  "the first status read": { operations: STATUS_READS, which: "first", ways: ALL_WAYS, jobs: SLOW, faults: ALL_FAULTS },
  "the third status read": {
    operations: STATUS_READS,
    which: "third",
    statusSync: "missing",
    ways: ALL_WAYS,
    jobs: SLOW,
    faults: ALL_FAULTS,
  },
  "every plain status read": {
    operations: ["status"],
    which: "every",
    statusSync: "missing",
    ways: WAITED_FOR,
    jobs: SLOW,
    faults: ALL_FAULTS,
  },
  "every status read": { operations: STATUS_READS, which: "every", ways: WAITED_FOR, jobs: SLOW, faults: ALL_FAULTS },
  "the download": { operations: ["file"], which: "first", ways: DOWNLOADED, jobs: BOTH, faults: ALL_FAULTS },
  "every download": { operations: ["file"], which: "every", ways: DOWNLOADED, jobs: BOTH, faults: ALL_FAULTS },
} satisfies Record<string, Stage>;

/** The name of a stage. */
export type StageName = keyof typeof stages;

/** The stages by their names. */
export const STAGES: Record<StageName, Stage> = stages;

/** Whether a request of a stage fails. The first one has index 0. */
export function doesFail({ which }: Stage, index: number): boolean {
  return which === "every" || index === (which === "first" ? 0 : 2);
}
