/**
 * Asks real servers the cases of the conformance run, and records what they answer.
 *
 *     deno task servers                        every server
 *     deno task servers vllm llama             the servers whose names contain "vllm" or "llama"
 *     deno task servers llama --cases=tools    the cases whose names contain "tools"; the others keep their recordings
 *     deno task servers --folder=DIR           where servers and models are installed (default: .servers)
 *     deno task servers --sources=NAME:DIR     where the sources of a server are that comes from no registry
 *     deno task servers --check                records nothing; fails where an outcome is not the recorded one
 */
import { outcomeOf, readCase } from "../../tests/conformance/outcome.ts";
import { casesFor } from "../../tests/conformance/cases/all_cases.ts";
import type { Case, Reading, World } from "../../tests/conformance/case.ts";
import type { RecordedCase } from "../../tests/conformance/recording.ts";
import { SERVER_KEY, worldOf } from "../../tests/conformance/world.ts";
import { isChosen, listOption } from "../arguments.ts";
import { root } from "../files.ts";
import { SERVERS } from "./all_servers.ts";
import { normaliser } from "./normal.ts";
import { peerWorld } from "./peer.ts";
import { missingCommands, type Place, placeIn } from "./place.ts";
import { recordingFetch } from "./recorder.ts";
import { readRecording, writeRecording } from "./recording_files.ts";
import type { Server } from "./server.ts";

const folder = new URL(`file://${await Deno.realPath(await madeFolder())}/`);
const sources = Object.fromEntries((listOption("sources") ?? []).map((entry) => entry.split(/:(.*)/s)));
const words = listOption("cases");
// What a case is warned of is in its reading.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** With which a run is ended early. The servers must not stay behind. */
const SIGNALS: Deno.Signal[] = ["SIGINT", "SIGTERM"];
const onlyChecks = Deno.args.includes("--check");

async function madeFolder(): Promise<string> {
  const [named] = listOption("folder") ?? [];
  const path = named ?? decodeURIComponent(new URL(".servers", root).pathname);
  await Deno.mkdir(path, { recursive: true });
  return path;
}

/** The servers with exactly one of the names on the command line, or else those whose names contain one. */
function chosenServers(): Server[] {
  const exact = SERVERS.filter(({ server }) => Deno.args.includes(server));
  return exact.length > 0 ? exact : SERVERS.filter(({ server }) => isChosen(server));
}

/** Runs the cases on a server. Returns the outcomes that differ from the recorded ones. */
async function runServer(server: Server): Promise<string[]> {
  const place = placeIn(folder, sources);
  const interrupt = () => void stopQuietly(place).then(() => Deno.exit(1));
  for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt);
  console.log(`\n${server.title} ${server.version}`);
  try {
    const origin = await server.start(place, SERVER_KEY);
    const before = await readRecording(server);
    const cases = casesFor(server.abilities);
    const chosen = cases.filter(({ name }) => words?.some((word) => name.includes(word)) ?? true);
    const ran: Record<string, RecordedCase> = {};
    for (const each of chosen) ran[each.name] = await runCase(server, each, origin);
    if (!onlyChecks) {
      // In the order of the list. Cases that were taken from the list are dropped.
      const entries = cases.map(({ name }) => [name, ran[name] ?? before?.cases[name]]).filter(([, it]) => it);
      await writeRecording(server, Object.fromEntries(entries));
    }
    return chosen.flatMap(({ name }) => {
      const [is, was] = [ran[name].outcome, before?.cases[name]?.outcome];
      return was === undefined || kindOf(is) === kindOf(was)
        ? []
        : [`${server.server}: ${name}: ${is}, before: ${was}`];
    });
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupt);
    await stopQuietly(place);
  }
}

async function runCase(server: Server, each: Case, origin: string): Promise<RecordedCase> {
  const { fetch, exchanges, settled } = recordingFetch(SERVER_KEY);
  const busy = server.busy && (() => server.busy!(origin, SERVER_KEY));
  const world = worldOf(server, origin, fetch, busy);
  const normal = normaliser(folder.pathname);
  const outcome = normal(outcomeOf(each, await readInTime(each, world))) as string;
  await settled();
  const recorded: RecordedCase = { outcome };
  if (each.peer !== false && server.transport === undefined) {
    const peer = peerWorld(world, origin + server.basePath);
    recorded.peer = normal(outcomeOf(each, await readInTime(each, peer))) as string;
  }
  if (!each.unrecorded) recorded.exchanges = exchanges.map((exchange) => normal(exchange) as typeof exchange);
  console.log(`  ${each.name}: ${outcome}${recorded.peer ? `   (peer: ${recorded.peer})` : ""}`);
  return recorded;
}

/** The most time that one case may take. */
const CASE_MILLIS = 180_000;

/** Runs a case. One that never ends is as bad as one that fails. */
async function readInTime(each: Case, world: World): Promise<Reading> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<Reading>((resolve) => {
    const error = { name: "Error", message: `there was no answer within ${CASE_MILLIS / 1000} seconds` };
    timer = setTimeout(() => resolve({ error }), CASE_MILLIS);
  });
  return await Promise.race([readCase(each, world), late]).finally(() => clearTimeout(timer));
}

/** "works", "refused" or "wrong". */
function kindOf(outcome: string): string {
  return outcome.split(":")[0];
}

async function stopQuietly(place: Place): Promise<void> {
  await place.stop().catch((error) => console.error(`  it could not be stopped: ${error.message}`));
}

const missing = await missingCommands(["python3"]);
if (missing.length > 0) {
  console.error("There is no python3, with which the servers are installed and their models are made.");
  Deno.exit(1);
}

const problems: string[] = [];
for (const server of chosenServers()) {
  const lacking = await missingCommands(server.commands ?? []);
  if (lacking.length > 0) {
    console.log(`\n${server.title} is left out: there is no ${lacking.join(", no ")}`);
    continue;
  }
  if (server.sources?.some((name) => sources[name] === undefined)) {
    console.log(
      `\n${server.title} is left out: name its sources, --sources=${server.sources.map((name) => `${name}:DIR`)}`,
    );
    continue;
  }
  try {
    problems.push(...await runServer(server));
  } catch (error) {
    problems.push(`${server.server}: ${(error as Error).message}`);
  }
}
if (problems.length > 0) console.log(`\n${problems.join("\n")}`);
Deno.exit(problems.length === 0 ? 0 : 1);
