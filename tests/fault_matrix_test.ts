/**
 * The fault matrix: each way to run a job, with each fault, at each stage of the job. In every case the result comes, or
 * an error that says what a caller needs to know; no job is lost, and none runs twice.
 *
 * To read it: `job_ways.ts` has the ways, `fault_kinds.ts` the faults, `fault_stages.ts` the stages, and
 * `fault_guarantee.ts` what must come of each case.
 */
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import type { EmulatedRequest } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { expectedOf } from "./fault_guarantee.ts";
import { FAULTS } from "./fault_kinds.ts";
import { doesFail, type JobLength, RUN_MILLIS, type StageName, STAGES } from "./fault_stages.ts";
import { errorOfJob, outcomeOf, type WayName } from "./job_ways.ts";
import { inJobWorld, SUBMISSIONS } from "./job_world.ts";
import { settled } from "./virtual_time.ts";

const TIMEOUT_MILLIS = 200_000;

interface Case {
  stageName: StageName;
  job: JobLength;
  fault: string;
  way: WayName;
}

const CASES: Case[] = (Object.keys(STAGES) as StageName[]).flatMap((stageName) => {
  const { jobs, faults, ways } = STAGES[stageName];
  return jobs.flatMap((job) => faults.flatMap((fault) => ways.map((way) => ({ stageName, job, fault, way }))));
});

/** What was seen in all cases together. */
const total = { cases: 0, jobsRunTwice: 0, jobsLost: 0 };

async function checkCase({ stageName, job, fault, way }: Case): Promise<void> {
  const stage = STAGES[stageName];
  let requests = 0;
  let faults = 0;

  const intercept = async ({ operation }: EmulatedRequest, next: () => Promise<Response>) => {
    if (!stage.operations.includes(operation) || !doesFail(stage, requests++)) return await next();
    faults++;
    if (!stage.isAnswerLost) return await FAULTS[fault].answer(next);
    // The service does what it is asked to, then the fault replaces its answer.
    const answer = await next();
    return await FAULTS[fault].answer(() => Promise.resolve(answer));
  };

  const { statusSync } = stage;
  await inJobWorld({ jobs: { runMillis: RUN_MILLIS[job] }, behavior: { statusSync }, intercept }, async (world) => {
    const { clock, emulator, count } = world;
    const error = await errorOfJob(world, way, { timeoutMillis: TIMEOUT_MILLIS });
    assert(faults > 0, "the fault did not happen");
    assert(clock.elapsed() <= TIMEOUT_MILLIS, `it took ${clock.elapsed()} ms`);

    // A cancel is sent in the background.
    await settled();
    const outcome = outcomeOf(error, world, way);
    total.cases++;
    if (emulator.jobs.length > 1) total.jobsRunTwice++;
    const isKnown = outcome === "result" || RunpodJobError.isInstance(error);
    // Where the answer to the submission is lost, nobody can know the job.
    if (emulator.jobs.length > 0 && !isKnown && !stage.isAnswerLost) total.jobsLost++;

    const submissions = count(...SUBMISSIONS) > 3 ? "many" : count(...SUBMISSIONS);
    assertEquals(
      { outcome, submissions, jobs: emulator.jobs.length, cancels: count("cancel") },
      expectedOf(stageName, FAULTS[fault].meaning, way),
    );
    for (const { jobId, operation } of emulator.requests) {
      if (!SUBMISSIONS.includes(operation)) assertEquals(jobId, emulator.jobs[0].id);
    }
  });
}

describe("a job is never lost and never runs twice", () => {
  for (const testCase of CASES) {
    const { stageName, job, fault, way } = testCase;
    it(`${way}: ${fault} in ${stageName}${job === "instant" ? " of an instant job" : ""}`, () => checkCase(testCase));
  }

  it("in all of these cases", () => {
    assertEquals(total, { cases: CASES.length, jobsRunTwice: 0, jobsLost: 0 });
  });
});
