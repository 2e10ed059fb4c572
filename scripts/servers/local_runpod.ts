/**
 * The local Runpod of this package with real workers: what a client sees of them is what it would see at Runpod.
 *
 * @module
 */
import { pathOf, root } from "../files.ts";
import { freePort, type Place } from "./place.ts";

/** The worker SDK that the workers use. */
export const WORKER_SDK = "runpod==1.12.0";

/** What workers need on a machine without a GPU. */
const ENVIRONMENT = {
  RUNPOD_SKIP_AUTO_SYSTEM_CHECKS: "true",
  RUNPOD_SKIP_GPU_CHECK: "true",
  HF_HUB_OFFLINE: "1",
};

/** Starts the local Runpod with workers, given as commands by the id of their endpoint. Returns its origin. */
export async function startLocalRunpod(
  place: Place,
  key: string,
  workers: Record<string, string>,
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<string> {
  const port = freePort();
  const main = pathOf(new URL("cli/main.ts", root));
  const flags = Object.entries(workers).map(([name, command]) => `--worker=${name}=${command}`);
  place.start("local-runpod", Deno.execPath(), [
    "run",
    "--allow-all",
    "--quiet",
    "--no-lock",
    `--config=${pathOf(new URL("deno.json", root))}`,
    main,
    "local",
    `--port=${port}`,
    `--key=${key}`,
    ...flags,
  ], { env: { ...ENVIRONMENT, ...env }, cwd });
  const origin = `http://127.0.0.1:${port}`;
  await place.untilReady(`${origin}/`, 60);
  await Promise.all(Object.keys(workers).map((name) => untilTaking(origin, key, name)));
  return origin;
}

/** Waits until a worker asks for jobs. */
async function untilTaking(origin: string, key: string, endpoint: string): Promise<void> {
  for (let second = 0; second < 600; second++) {
    const response = await fetch(`${origin}/v2/${endpoint}/health`, { headers: { authorization: `Bearer ${key}` } });
    const { workers } = await response.json();
    if (workers.idle + workers.ready + workers.running > 0) return;
    await new Promise((go) => setTimeout(go, 1000));
  }
  throw new Error(`the worker of "${endpoint}" has not asked for a job in 10 minutes; see the log of local-runpod`);
}
