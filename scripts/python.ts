/**
 * Python environments with Runpod's worker SDK, for the tests that start real workers.
 *
 * @module
 */
import { output } from "./build_npm.ts";
import { exists, pathOf } from "./files.ts";
import { run } from "./shell.ts";

/** The tested versions of the worker SDK: the current one and the next. */
const VERSIONS = ["1.12.0", "2.0.0rc2"];

/** The oldest Python that the worker SDK accepts. */
const MINIMUM = [3, 10];

/** A Python that has a version of the worker SDK. */
export interface WorkerSdk {
  version: string;
  python: string;
}

/** Installs each version of the worker SDK, unless an earlier run has done so. A version that cannot be installed is told. */
export async function preparePython(): Promise<{ sdks: WorkerSdk[]; problems: string[] }> {
  const python = await findPython();
  if (python === undefined) {
    return { sdks: [], problems: [`there is no Python ${MINIMUM.join(".")} or newer with venv`] };
  }
  const sdks: WorkerSdk[] = [];
  const problems: string[] = [];
  for (const version of VERSIONS) {
    const folder = new URL(`python/runpod-${version}/`, output);
    const stamp = new URL("installed", folder);
    const sdk = { version, python: pathOf(new URL("bin/python", folder)) };
    if (!await exists(stamp)) {
      console.log(`Installing runpod ${version} for Python (once)`);
      const problem = await install(python, folder, version);
      if (problem !== undefined) {
        problems.push(`runpod ${version} could not be installed: ${problem}`);
        continue;
      }
      await Deno.writeTextFile(stamp, version);
    }
    sdks.push(sdk);
  }
  return { sdks, problems };
}

async function findPython(): Promise<string | undefined> {
  for (const command of ["python3", "python"]) {
    try {
      const { code } = await run(command, [
        "-c",
        `import sys, venv, ensurepip; sys.exit(sys.version_info < (${MINIMUM.join(", ")}))`,
      ]);
      if (code === 0) return command;
    } catch {
      // There is no such command.
    }
  }
}

/** Installs into a new environment. Returns the last line of what went wrong. */
async function install(python: string, folder: URL, version: string): Promise<string | undefined> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const steps = [
    [python, "-m", "venv", pathOf(folder)],
    [
      pathOf(new URL("bin/python", folder)),
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      `runpod==${version}`,
    ],
  ];
  for (const [command, ...args] of steps) {
    const { code, output } = await run(command, args);
    if (code !== 0) return output.trim().split("\n").at(-1) || `exit code ${code}`;
  }
}
