import process from "node:process";
import { createRunpodEmulator, type RunpodEmulator } from "../../src/testing/mod.ts";
import { banner } from "./banner.ts";
import { appEnvironment, type Environment, writeEnvironment } from "./environment.ts";
import { createFeed, type EndpointInfo, type Feed, MAX_JOBS } from "./feed.ts";
import { guarded } from "./guard.ts";
import { makeKey, makeOpeningCode } from "./key.ts";
import type { LocalOptions } from "./options.ts";
import { answerRequest, isOpenRoute } from "./routes.ts";
import { serve } from "./server.ts";
import { untilStopped } from "./signals.ts";
import { showPlainly } from "./plain_view.ts";
import { showLive } from "./live_view.ts";
import { seconds } from "./time_text.ts";
import { startWorkers, type Workers } from "./workers.ts";

const DEFAULT_PORT = 8787;

/** Runs everything until the user stops it, and returns the exit code. */
export async function runLocal(options: LocalOptions): Promise<number> {
  const key = options.key ?? makeKey();
  const opening = makeOpeningCode();
  const external = [...options.workers.keys(), ...options.endpoints];
  // Workers that are started by someone else may be any number.
  const emulator = createRunpodEmulator({
    apiKey: key,
    history: MAX_JOBS,
    // An app that kept the id of an earlier run must not find another job under it.
    createId: () => crypto.randomUUID(),
    endpoints: Object.fromEntries(external.map((id) => [id, {
      worker: "external" as const,
      maxWorkers: options.endpoints.has(id) ? 100 : options.maxWorkers,
    }])),
  });
  const feed = createFeed(emulator, endpointInfos(options, emulator));

  let handler: (request: Request) => Promise<Response> = () => Promise.resolve(new Response(null, { status: 503 }));
  const server = await serve((request) => handler(request), {
    port: options.port ?? DEFAULT_PORT,
    orNext: options.port === undefined,
  });
  handler = guarded((request, url) =>
    answerRequest(request, url, {
      emulator,
      feed,
      key,
      opening,
      models: options.models,
      onModelRequest: ({ endpoint, method, path, status, millis }) =>
        feed.addLine(
          endpoint,
          `${method} ${path} ${status} after ${seconds(millis)}`,
          status >= 500 ? "problem" : "event",
        ),
    }), {
    key,
    port: server.port,
    otherHost: options.workerUrl?.host,
    origins: options.origins,
    isOpen: isOpenRoute,
  });

  const baseUrl = `http://127.0.0.1:${server.port}`;
  try {
    writeFiles(options, emulator, baseUrl, key);
  } catch (error) {
    await server.close();
    throw error;
  }
  process.stdout.write(banner({ options, baseUrl, key, code: opening.code }));
  const view = process.stdout.isTTY && !isPlainWanted() ? showLive(feed) : showPlainly(feed);
  const workers = startAllWorkers(options, emulator, baseUrl, feed);
  const end = await untilStopped(() => {
    for (const each of workers) each.kill();
  });
  view.announceEnd(`Stopping (${end}).${workers.length === 0 ? "" : " Ctrl-C once more stops at once."}`);
  await Promise.all(workers.map((each) => each.stop()));
  await server.close();
  view.close();
  return 0;
}

function isPlainWanted(): boolean {
  const { NO_COLOR, CI, TERM } = process.env;
  return Boolean(NO_COLOR) || Boolean(CI) || TERM === "dumb";
}

function endpointInfos({ workers, endpoints, models }: LocalOptions, emulator: RunpodEmulator): EndpointInfo[] {
  const emulated = emulator.endpoints.filter(({ id, worker }) => worker !== "external" && !models.has(id));
  return [
    ...[...workers].map(([id, about]) => ({ id, kind: "workers" as const, about })),
    ...[...endpoints].map((id) => ({ id, kind: "workers" as const, about: "workers that you start yourself" })),
    ...[...models].map(([id, url]) => ({ id, kind: "model" as const, about: url.href })),
    ...emulated.map(({ id, example }) => ({ id, kind: "emulated" as const, example })),
  ];
}

function writeFiles(
  { envFiles, workerUrl }: LocalOptions,
  emulator: RunpodEmulator,
  baseUrl: string,
  key: string,
): void {
  const url = workerUrl?.href ?? baseUrl;
  for (const { endpoint, file } of envFiles) {
    writeEnvironment(file, {
      ...appEnvironment(workerUrl?.origin ?? baseUrl, key),
      ...(endpoint === undefined ? {} : sharedWorkerEnvironment(emulator, endpoint, url)),
    });
  }
}

/** The environment of any number of workers. Without an id in it, the worker SDK makes one for each. */
function sharedWorkerEnvironment(emulator: RunpodEmulator, endpoint: string, baseUrl: string): Environment {
  const { RUNPOD_POD_ID: _, ...shared } = emulator.workerEnvironment(endpoint, {
    baseUrl,
    workerId: "any",
    tokenInUrl: true,
  });
  return shared;
}

function startAllWorkers(options: LocalOptions, emulator: RunpodEmulator, baseUrl: string, feed: Feed): Workers[] {
  const pools = [...options.workers].map(([endpoint, command]) =>
    startWorkers({
      emulator,
      endpoint,
      command,
      count: options.maxWorkers,
      scaling: options.scaling,
      environment: (workerId) => emulator.workerEnvironment(endpoint, { baseUrl, workerId, tokenInUrl: true }),
      onOutput: (workerId, line) => feed.addLine(workerId, line, "output"),
      onNote: (workerId, note, isProblem) => feed.addLine(workerId, note, isProblem ? "problem" : "event"),
    })
  );
  emulator.subscribe((event) => {
    // The event comes in the middle of a change, so the pools look afterwards.
    if (event.type !== "refused") queueMicrotask(() => pools.forEach((pool) => pool.adjust()));
  });
  return pools;
}
