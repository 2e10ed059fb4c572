/**
 * How late a job's result comes, and how many requests it takes, on a virtual clock.
 *
 * @module
 */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { IMAGE_CALL, VIDEO_CALL } from "../tests/capture.ts";
import { settled, withVirtualTime } from "../tests/virtual_time.ts";
import { quantile, round, type Table, tell } from "./harness.ts";
import { INCUMBENT, OURS, runpod } from "./peers.ts";

/** How long a request is on its way, and its answer. */
const WAY_MILLIS = 40;
const JOBS_A_BAND = 60;
/** Run times in seconds. */
const BANDS: Array<[from: number, to: number]> = [[0.3, 5], [5, 90], [90, 300], [300, 600]];
const FILE = "https://files.test/file";
const ORACLE = "oracle";
/** Images and videos, because the incumbent has its submission held for images alone. */
const CLIENTS = [ORACLE, ...[OURS, INCUMBENT].flatMap((name) => [`${name}, image`, `${name}, video`])];

interface Outcome {
  runMillis: number;
  /** Between the end of the job and the caller's having its result, without the download. */
  lateMillis: number;
  /** Without the download. */
  requests: number;
}

/** Patience for the longest job; both have shorter limits of their own. Polls are as the package makes them. */
const WAITS: Record<string, Record<string, number>> = {
  [OURS]: { timeoutMillis: 900_000 },
  [INCUMBENT]: { maxPollAttempts: 200 },
};

/** Runs jobs one after the other. */
async function runJobs(client: string, runTimes: number[]): Promise<Outcome[]> {
  if (client === ORACLE) return askOracle(runTimes);
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
      await settled(WAY_MILLIS);
      const response = await emulator.fetch(input, init);
      await settled(WAY_MILLIS);
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

/** What could be done by who knew the end of each job: held as long as we hold one, then one look at the right time. */
function askOracle(runTimes: number[]): Outcome[] {
  return runTimes.map((runMillis) => ({ runMillis, lateMillis: WAY_MILLIS, requests: runMillis < 90_000 ? 1 : 2 }));
}

/** Spread evenly over the orders of magnitude, and not on the beat of any schedule. */
function runTimesOf([from, to]: [number, number]): number[] {
  return Array.from({ length: JOBS_A_BAND }, (_, index) => {
    const place = ((index + 0.5) * 0.618_033_988_75) % 1;
    return Math.round(1000 * from * (to / from) ** place);
  });
}

const table: Table = {
  title: `How late a result comes, ${JOBS_A_BAND} jobs a row, ${WAY_MILLIS} ms each way`,
  columns: ["run time", "client", "median ms", "95 % ms", "median % of run time", "median requests", "most requests"],
  rows: [],
  marks: [],
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
    table.marks.push({ what: `${what}: median share of the run time`, value: round(share), atMost: 5 });
    if (band[1] <= 90) {
      table.marks.push({ what: `${what}: median ms`, value: round(quantile(late), 0), atMost: 300 });
      table.marks.push({ what: `${what}: requests`, value: most, atMost: 1 });
    }
  }
}
const longest = await runJobs(`${OURS}, image`, Array.from({ length: 20 }, () => 600_000));
table.marks.push({ what: "600 s: requests", value: Math.max(...longest.map(({ requests }) => requests)), atMost: 50 });
tell([table]);
