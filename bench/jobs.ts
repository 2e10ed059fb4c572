/**
 * How late the result of a job arrives, and how many requests it takes, on a virtual clock.
 *
 * @module
 */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { IMAGE_CALL, VIDEO_CALL } from "../tests/smallest_calls.ts";
import { settled, withVirtualTime } from "../tests/virtual_time.ts";
import { quantile, report, round, type Table } from "./harness.ts";
import { INCUMBENT, OURS, runpod } from "./peers.ts";

/** How long a request travels, and its answer. */
const TRIP_MILLIS = 40;
const JOBS_PER_BAND = 60;
/** The ranges of the run times, in seconds. */
const BANDS: Array<[from: number, to: number]> = [[0.3, 5], [5, 90], [90, 300], [300, 600]];
const FILE = "https://files.test/file";
const ORACLE = "oracle";
/** Images and videos, because the incumbent waits within its submission for images only. */
const CLIENTS = [ORACLE, ...[OURS, INCUMBENT].flatMap((name) => [`${name}, image`, `${name}, video`])];

interface Outcome {
  runMillis: number;
  /** The time between the end of the job and the result at the caller, without the download. */
  lateMillis: number;
  /** The number of requests, without the download. */
  requests: number;
}

/** Timeouts for the longest job, because both have shorter ones. The polling is that of each package. */
const WAITS: Record<string, Record<string, number>> = {
  [OURS]: { timeoutMillis: 900_000 },
  [INCUMBENT]: { maxPollAttempts: 200 },
};

/** Runs jobs one after the other. */
async function runJobs(client: string, runTimes: number[]): Promise<Outcome[]> {
  if (client === ORACLE) return oracleOutcomes(runTimes);
  const [name, kind] = client.split(", ");
  return await withVirtualTime(async (clock) => {
    let endedAt = 0;
    let requests = 0;
    const emulator = createRunpodEmulator({
      endpoints: {
        mine: {
          idleTimeoutMillis: Infinity,
          worker: async ({ millis }) => {
            await settled(millis as number);
            endedAt = clock.elapsed();
            return { image_url: FILE, video_url: FILE };
          },
        },
      },
    });
    const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
      if (String(input) === FILE) return new Response(Uint8Array.of(1), { headers: { "content-type": "image/png" } });
      requests++;
      await settled(TRIP_MILLIS);
      const response = await emulator.fetch(input, init);
      await settled(TRIP_MILLIS);
      return response;
    };
    const { imageModel, videoModel } = await runpod(name, fetch as typeof globalThis.fetch);
    const outcomes: Outcome[] = [];
    for (const millis of runTimes) {
      requests = 0;
      const providerOptions = { runpod: { ...WAITS[name], millis } };
      if (kind === "video") await videoModel("mine").doGenerate({ ...VIDEO_CALL, providerOptions });
      else await imageModel("mine").doGenerate({ ...IMAGE_CALL, size: "1024x1024", providerOptions });
      outcomes.push({ runMillis: millis, lateMillis: clock.elapsed() - endedAt, requests });
    }
    return outcomes;
  });
}

/** The results of a client that knows when each job ends: it waits as long as we do, then reads once, in time. */
function oracleOutcomes(runTimes: number[]): Outcome[] {
  return runTimes.map((runMillis) => ({ runMillis, lateMillis: TRIP_MILLIS, requests: runMillis < 90_000 ? 1 : 2 }));
}

/** Run times that are spread evenly on a logarithmic scale and follow no polling schedule. */
function runTimesOf([from, to]: [number, number]): number[] {
  return Array.from({ length: JOBS_PER_BAND }, (_, index) => {
    const place = ((index + 0.5) * 0.618_033_988_75) % 1;
    return Math.round(1000 * from * (to / from) ** place);
  });
}

const table: Table = {
  title: `How late a result comes, ${JOBS_PER_BAND} jobs a row, ${TRIP_MILLIS} ms each way`,
  columns: ["run time", "client", "median ms", "95 % ms", "median % of run time", "median requests", "most requests"],
  rows: [],
  targets: [],
};
for (const band of BANDS) {
  const runTimes = runTimesOf(band);
  const what = `${band[0]} to ${band[1]} s`;
  for (const client of CLIENTS) {
    const outcomes = await runJobs(client, runTimes);
    const late = outcomes.map(({ lateMillis }) => lateMillis);
    const share = quantile(outcomes.map(({ lateMillis, runMillis }) => lateMillis / runMillis * 100));
    const requests = outcomes.map(({ requests }) => requests);
    const most = Math.max(...requests);
    table.rows.push([
      what,
      client,
      round(quantile(late), 0),
      round(quantile(late, 0.95), 0),
      round(share),
      quantile(requests),
      most,
    ]);
    if (client !== `${OURS}, image`) continue;
    table.targets.push({ what: `${what}: median share of the run time`, value: round(share), atMost: 5 });
    if (band[1] <= 90) {
      table.targets.push({ what: `${what}: median ms`, value: round(quantile(late), 0), atMost: 300 });
      table.targets.push({ what: `${what}: requests`, value: most, atMost: 1 });
    }
  }
}
const longest = await runJobs(`${OURS}, image`, Array.from({ length: 20 }, () => 600_000));
table.targets.push({
  what: "600 s: requests",
  value: Math.max(...longest.map(({ requests }) => requests)),
  atMost: 50,
});
report([table]);
